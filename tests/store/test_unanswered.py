"""Questions without an answer: offered and picked, turned down, settled, and who is to be told of an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text, update

from store import articles, citizens, dialogues, outbox, unanswered
from store.articles import APPROVED, SAMPLE, NewArticle
from store.database import Database, is_postgres
from store.dialogues import StoredDialogue
from store.outbox import NewDelivery
from store.tables import unanswered as rows

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WINDOW = timedelta(hours=47)
ARTICLE = NewArticle(
    slug="reading", ours=True, measure=21, subject="", title="书房几点开门？", answer="九点。", links=(), samples=()
)


async def ask(
    database: Database, question: str, *, cause: str = "refused", who: str = "c1", at: datetime = NOW
) -> None:
    await database.write(unanswered.add, citizen_id=who, question=question, cause=cause, nearest_article_id=7, asked=at)


async def table(database: Database, column: str = "state") -> list[object]:
    def read(conn: Connection) -> list[object]:
        return list(conn.scalars(select(rows.c[column]).order_by(rows.c.id)))

    return await database.read(read)


async def publish(database: Database, **changes: object) -> int:
    new = replace(ARTICLE, **changes)  # type: ignore[arg-type]
    return await database.write(articles.add, new, status=APPROVED, editor="李四", now=NOW)


async def enrol(database: Database, *, heard: datetime = NOW) -> str:
    def write(conn: Connection) -> str:
        citizen_id = citizens.enrol(conn, "openid", now=heard)
        dialogues.save(conn, [StoredDialogue(citizen_id, 1, heard, "{}")])
        return citizen_id

    return await database.write(write)


async def to_tell(database: Database, *, now: datetime = NOW, statuses: tuple[str, ...] = (APPROVED,)) -> list[str]:
    found = await database.read(unanswered.list_to_tell, statuses=statuses, heard_since=now - WINDOW, now=now, most=50)
    return [one.question for one in found]


async def answer(database: Database, article_id: int | None, *, state: str = unanswered.ANSWERED) -> None:
    waiting = [one.id for one in await database.read(unanswered.list_open)]
    await database.write(unanswered.settle, waiting, state, article_id, by="张三", now=NOW)


async def test_open_questions_come_newest_first_and_are_counted(database: Database) -> None:
    await ask(database, "第一个")
    await ask(database, "第二个", at=NOW + MINUTE)
    found = await database.read(unanswered.list_open)
    assert [(one.question, one.cause, one.nearest_article_id) for one in found] == [
        ("第二个", "refused", 7),
        ("第一个", "refused", 7),
    ]
    assert await database.read(unanswered.list_open, most=1) == found[:1]
    assert await database.read(unanswered.count) == 2
    await database.write(unanswered.settle, [found[0].id], unanswered.DROPPED, None, by="张三", now=NOW)
    assert await database.read(unanswered.count) == 1
    assert await database.read(unanswered.find_open, [one.id for one in found]) == found[1:]


async def test_a_picked_offer_settles_its_question(database: Database) -> None:
    await ask(database, "书房", cause="unsure")
    await ask(database, "菜场", cause="unsure", at=NOW + MINUTE)
    assert await database.write(unanswered.picked, "c1", 5, NOW + 2 * MINUTE)
    assert await table(database) == ["open", "picked"]
    assert await table(database, "article_id") == [None, 5]
    assert await table(database, "settled_by") == [None, "citizen"]


async def test_only_a_fresh_offer_of_ones_own_can_be_picked(database: Database) -> None:
    await ask(database, "书房", cause="unsure", who="c2")
    await ask(database, "量子", cause="refused")
    await ask(database, "书房", cause="unsure", at=NOW - 11 * MINUTE)
    assert not await database.write(unanswered.picked, "c1", 5, NOW)
    assert await table(database) == ["open", "open", "open"]


async def test_an_offer_turned_down_stays_one_question(database: Database) -> None:
    await ask(database, "书房", cause="unsure")
    await ask(database, "书房", cause="none_fits", at=NOW + MINUTE)
    assert await table(database, "cause") == ["none_fits"]
    await ask(database, "菜场", cause="none_fits", at=NOW + MINUTE)
    assert await table(database, "cause") == ["none_fits", "none_fits"]


async def test_a_row_is_settled_once(database: Database) -> None:
    await ask(database, "书房")
    await answer(database, 5)
    await database.write(unanswered.settle, [1], unanswered.DROPPED, None, by="李四", now=NOW)
    assert await table(database) == ["answered"]
    assert await table(database, "settled_by") == ["张三"]


async def test_askers_are_told_once_the_article_is_published(database: Database) -> None:
    citizen = await enrol(database)
    draft = await database.write(articles.add_draft, ARTICLE, editor="李四", now=NOW)
    await ask(database, "书房几点", who=citizen)
    assert await to_tell(database) == []
    await answer(database, draft)
    assert await to_tell(database) == []
    (waiting,) = await database.read(unanswered.waiting_to_be_told, citizen)
    assert (waiting.question, waiting.article_id) == ("书房几点", draft)
    await database.write(articles.approve, [draft], approver="张三", now=NOW)
    assert await to_tell(database) == ["书房几点"]
    assert await database.write(unanswered.mark_told, [waiting.id], NOW) == [waiting.id]
    assert await database.write(unanswered.mark_told, [waiting.id], NOW) == [], "somebody else was first"
    assert await to_tell(database) == []
    assert await database.read(unanswered.waiting_to_be_told, citizen) == []
    await database.write(unanswered.forget_told, waiting.id)
    assert await to_tell(database) == ["书房几点"]


@pytest.mark.parametrize(("state", "told"), [("answered", True), ("not_ours", True), ("dropped", False)])
async def test_another_door_is_an_answer_too(database: Database, state: str, told: bool) -> None:
    citizen = await enrol(database)
    await ask(database, "医保", who=citizen)
    await answer(database, await publish(database), state=state)
    assert bool(await to_tell(database)) is told


async def test_nobody_is_told_without_an_article(database: Database) -> None:
    citizen = await enrol(database)
    await ask(database, "量子", who=citizen)
    await answer(database, None, state=unanswered.NOT_OURS)
    assert await database.read(unanswered.waiting_to_be_told, citizen) == []


@pytest.mark.parametrize(
    "changes",
    [{"valid_from": NOW + MINUTE}, {"valid_until": NOW}],
    ids=["not yet valid", "no longer valid"],
)
async def test_an_article_out_of_its_time_isnt_told(database: Database, changes: dict[str, datetime]) -> None:
    citizen = await enrol(database)
    await ask(database, "书房几点", who=citizen)
    await answer(database, await publish(database, **changes))
    assert await to_tell(database) == []
    assert await to_tell(database, now=NOW + MINUTE) == (["书房几点"] if "valid_from" in changes else [])


async def test_samples_count_where_they_are_sent(database: Database) -> None:
    citizen = await enrol(database)
    await ask(database, "书房几点", who=citizen)
    await answer(database, await database.write(articles.add, ARTICLE, status=SAMPLE, editor="wenming", now=NOW))
    assert await to_tell(database) == []
    assert await to_tell(database, statuses=(APPROVED, SAMPLE)) == ["书房几点"]


async def test_those_beyond_the_window_or_gone_arent_written_to(database: Database) -> None:
    citizen = await enrol(database, heard=NOW - WINDOW)
    await ask(database, "书房几点", who=citizen)
    await answer(database, await publish(database))
    assert await to_tell(database) == []
    assert await to_tell(database, now=NOW - MINUTE) == ["书房几点"]
    await database.write(citizens.mark_followed, citizen, followed=False)
    assert await to_tell(database, now=NOW - MINUTE) == []


async def test_a_message_made_once_isnt_made_again(database: Database) -> None:
    citizen = await enrol(database)
    await ask(database, "书房几点", who=citizen)
    await answer(database, await publish(database))
    made = NewDelivery(lane="customer_message", body="{}", due=NOW, created=NOW, repeatable=False, dedupe="answer:1")
    await database.write(outbox.enqueue, made)
    assert await to_tell(database) == []


async def test_an_erased_citizens_words_are_gone_and_nobody_is_told(database: Database) -> None:
    citizen = await enrol(database)
    await ask(database, "书房几点", who=citizen)
    await answer(database, await publish(database))
    await database.write(unanswered.erase, citizen)
    assert await table(database, "question") == [None]
    assert await to_tell(database) == []
    assert await database.read(unanswered.waiting_to_be_told, citizen) == []


async def test_many_rows_are_settled_at_once(database: Database) -> None:
    for number in range(40):
        await ask(database, f"问题{number}")
    await answer(database, 3)
    assert await database.read(unanswered.count) == 0


async def test_what_each_message_asks_has_an_index(database: Database) -> None:
    def plan(conn: Connection) -> str:
        conn.execute(update(rows).values(told=None))
        conn.execute(text("ANALYZE"))
        if is_postgres(conn):
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN " if is_postgres(conn) else "EXPLAIN QUERY PLAN "
        asked = select(rows.c.id).where(unanswered.IS_UNTOLD, rows.c.citizen_id == "c1")
        sql = str(asked.compile(conn, compile_kwargs={"literal_binds": True}))
        return "\n".join(str(tuple(row)) for row in conn.execute(text(explain + sql)))

    assert "ix_unanswered_untold" in await database.write(plan)
