"""From a question asked in vain to an answer: the office's verbs, and how askers come to know."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, select

from bot.domain import articles as rules
from bot.domain import knowledge
from bot.domain.articles import Refused
from bot.domain.knowledge import Settled
from bot.outbound.delivery import CustomerAnswer
from store import articles, citizens, dialogues, regressions, unanswered
from store.articles import APPROVED, DRAFT, NewArticle, StoredArticle
from store.database import Database
from store.dialogues import StoredDialogue
from store.regressions import Regression
from store.tables import outbox
from store.tables import unanswered as rows

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
READING = NewArticle(
    slug="reading",
    ours=True,
    measure=21,
    subject="城市书房",
    title="书房几点开门？",
    answer="早上九点。",
    links=(),
    samples=("书房几点开", "书房开门没", "书房啥时候开"),
)
INSURANCE = NewArticle(
    slug="insurance",
    ours=False,
    measure=None,
    subject="医保",
    title="医保的事问哪里？",
    answer="请打 12393。",
    links=(),
    samples=("医保", "医保卡", "看病报销"),
)


@pytest.fixture
async def base(database: Database) -> Database:
    """Two approved articles."""
    await database.write(rules.import_articles, [READING, INSURANCE], by="李四", now=NOW)
    await database.write(rules.approve, None, by="张三", now=NOW)
    return database


async def ask(database: Database, *questions: str, who: str = "c1", cause: str = "refused") -> list[int]:
    def write(conn: Connection) -> list[int]:
        for question in questions:
            unanswered.add(conn, citizen_id=who, question=question, cause=cause, nearest_article_id=None, asked=NOW)
        return list(conn.scalars(select(rows.c.id).order_by(rows.c.id.desc()).limit(len(questions))))

    return await database.write(write)


async def find(database: Database, slug: str) -> StoredArticle:
    return await database.read(rules.find, slug)


async def resolve(database: Database, verb: Any, *given: Any, by: str = "张三", **named: Any) -> Settled:
    settled = await database.write(verb, *given, by=by, now=NOW, **named)
    assert isinstance(settled, Settled)
    return settled


async def follower(database: Database, *, heard: datetime = NOW) -> str:
    def write(conn: Connection) -> str:
        citizen_id = citizens.enrol(conn, f"openid-{heard}", now=NOW)
        dialogues.save(conn, [StoredDialogue(citizen_id, 1, heard, "{}")])
        return citizen_id

    return await database.write(write)


async def tell(database: Database, *, now: datetime = NOW) -> int:
    return await database.write(knowledge.tell_askers, statuses=(APPROVED,), now=now, most=50)


async def messages(database: Database) -> list[dict[str, Any]]:
    def read(conn: Connection) -> Sequence[str]:
        return list(conn.scalars(select(outbox.c.body).order_by(outbox.c.id)))

    return [orjson.loads(body) for body in await database.read(read)]


async def test_questions_become_samples_without_a_new_approval(base: Database) -> None:
    ids = await ask(base, "看书的地儿几点能进", "看书的地儿  几点能进?", "书房几点开", "俺能几点去看书")
    settled = await resolve(base, knowledge.add_as_sample, ids, "reading", by="王五")
    assert (settled.count, settled.samples) == (4, ["看书的地儿几点能进", "俺能几点去看书"])
    found = await find(base, "reading")
    assert found.samples == (*READING.samples, "看书的地儿几点能进", "俺能几点去看书")
    assert (found.status, found.editor, found.approver) == (APPROVED, "李四", "张三")
    assert await base.read(unanswered.count) == 0
    assert {(one.question, one.slug) for one in await base.read(regressions.list_all)} == {
        ("看书的地儿几点能进", "reading"),
        ("俺能几点去看书", "reading"),
        ("书房几点开", "reading"),
    }


async def test_what_gives_a_person_away_goes_into_no_article(base: Database) -> None:
    ids = await ask(base, "我叫王小明，电话13812345678，身份证410105199001011234，书房能办卡吗", "13812345678")
    await resolve(base, knowledge.add_as_sample, ids, "reading")
    kept = " ".join((*(await find(base, "reading")).samples, *(one.question for one in await listed(base))))
    assert "书房能办卡吗" in kept
    for secret in ("王小明", "13812345678", "410105199001011234"):
        assert secret not in kept


async def listed(database: Database) -> Sequence[Regression]:
    return await database.read(regressions.list_all)


async def test_a_question_becomes_a_draft_and_is_told_once_it_is_approved(base: Database) -> None:
    citizen = await follower(base)
    ids = await ask(base, "书房能打印吗", "书房可以打印不", "在书房打印要钱不", who=citizen)
    settled = await resolve(base, knowledge.make_draft, ids, title="书房能打印吗？", by="李四")
    assert settled.slug is not None
    draft = await find(base, settled.slug)
    assert (draft.status, draft.editor, draft.answer, len(draft.samples)) == (DRAFT, "李四", "", 3)
    assert await tell(base) == 0
    with pytest.raises(Refused, match="还没有答案"):
        await base.write(rules.approve, [draft.slug], by="张三", now=NOW)
    new = NewArticle(**{name: getattr(draft, name) for name in NewArticle.__slots__} | {"answer": "能，一张一毛。"})
    await base.write(rules.import_articles, [new], by="李四", now=NOW)
    await base.write(rules.approve, [draft.slug], by="张三", now=NOW)
    assert await tell(base) == 1
    (message,) = await messages(base)
    assert (message["citizen_id"], message["question"], message["article_id"]) == (
        citizen,
        "在书房打印要钱不",
        draft.id,
    )


async def test_another_door_takes_the_question(base: Database) -> None:
    citizen = await follower(base)
    ids = await ask(base, "医保断缴了咋补", who=citizen)
    with pytest.raises(Refused, match="“reading”是归我们管的"):
        await resolve(base, knowledge.set_not_ours, ids, "reading")
    settled = await resolve(base, knowledge.set_not_ours, ids, "insurance")
    assert (settled.count, settled.samples) == (1, ["医保断缴了咋补"])
    assert await tell(base) == 1


async def test_not_ours_at_all_is_to_be_refused_for_good_and_nobody_is_told(base: Database) -> None:
    citizen = await follower(base)
    ids = await ask(base, "量子力学怎么推导", who=citizen)
    assert (await resolve(base, knowledge.set_not_ours, ids, None)).count == 1
    assert [(one.question, one.article_id) for one in await listed(base)] == [("量子力学怎么推导", None)]
    assert await tell(base) == 0


async def test_what_asks_nothing_is_dropped_without_a_trace(base: Database) -> None:
    ids = await ask(base, "啊啊啊啊")
    assert (await resolve(base, knowledge.drop, ids)).count == 1
    assert await listed(base) == []
    assert await base.read(unanswered.count) == 0


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (knowledge.add_as_sample, {"slug": "reading"}),
        (knowledge.make_draft, {"title": "新的"}),
        (knowledge.set_not_ours, {"slug": None}),
        (knowledge.drop, {}),
    ],
)
async def test_questions_are_settled_once_by_somebody(base: Database, verb: Any, given: dict[str, Any]) -> None:
    ids = await ask(base, "问一下")
    with pytest.raises(Refused, match="by the name of a person"):
        await resolve(base, verb, ids, by=" ", **given)
    await resolve(base, verb, ids, **given)
    before = await base.read(articles.list_all)
    with pytest.raises(Refused, match="已经处理过了"):
        await resolve(base, verb, ids, **given)
    with pytest.raises(Refused, match="已经处理过了"):
        await resolve(base, verb, [], **given)
    assert await base.read(articles.list_all) == before


async def test_two_people_at_once_settle_a_question_once(base: Database) -> None:
    ids = await ask(base, "书房能打印吗")
    done = await asyncio.gather(
        *(resolve(base, knowledge.make_draft, ids, title=f"标题{number}") for number in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Settled) for one in done) == 1
    assert sum(isinstance(one, Refused) for one in done) == 3


async def test_what_cant_be_done_changes_nothing(base: Database) -> None:
    ids = await ask(base, "医保卡")
    for slug, why in (("nothing", "没有编号"), ("reading", "“医保卡”已经是“insurance”的问法")):
        with pytest.raises(Refused, match=why):
            await resolve(base, knowledge.add_as_sample, ids, slug)
    for title, why in (("", "没有标题"), ("长" * 61, "最多 60 个")):
        with pytest.raises(Refused, match=why):
            await resolve(base, knowledge.make_draft, ids, title=title)
    await base.write(rules.withdraw, ["reading"], by="张三", now=NOW)
    with pytest.raises(Refused, match="已经撤下"):
        await resolve(base, knowledge.add_as_sample, ids, "reading")
    assert await base.read(unanswered.count) == 1
    assert await listed(base) == []


async def test_an_article_gets_no_more_questions_than_it_can_hold(base: Database) -> None:
    ids = await ask(base, *(f"第{number}种问法" for number in range(30)))
    settled = await resolve(base, knowledge.add_as_sample, ids, "reading")
    assert (settled.count, len(settled.samples)) == (30, 12)
    assert len(await listed(base)) == 30


async def test_who_asked_the_same_thrice_is_told_once(base: Database) -> None:
    citizen, other = await follower(base), await follower(base, heard=NOW - timedelta(hours=1))
    ids = await ask(base, "书房能打印吗", "书房打印", "在书房打印", who=citizen)
    ids += await ask(base, "书房打印呢", who=other)
    await resolve(base, knowledge.add_as_sample, ids, "reading")
    assert await tell(base) == 2
    assert {message["citizen_id"] for message in await messages(base)} == {citizen, other}
    assert await base.read(unanswered.waiting_to_be_told, citizen) == []
    assert await tell(base) == 0


async def test_several_replicas_tell_once(base: Database) -> None:
    people = [await follower(base, heard=NOW - timedelta(minutes=number)) for number in range(5)]
    for citizen in people:
        await resolve(base, knowledge.add_as_sample, await ask(base, f"打印{citizen}", who=citizen), "reading")
    told = await asyncio.gather(*(tell(base) for _ in range(6)))
    assert sum(told) == 5
    assert len(await messages(base)) == 5


async def test_those_beyond_the_window_wait_for_their_next_contact(base: Database) -> None:
    citizen = await follower(base, heard=NOW - timedelta(hours=47, minutes=1))
    await resolve(base, knowledge.add_as_sample, await ask(base, "书房能打印吗", who=citizen), "reading")
    assert await tell(base) == 0
    (waiting,) = await base.read(unanswered.waiting_to_be_told, citizen)
    assert waiting.question == "书房能打印吗"


async def words(database: Database, citizen: str, article: StoredArticle, *, now: datetime = NOW) -> str | None:
    promised = CustomerAnswer(citizen_id=citizen, question="书房能打印吗", article_id=article.id, asked_id=1)
    return await database.read(knowledge.words_for_asker, promised, statuses=(APPROVED,), now=now)


async def test_a_late_answer_is_the_article_as_it_stands_when_it_leaves(base: Database) -> None:
    citizen, article = await follower(base), await find(base, "reading")
    said = await words(base, citizen, article)
    assert said is not None
    assert said.startswith("您之前问的“书房能打印吗”")
    assert said.endswith("早上九点。")
    assert await words(base, citizen, article, now=NOW + timedelta(hours=47)) is None, "the window has closed"
    await base.write(rules.withdraw, ["reading"], by="张三", now=NOW)
    assert await words(base, citizen, article) is None, "a withdrawn article is never sent"


async def test_an_answer_too_long_for_a_message_is_offered_by_its_title(base: Database) -> None:
    citizen = await follower(base)
    long = NewArticle(**{name: getattr(READING, name) for name in NewArticle.__slots__} | {"answer": "很长。" * 300})
    await base.write(rules.import_articles, [long], by="李四", now=NOW)
    await base.write(rules.approve, ["reading"], by="张三", now=NOW)
    article = await find(base, "reading")
    said = await words(base, citizen, article)
    assert said is not None
    assert len(said.encode()) < 2048
    assert f"msgmenuid=article%3A{article.id}" in said
