"""The office's rules for articles: four eyes, what can't be approved, what an import does to what stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain import articles as rules
from bot.domain.articles import Refused
from bot.domain.checking import Grade, examine_knowledge
from bot.knowledge.findings import Thresholds
from store import articles, synonyms, wordings
from store.articles import APPROVED, DRAFT, WITHDRAWN, Link, NewArticle, StoredArticle
from store.database import Database
from store.start import read_articles, read_off_topic, read_synonyms, read_wordings
from store.wordings import AVOID, Wording

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ARTICLE = NewArticle(
    slug="reading",
    ours=True,
    measure=21,
    subject="城市书房",
    title="书房几点开门？",
    answer="早上九点。",
    links=(),
    samples=("书房几点开", "书房开门没", "书房啥时候开"),
)
BLOCKING = Wording(phrase="残废", kind=AVOID, blocks=True, advice="请写“残疾人”。")
WARNING = Wording(phrase="工单", kind=AVOID, blocks=False, advice="请换成大白话。")


async def bring(database: Database, *new: NewArticle, by: str = "李四", dry_run: bool = False) -> rules.Imported:
    return await database.write(rules.import_articles, new, by=by, now=NOW, dry_run=dry_run)


async def approve(database: Database, *slugs: str, by: str = "张三") -> rules.Approved:
    return await database.write(rules.approve, slugs or None, by=by, now=NOW)


async def find(database: Database, slug: str = "reading") -> StoredArticle:
    return await database.read(rules.find, slug)


async def test_two_people_stand_behind_a_text(database: Database) -> None:
    await bring(database, ARTICLE)
    for name in ("李四", " 李 四 "):
        with pytest.raises(Refused, match="要换一个人来批准"):
            await approve(database, "reading", by=name)
    assert (await approve(database, "reading")).approved == ["reading"]
    found = await find(database)
    assert (found.status, found.editor, found.approver) == (APPROVED, "李四", "张三")


@pytest.mark.parametrize("name", ["", "  ", "wenming", "Wen Ming", "长" * 41])
async def test_nobody_acts_without_a_name(database: Database, name: str) -> None:
    await database.write(rules.bring_start_content, now=NOW)
    slug = read_articles()[0].slug
    for verb in (rules.approve, rules.withdraw):
        with pytest.raises(Refused, match="by the name of a person"):
            await database.write(verb, [slug], by=name, now=NOW)
    with pytest.raises(Refused):
        await bring(database, ARTICLE, by=name)
    assert set(await database.read(articles.count_by_status)) == {"sample"}


async def test_one_person_may_approve_what_comes_with_the_program(database: Database) -> None:
    await database.write(rules.bring_start_content, now=NOW)
    done = await approve(database)
    assert len(done.approved) == len(read_articles())
    assert (done.refused, done.remarks) == ({}, {})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"samples": ("书房几点开", "书房开门没")}, "只有 2 条问法，至少要 3 条"),
        ({"answer": ""}, "还没有答案"),
        ({"answer": "残废人也能进。"}, "“残废”：请写“残疾人”"),
        ({"title": "残废人几点能进？"}, "“残废”"),
        ({"links": (Link("残废人通道", "https://example.cn"),)}, "“残废”"),
    ],
)
async def test_some_things_cant_be_approved(database: Database, changes: dict[str, Any], why: str) -> None:
    await database.write(wordings.put, BLOCKING, editor="张三", now=NOW)
    await bring(database, replace(ARTICLE, **changes))
    with pytest.raises(Refused, match=why):
        await approve(database, "reading")
    assert (await find(database)).status == DRAFT


async def test_a_warning_comes_with_the_approval(database: Database) -> None:
    await database.write(wordings.put, WARNING, editor="张三", now=NOW)
    imported = await bring(database, replace(ARTICLE, answer="已转工单。"))
    assert imported.remarks == {"reading": ["“工单”：请换成大白话。"]}
    assert (await approve(database, "reading")).remarks == {"reading": ["“工单”：请换成大白话。"]}


async def test_named_ones_are_approved_together_or_not_at_all(database: Database) -> None:
    await bring(database, ARTICLE, replace(ARTICLE, slug="other", title="另一个", samples=()))
    with pytest.raises(Refused, match="other：只有 0 条问法"):
        await approve(database, "reading", "other")
    assert (await find(database)).status == DRAFT
    with pytest.raises(Refused, match="没有编号是“nothing”的内容"):
        await approve(database, "reading", "nothing")
    done = await approve(database)
    assert (done.approved, list(done.refused)) == (["reading"], ["other"])


async def test_all_doesnt_bring_back_what_was_withdrawn_but_a_name_does(database: Database) -> None:
    await bring(database, ARTICLE)
    await approve(database, "reading")
    assert await database.write(rules.withdraw, ["reading"], by="张三", now=NOW) == ["reading"]
    assert await database.write(rules.withdraw, ["reading"], by="张三", now=NOW) == []
    assert (await approve(database)).approved == []
    assert (await find(database)).status == WITHDRAWN
    assert (await approve(database, "reading")).approved == ["reading"]


async def test_approving_twice_changes_nothing(database: Database) -> None:
    await bring(database, ARTICLE)
    await approve(database, "reading")
    version = (await find(database)).version
    assert (await approve(database, "reading")).approved == []
    assert (await find(database)).version == version


async def test_an_import_tells_what_it_did(database: Database) -> None:
    others = [replace(ARTICLE, slug=slug, title=slug) for slug in ("same", "asked", "changed")]
    await bring(database, *others)
    await approve(database)
    new = [
        others[0],
        replace(others[1], samples=("新问法", "又一条", "再一条")),
        replace(others[2], answer="十点。"),
        ARTICLE,
    ]
    expected = rules.Imported(
        added=["reading"],
        changed=["changed"],
        questions=["asked"],
        unchanged=["same"],
        to_approve=["changed"],
        remarks={},
    )
    before = await database.read(articles.list_all)
    assert await bring(database, *new, by="", dry_run=True) == expected
    assert await database.read(articles.list_all) == before, "a dry run changes nothing"
    assert await bring(database, *new) == expected
    statuses = {article.slug: article.status for article in await database.read(articles.list_all)}
    assert statuses == {"same": APPROVED, "asked": APPROVED, "changed": DRAFT, "reading": DRAFT}


async def test_a_title_that_another_article_has_is_remarked(database: Database) -> None:
    await bring(database, ARTICLE)
    imported = await bring(database, replace(ARTICLE, slug="twin"))
    assert imported.remarks == {"twin": ["标题和“reading”一样。"]}


async def test_drafts_are_only_begun_where_nothing_stands(database: Database) -> None:
    await bring(database, ARTICLE)
    fresh = replace(ARTICLE, slug="plan-01")
    added = await database.write(rules.add_drafts, [replace(ARTICLE, answer="改了"), fresh], by="李四", now=NOW)
    assert added == ["plan-01"]
    assert (await find(database)).answer == ARTICLE.answer


async def test_the_start_seeds_what_the_office_keeps(database: Database) -> None:
    assert await database.write(rules.bring_start_content, now=NOW) > 0
    assert await database.read(synonyms.list_groups) == [tuple(group) for group in read_synonyms()]
    assert len(await database.read(wordings.list_all)) == len(read_wordings())
    assert await database.write(rules.bring_start_content, now=NOW) == 0


def stored(new: NewArticle, number: int, status: str) -> StoredArticle:
    words = {name: getattr(new, name) for name in NewArticle.__slots__}
    return StoredArticle(id=number, version=1, status=status, editor="李四", approver=None, **words)


def examined(
    *new: NewArticle, status: str = APPROVED, drafts: Sequence[NewArticle] = (), groups: Sequence[Sequence[str]] = ()
) -> list[tuple[Grade, str, str]]:
    found = examine_knowledge(
        [stored(one, number, DRAFT if one in drafts else status) for number, one in enumerate((*new, *drafts), 1)],
        synonyms=groups,
        off_topic=read_off_topic(),
        rules=[BLOCKING, WARNING],
        thresholds=Thresholds(),
        now=NOW,
    )
    return [(one.grade, one.slug, one.says) for one in found.findings if one.grade is not Grade.NOTE]


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({}, None),
        ({"samples": ARTICLE.samples[:2]}, (Grade.BLOCKS, "只有 2 条问法，至少要 3 条。")),
        ({"answer": "残废人也能进。"}, (Grade.BLOCKS, "“残废”：请写“残疾人”。")),
        ({"answer": "已转工单。"}, (Grade.WARNING, "“工单”：请换成大白话。")),
        ({"subject": ""}, (Grade.WARNING, "没有填主题，接着问的话（“那几点呢”）就接不上。")),
        ({"valid_until": NOW}, (Grade.WARNING, "已经过了有效期（2026-11-24 09:00）。")),
        ({"valid_until": NOW + timedelta(days=13)}, (Grade.WARNING, "有效期快到了（2026-12-07 09:00）。")),
        ({"valid_until": NOW + timedelta(days=15)}, None),
    ],
)
def test_the_check_finds_what_stands_against_an_article(
    changes: dict[str, Any], finding: tuple[Grade, str] | None
) -> None:
    expected = [] if finding is None else [(finding[0], "reading", finding[1])]
    assert examined(replace(ARTICLE, **changes)) == expected


def test_what_keeps_a_draft_from_being_approved_is_only_a_warning() -> None:
    (finding,) = examined(replace(ARTICLE, samples=()), status=DRAFT)
    assert finding[0] is Grade.WARNING


def test_the_check_finds_questions_that_two_articles_have() -> None:
    twin = replace(ARTICLE, slug="twin", title="另一个", samples=("书房 几点开？", "甲", "乙"))
    assert examined(ARTICLE, twin) == [(Grade.BLOCKS, "twin", "问法“书房 几点开？”在“reading”里也有。")]


def test_withdrawn_articles_arent_checked() -> None:
    assert examined(replace(ARTICLE, samples=()), status=WITHDRAWN) == []


def test_a_drafts_question_that_another_article_answers_is_found() -> None:
    market = replace(
        ARTICLE, slug="market", measure=22, title="菜场几点关门？", samples=("菜场关门", "几点收摊", "菜场")
    )
    draft = replace(ARTICLE, slug="draft", measure=15, title="读书活动", samples=("书房几点开呀", "荐书", "讲座"))
    assert examined(market, ARTICLE, drafts=[draft]) == [
        (Grade.WARNING, "draft", "问法“书房几点开呀”会找到“reading”。")
    ]


def test_the_starting_articles_are_clean() -> None:
    assert examined(*read_articles(), status="sample", groups=read_synonyms()) == []
