"""Articles and their versions: what an import may touch, what needs a new approval, and what is kept of the past."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from store import articles
from store.articles import APPROVED, DRAFT, SAMPLE, WITHDRAWN, Link, NewArticle, StoredArticle
from store.database import Database
from store.tables import article_versions

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ARTICLE = NewArticle(
    slug="reading",
    ours=True,
    measure=21,
    subject="城市书房",
    title="书房几点开门？",
    answer="早上九点。",
    links=(Link("地图", "https://example.cn/map"),),
    samples=("书房几点开", "书房开门没", "书房啥时候开"),
)


async def ship(database: Database, *new: NewArticle) -> int:
    return await database.write(articles.import_articles, new, status=SAMPLE, editor="wenming", now=NOW)


async def find(database: Database, slug: str = "reading") -> StoredArticle:
    found = await database.read(articles.find_by_slug, slug)
    assert found is not None
    return found


async def edit(database: Database, **changes: Any) -> bool:
    return await database.write(
        articles.edit, await find(database), replace(ARTICLE, **changes), editor="李四", now=LATER
    )


async def history(database: Database) -> list[tuple[int, str, str, str | None]]:
    versions = await database.read(articles.versions_of, (await find(database)).id)
    return [(one.version, one.status, one.editor, one.approver) for one in versions]


async def knowledge_version(database: Database) -> int:
    return await database.read(articles.read_version)


async def test_what_is_imported_is_read_back(database: Database) -> None:
    new = replace(ARTICLE, valid_from=NOW, valid_until=LATER, samples=(*ARTICLE.samples, "书房几点开"))
    assert await ship(database, new) == 1
    found = await find(database)
    assert articles.is_same(found, replace(new, samples=ARTICLE.samples)), "a sample is kept once"
    assert (found.status, found.version, found.editor, found.approver) == (SAMPLE, 1, "wenming", None)
    assert await database.read(articles.find_by_slug, "other") is None


async def test_an_unchanged_import_changes_nothing(database: Database) -> None:
    await ship(database, ARTICLE)
    before = await knowledge_version(database)
    assert await ship(database, ARTICLE) == 0
    assert await knowledge_version(database) == before
    assert await ship(database, replace(ARTICLE, answer="早上八点半。")) == 1
    assert await knowledge_version(database) > before
    assert (await find(database)).answer == "早上八点半。"


@pytest.mark.parametrize("touch", [APPROVED, WITHDRAWN, DRAFT])
async def test_what_staff_have_touched_isnt_refreshed(database: Database, touch: str) -> None:
    await ship(database, ARTICLE)
    known = await find(database)
    if touch == DRAFT:
        await edit(database, answer="十点。")
    else:
        change = articles.approve if touch == APPROVED else articles.withdraw
        await database.write(change, [known.id], approver="张三", now=NOW)
    before = await find(database)
    assert before.status == touch
    assert await ship(database, replace(ARTICLE, answer="八点。")) == 0
    assert await find(database) == before


async def test_questions_that_staff_added_survive_a_refresh(database: Database) -> None:
    await ship(database, ARTICLE)
    added = await database.write(
        articles.add_samples, await find(database), ["看书的地儿几点开", "书房几点开"], editor="张三", now=LATER
    )
    assert added == ["看书的地儿几点开"]
    for number in (1, 2):
        upgraded = replace(ARTICLE, answer=f"第{number}版。", samples=("书房几点开", f"新问法{number}"))
        assert await ship(database, upgraded) == 1
        assert (await find(database)).samples == ("书房几点开", f"新问法{number}", "看书的地儿几点开")
        assert await ship(database, upgraded) == 0
    assert [editor for _, _, editor, _ in await history(database)] == ["wenming", "张三", "wenming", "wenming"]


async def test_a_new_text_must_be_approved_again(database: Database) -> None:
    await ship(database, ARTICLE)
    await database.write(articles.approve, [(await find(database)).id], approver="张三", now=NOW)
    assert await edit(database, answer="十点。")
    found = await find(database)
    assert (found.status, found.version, found.editor, found.approver) == (DRAFT, 3, "李四", None)
    assert await history(database) == [
        (1, SAMPLE, "wenming", None),
        (2, APPROVED, "wenming", "张三"),
        (3, DRAFT, "李四", None),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "书房开门吗？"},
        {"measure": 15},
        {"subject": "书房"},
        {"links": ()},
        {"valid_until": LATER},
        {"ours": False, "measure": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_everything_but_the_questions_needs_an_approval(database: Database, changes: dict[str, Any]) -> None:
    await ship(database, ARTICLE)
    await database.write(articles.approve, [(await find(database)).id], approver="张三", now=NOW)
    assert await edit(database, **changes)
    assert (await find(database)).status == DRAFT


async def test_other_questions_need_no_approval(database: Database) -> None:
    await ship(database, ARTICLE)
    await database.write(articles.approve, [(await find(database)).id], approver="张三", now=NOW)
    assert await edit(database, samples=("书房几点开", "几点能进书房"))
    found = await find(database)
    assert (found.status, found.version, found.editor, found.approver) == (APPROVED, 3, "wenming", "张三")
    assert found.samples == ("书房几点开", "几点能进书房")
    assert (await history(database))[-1] == (3, APPROVED, "李四", "张三"), "the version names who changed them"


async def test_an_equal_text_changes_nothing(database: Database) -> None:
    await ship(database, ARTICLE)
    before = await knowledge_version(database)
    assert not await edit(database)
    assert await knowledge_version(database) == before
    assert len(await history(database)) == 1


async def test_versions_tell_what_stood_there(database: Database) -> None:
    await ship(database, replace(ARTICLE, valid_until=LATER))
    await edit(database, answer="十点。")
    first, second = await database.read(articles.versions_of, (await find(database)).id)
    assert first.content == replace(ARTICLE, valid_until=LATER)
    assert second.content == replace(ARTICLE, answer="十点。")
    assert (first.changed, second.changed) == (NOW, LATER)


async def test_an_article_older_than_the_versions_keeps_its_past(database: Database) -> None:
    await ship(database, ARTICLE)

    def forget(conn: Connection) -> None:
        conn.execute(delete(article_versions))

    await database.write(forget)
    await edit(database, answer="十点。")
    versions = await database.read(articles.versions_of, (await find(database)).id)
    assert [one.content.answer for one in versions] == ["早上九点。", "十点。"]


async def test_withdrawing_is_written_down_with_its_name(database: Database) -> None:
    await ship(database, ARTICLE)
    await database.write(articles.withdraw, [(await find(database)).id], approver="张三", now=LATER)
    assert (await history(database))[-1] == (2, WITHDRAWN, "张三", "张三")


async def test_published_ones_are_those_valid_now(database: Database) -> None:
    await ship(database, replace(ARTICLE, valid_from=LATER))
    statuses = (SAMPLE,)
    article_id = (await find(database)).id
    for now, count in ((NOW, 0), (LATER, 1)):
        assert len(await database.read(articles.list_published, statuses=statuses, now=now)) == count
        found = await database.read(articles.find_published, article_id, statuses=statuses, now=now)
        assert (found is not None) == bool(count)
    assert len(await database.read(articles.list_all)) == 1
    assert await database.read(articles.list_all, statuses=(APPROVED,)) == []
    assert await database.read(articles.next_validity_change, now=NOW) == LATER
