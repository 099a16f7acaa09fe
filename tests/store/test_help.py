"""Conversations as they are stored: one open a citizen, tickets, revisions, the feed, nothing left after erasure."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from store import help, retention
from store.database import Connection, Database
from store.help import HANDED_OVER, Conversation, HelpState, Moved, NewLine, Outcome, Who

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def begin(database: Database, who: str = "c1", *, number: int = 1, now: datetime = NOW) -> Conversation:
    """Open a conversation."""
    ticket = f"20261124-{number:04d}"
    return await database.write(
        help.open_conversation, who, ticket=ticket, state=HelpState.WAITING, about="大扫除", now=now
    )


async def test_a_citizen_has_one_open_conversation(database: Database) -> None:
    first = await begin(database)
    with pytest.raises(IntegrityError):
        await begin(database, number=2)
    closed = {"state": HelpState.CLOSED, "closed": NOW, "outcome": Outcome.ANSWERED}
    await database.write(help.change, first, now=NOW, **closed)
    second = await begin(database, number=3)
    found = await database.read(help.find_open_of, "c1")
    assert found == second
    assert [one.id for one in await database.read(help.list_open)] == [second.id]
    assert [one.id for one in await database.read(help.list_closed)] == [first.id]


async def test_tickets_count_by_day(database: Database) -> None:
    given = await asyncio.gather(*(database.write(help.next_ticket, "20261124") for _ in range(20)))
    assert sorted(given) == [f"20261124-{number:04d}" for number in range(1, 21)]
    assert await database.write(help.next_ticket, "20261125") == "20261125-0001"


async def test_who_has_seen_an_older_state_changes_nothing(database: Database) -> None:
    seen = await begin(database)
    held = await database.write(help.change, seen, now=NOW, state=HelpState.HELD, holder=7)
    assert (held.revision, held.holder) == (2, 7)
    with pytest.raises(Moved):
        await database.write(help.change, seen, now=NOW, state=HelpState.HELD, holder=8)
    after = await database.read(help.find, seen.id)
    assert after is not None
    assert after.holder == 7


async def test_the_citizen_waits_from_the_first_unanswered_words(database: Database) -> None:
    begun = await begin(database)
    await database.write(help.change, begun, now=NOW, unanswered_since=None)
    await database.write(help.note_heard, begun.id, alert=None, now=NOW + MINUTE)
    await database.write(help.note_heard, begun.id, alert="danger", now=NOW + 2 * MINUTE)
    await database.write(help.note_heard, begun.id, alert=None, now=NOW + 3 * MINUTE)
    after = await database.read(help.find, begun.id)
    assert after is not None
    assert (after.unanswered_since, after.last_citizen) == (NOW + MINUTE, NOW + 3 * MINUTE)
    assert (after.alert, after.revision) == ("danger", 5)


async def test_counts_for_the_menu_and_the_overview(database: Database) -> None:
    assert await database.read(help.oldest_unclaimed) is None
    first = await begin(database, "c1", number=1, now=NOW)
    second = await begin(database, "c2", number=2, now=NOW + MINUTE)
    await database.write(help.change, second, now=NOW, state=HelpState.PROMISED)
    assert await database.read(help.count_unclaimed) == 2
    assert await database.read(help.oldest_unclaimed) == NOW
    await database.write(help.change, first, now=NOW, state=HelpState.HELD, holder=7, waiting_since=None)
    assert await database.read(help.count_unclaimed) == 1
    assert await database.read(help.oldest_unclaimed) == NOW + MINUTE
    assert await database.read(help.count_awaiting, 7) == 1
    assert await database.read(help.count_awaiting, 8) == 0


async def test_the_feed_moves_with_every_change_and_only_then(database: Database) -> None:
    seen = [await database.read(help.feed_revision)]
    begun = await begin(database)
    seen.append(await database.read(help.feed_revision))
    await database.write(help.note_heard, begun.id, alert=None, now=NOW)
    seen.append(await database.read(help.feed_revision))
    await database.write(help.note_delivered, begun.id)
    seen.append(await database.read(help.feed_revision))
    assert len(set(seen)) == len(seen)
    assert await database.read(help.feed_revision) == seen[-1]
    assert await database.write(help.prune_feed, before=NOW) == 0
    assert await database.write(help.prune_feed, before=NOW + MINUTE) == 3


async def test_a_form_sends_one_line(database: Database) -> None:
    begun = await begin(database)
    line = NewLine(conversation_id=begun.id, said=NOW, who=Who.STAFF, body="您好", staff_id=7, once="k1")
    first = await database.write(help.add_line, line)
    assert await database.read(help.find_once, "k1") == first
    assert await database.read(help.find_once, "k2") is None
    with pytest.raises(IntegrityError):
        await database.write(help.add_line, line)


async def test_erasing_closes_and_takes_the_words_alone(database: Database) -> None:
    begun, other = await begin(database, "c1", number=1), await begin(database, "c2", number=2)
    await database.write(help.change, begun, now=NOW, draft="王阿姨您好")
    for one in (begun, other):
        for kind, body in (("text", "我叫王秀英"), (HANDED_OVER, "8")):
            line = NewLine(conversation_id=one.id, said=NOW, who=Who.CITIZEN, kind=kind, body=body)
            await database.write(help.add_line, line)
    await database.write(help.erase_citizen, "c1", now=NOW + MINUTE)
    after = await database.read(help.find, begun.id)
    assert after is not None
    assert (after.state, after.outcome, after.about, after.draft) == (HelpState.CLOSED, Outcome.ERASED, "", "")
    assert after.closed == NOW + MINUTE
    assert [one.body for one in await database.read(help.lines, begun.id)] == [None, "8"]
    assert [one.body for one in await database.read(help.lines, other.id)] == ["我叫王秀英", "8"]
    await database.write(help.erase_citizen, "c1", now=NOW + MINUTE)  # again: nothing happens


async def test_words_go_when_their_time_is_over(database: Database) -> None:
    begun = await begin(database)
    for said in (NOW, NOW + 2 * MINUTE):
        line = NewLine(conversation_id=begun.id, said=said, who=Who.CITIZEN, body="我叫王秀英")
        await database.write(help.add_line, line)
    closed = {"state": HelpState.CLOSED, "closed": NOW, "outcome": Outcome.ANSWERED}
    await database.write(help.change, begun, now=NOW, draft="王阿姨您好", **closed)
    before = NOW + MINUTE
    for kind in (retention.HELP_LINES, retention.HELP_WORDS):
        keys = await database.read(retention.find_due, kind, before=before, limit=10)
        assert await database.write(retention.end, kind, list(keys), before=before) == 1
        assert await database.read(retention.find_due, kind, before=before, limit=10) == []
    assert [one.body for one in await database.read(help.lines, begun.id)] == [None, "我叫王秀英"]
    after = await database.read(help.find, begun.id)
    assert after is not None
    assert (after.about, after.draft) == ("", "")


async def test_open_conversations_are_found_by_their_index(database: Database) -> None:
    plan = "EXPLAIN QUERY PLAN" if database.url.startswith("sqlite") else "EXPLAIN"
    query = f"{plan} SELECT * FROM conversations WHERE citizen_id = 'c1' AND state != 'closed'"

    def explain(conn: Connection) -> str:
        if plan == "EXPLAIN":
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        return "\n".join(str(row) for row in conn.execute(text(query)))

    assert "ix_conversations_open" in await database.read(explain)
