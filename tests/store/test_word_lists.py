"""What the office keeps beside the articles: synonyms, wordings, and questions to ask again for good."""

from datetime import UTC, datetime, timedelta

import pytest

from store import articles, regressions, synonyms, wordings
from store.articles import SAMPLE, NewArticle
from store.database import Database
from store.start import read_synonyms, read_wordings
from store.wordings import AVOID, EXACT, Wording

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
RULE = Wording(phrase="残废", kind=AVOID, blocks=True, advice="请写“残疾人”。")
ARTICLE = NewArticle(slug="a", ours=True, measure=1, subject="", title="标题", answer="答。", links=(), samples=())


async def test_starting_groups_are_taken_once(database: Database) -> None:
    assert await database.write(synonyms.seed, read_synonyms(), now=NOW) == len(read_synonyms())
    assert await database.read(synonyms.list_groups) == [tuple(group) for group in read_synonyms()]
    version = await database.read(articles.read_version)
    assert await database.write(synonyms.seed, read_synonyms(), now=NOW) == 0
    assert await database.read(articles.read_version) == version


async def test_a_group_grows_and_goes_and_each_change_is_noticed(database: Database) -> None:
    versions = [await database.read(articles.read_version)]
    first = await database.write(synonyms.add, ["书房", "书屋"], editor="张三", now=NOW)
    versions.append(await database.read(articles.read_version))
    await database.write(synonyms.add, ["菜场", "菜市"], editor="张三", now=NOW)
    grown = await database.write(synonyms.add, ["书屋", "看书的地儿"], editor="李四", now=NOW)
    versions.append(await database.read(articles.read_version))
    assert (grown.id, grown.words) == (first.id, ("书房", "书屋", "看书的地儿"))
    assert await database.read(synonyms.list_groups) == [grown.words, ("菜场", "菜市")]
    assert await database.write(synonyms.remove, first.id)
    assert not await database.write(synonyms.remove, first.id)
    versions.append(await database.read(articles.read_version))
    assert await database.read(synonyms.list_groups) == [("菜场", "菜市")]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (["书"], "2 characters"),
        (["看书", "看书 "], "two words or more"),
        ([], "two words or more"),
        (["书房", "菜场"], "groups 1 and 2"),
    ],
)
async def test_a_bad_group_is_refused(database: Database, words: list[str], trouble: str) -> None:
    await database.write(synonyms.add, ["书房", "书屋"], editor="张三", now=NOW)
    await database.write(synonyms.add, ["菜场", "菜市"], editor="张三", now=NOW)
    with pytest.raises(ValueError, match=trouble):
        await database.write(synonyms.add, words, editor="张三", now=NOW)
    assert len(await database.read(synonyms.list_groups)) == 2


async def test_wordings_are_seeded_put_and_removed(database: Database) -> None:
    assert await database.write(wordings.seed, read_wordings(), now=NOW) == len(read_wordings())
    assert {(one.phrase, one.blocks) for one in await database.read(wordings.list_all)} == {
        (one.phrase, one.blocks) for one in read_wordings()
    }
    assert await database.write(wordings.seed, [RULE], now=NOW) == 0
    gentler = Wording(phrase="残废", kind=AVOID, blocks=False, advice="请写“残疾人”。")
    await database.write(wordings.put, gentler, editor="张三", now=NOW)
    assert gentler in await database.read(wordings.list_all)
    assert await database.write(wordings.remove, "残废")
    assert not await database.write(wordings.remove, "残废")


def test_the_starting_wordings_are_sound() -> None:
    rules = read_wordings()
    assert len({rule.phrase for rule in rules}) == len(rules)
    assert {rule.kind for rule in rules} == {EXACT, AVOID}
    assert all(len(rule.phrase) >= 2 and rule.advice.endswith("。") for rule in rules)


async def test_a_regression_keeps_the_last_word(database: Database) -> None:
    article_id = await database.write(articles.add, ARTICLE, status=SAMPLE, editor="x", now=NOW)
    await database.write(regressions.put, ["问一", "问二", "问一"], None, now=NOW)
    await database.write(regressions.put, ["问一"], article_id, now=NOW + timedelta(hours=1))
    await database.write(regressions.put, [], article_id, now=NOW)
    found = await database.read(regressions.list_all)
    assert [(one.question, one.article_id, one.slug) for one in found] == [
        ("问二", None, None),
        ("问一", article_id, "a"),
    ]
