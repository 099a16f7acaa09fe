"""The outbox in the database: dedupe, claims, leases and fences, expiry, cancelling, the ledger of open rows."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from store import claims, lanes, outbox, service
from store.claims import Claimed, Settlement
from store.database import Database
from store.lanes import Limits
from store.outbox import DeliveryState, NewDelivery
from store.tables import outbox as rows

LANE = "customer_message"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
PLENTY = Limits(per_second=1000, burst=1000, day_limit=1_000_000)
LATER = timedelta(minutes=1)
KEYS_VALID = timedelta(minutes=9)


@pytest.fixture
async def lane(database: Database) -> Database:
    await database.write(lanes.open_lane, LANE, limits=PLENTY)
    return database


async def put(database: Database, **given: Any) -> int:
    values: dict[str, Any] = {"lane": LANE, "body": "{}", "due": NOW, "created": NOW, "repeatable": False}
    row_id = await database.write(outbox.enqueue, NewDelivery(**{**values, **given}))
    assert row_id is not None
    return row_id


async def claim(database: Database, *, limit: int = 50, lease: float = 60.0, now: datetime = NOW) -> list[Claimed]:
    claimed = await database.write(claims.claim, LANE, limit=limit, lease_seconds=lease, now=now)
    return list(claimed.deliveries)


async def begin(database: Database, claimed: Claimed, *, lease: float = 60.0) -> bool:
    return await database.write(claims.begin_attempt, claimed, lease_seconds=lease, now=NOW)


async def settle(database: Database, claimed: Claimed, state: DeliveryState, **given: Any) -> bool:
    return await database.write(claims.settle, claimed, Settlement(state=state, **given), now=NOW)


async def reap(database: Database, *, now: datetime = NOW) -> int:
    return await database.write(claims.reap, LANE, client_id_valid=KEYS_VALID, now=now)


def _state(conn: Connection, row_id: int) -> str:
    return str(conn.scalars(select(rows.c.state).where(rows.c.id == row_id)).one())


async def state(database: Database, row_id: int) -> str:
    return await database.read(_state, row_id)


async def test_a_dedupe_key_has_one_row(database: Database) -> None:
    row = NewDelivery(lane=LANE, body="{}", due=NOW, created=NOW, repeatable=False, dedupe="late:1")
    ids = await asyncio.gather(*(database.write(outbox.enqueue, row) for _ in range(10)))
    assert sum(one is not None for one in ids) == 1
    assert [one.id for one in await claim_opened(database)] == [one for one in ids if one is not None]


async def claim_opened(database: Database) -> list[Claimed]:
    await database.write(lanes.open_lane, LANE, limits=PLENTY)
    return await claim(database)


async def test_rows_without_a_key_are_all_kept(lane: Database) -> None:
    assert await put(lane) != await put(lane)


async def test_urgent_rows_go_first_then_the_oldest(lane: Database) -> None:
    broadcast = await put(lane, priority=9, due=NOW - LATER)
    younger = await put(lane, due=NOW - timedelta(seconds=1))
    older = await put(lane, due=NOW - timedelta(seconds=2))
    notice = await put(lane, priority=5)
    assert [one.id for one in await claim(lane, limit=3)] == [older, younger, notice]
    assert [one.id for one in await claim(lane)] == [broadcast]


async def test_rows_wait_for_their_time_by_the_business_clock(lane: Database) -> None:
    row_id = await put(lane, due=NOW + timedelta(seconds=16))
    assert await claim(lane) == []
    assert [one.id for one in await claim(lane, now=NOW + timedelta(seconds=16))] == [row_id]


async def test_a_row_is_claimed_once(lane: Database) -> None:
    wanted = {await put(lane) for _ in range(30)}
    batches = await asyncio.gather(*(claim(lane, limit=7) for _ in range(8)))
    got = [one.id for batch in batches for one in batch]
    assert len(got) == len(set(got))
    assert set(got) | {one.id for one in await claim(lane)} == wanted


async def test_nothing_is_claimed_while_quiet(lane: Database) -> None:
    row_id = await put(lane)
    await lane.write(service.go_quiet, reason="an emergency", now=NOW)
    assert await claim(lane) == []
    await lane.write(service.lift_quiet)
    assert [one.id for one in await claim(lane)] == [row_id]


async def test_a_lane_that_was_never_opened_is_a_mistake(database: Database) -> None:
    with pytest.raises(LookupError, match=LANE):
        await claim(database)


async def test_the_whole_way_to_sent(lane: Database) -> None:
    row_id = await put(lane)
    (claimed,) = await claim(lane)
    assert await state(lane, row_id) == DeliveryState.LEASED
    assert await begin(lane, claimed)
    assert await state(lane, row_id) == DeliveryState.ATTEMPTING
    assert await settle(lane, claimed, DeliveryState.SENT)
    assert await state(lane, row_id) == DeliveryState.SENT
    assert await claim(lane) == []


async def test_again_later_counts_the_attempts_from_the_first(lane: Database) -> None:
    await put(lane)
    (first,) = await claim(lane)
    assert (first.attempts, first.first_attempt) == (0, None)
    await begin(lane, first)
    await settle(lane, first, DeliveryState.READY, due=NOW + LATER, error="WeChat is busy", errcode=-1)
    assert await claim(lane) == []
    (second,) = await claim(lane, now=NOW + LATER)
    assert (second.id, second.attempts, second.first_attempt) == (first.id, 1, NOW)
    assert second.fence > first.fence


async def test_crash_between_claim_and_attempt(lane: Database) -> None:
    await put(lane)
    (dead,) = await claim(lane, lease=-1.0)
    assert await reap(lane) == 1
    (alive,) = await claim(lane)
    assert alive.id == dead.id
    assert not await begin(lane, dead)
    assert await begin(lane, alive)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DeliveryState.UNCERTAIN),
        ({"repeatable": True}, DeliveryState.READY),
        ({"client_id": "k"}, DeliveryState.READY),
    ],
)
async def test_crash_in_an_attempt(lane: Database, given: dict[str, Any], expected: DeliveryState) -> None:
    row_id = await put(lane, **given)
    (claimed,) = await claim(lane)
    await begin(lane, claimed, lease=-1.0)
    assert await reap(lane) == 1
    assert await state(lane, row_id) == expected


async def test_crash_in_an_attempt_whose_client_id_is_too_old(lane: Database) -> None:
    row_id = await put(lane, client_id="k")
    (claimed,) = await claim(lane)
    await begin(lane, claimed, lease=-1.0)
    assert await reap(lane, now=NOW + KEYS_VALID) == 1
    assert await state(lane, row_id) == DeliveryState.UNCERTAIN


async def test_living_leases_are_left_alone(lane: Database) -> None:
    await put(lane)
    await put(lane)
    first, _ = await claim(lane)
    await begin(lane, first)
    assert await reap(lane) == 0


async def test_a_slow_worker_may_still_tell_how_it_ended_until_another_took_the_row(lane: Database) -> None:
    row_id = await put(lane)
    (claimed,) = await claim(lane)
    await begin(lane, claimed, lease=-1.0)
    await reap(lane)
    assert await settle(lane, claimed, DeliveryState.SENT)
    assert await state(lane, row_id) == DeliveryState.SENT


async def test_a_worker_whose_row_was_given_to_another_cannot_settle_it(lane: Database) -> None:
    row_id = await put(lane, repeatable=True)
    (slow,) = await claim(lane)
    await begin(lane, slow, lease=-1.0)
    await reap(lane)
    (other,) = await claim(lane)
    assert not await settle(lane, slow, DeliveryState.REFUSED)
    assert await begin(lane, other)
    assert await settle(lane, other, DeliveryState.SENT)
    assert await state(lane, row_id) == DeliveryState.SENT


async def test_expired_rows_are_neither_claimed_nor_kept_open(lane: Database) -> None:
    row_id = await put(lane, expires=NOW + LATER)
    unbounded = await put(lane)
    assert [one.id for one in await claim(lane, now=NOW + LATER)] == [unbounded]
    assert await lane.write(outbox.expire, LANE, now=NOW) == 0
    assert await lane.write(outbox.expire, LANE, now=NOW + LATER) == 1
    assert await state(lane, row_id) == DeliveryState.EXPIRED


async def test_cancelling_stops_what_has_not_begun(lane: Database) -> None:
    waiting = await put(lane, dedupe="late:1", due=NOW + LATER)
    assert await lane.write(outbox.cancel, dedupe="late:1", reason="answered in time", now=NOW)
    assert await state(lane, waiting) == DeliveryState.CANCELLED
    leased = await put(lane, dedupe="late:2")
    (claimed,) = await claim(lane)
    assert await lane.write(outbox.cancel, dedupe="late:2", reason="answered in time", now=NOW)
    assert not await begin(lane, claimed)
    assert await state(lane, leased) == DeliveryState.CANCELLED


async def test_cancelling_comes_too_late_for_an_attempt(lane: Database) -> None:
    row_id = await put(lane, dedupe="late:1")
    (claimed,) = await claim(lane)
    await begin(lane, claimed)
    assert not await lane.write(outbox.cancel, dedupe="late:1", reason="answered in time", now=NOW)
    assert await state(lane, row_id) == DeliveryState.ATTEMPTING


async def test_erasing_a_citizen_stops_and_blanks_only_theirs(lane: Database) -> None:
    theirs = await put(lane, citizen_id="a", body='{"text":"private"}')
    others = await put(lane, citizen_id="b", body='{"text":"other"}')
    sent = await put(lane, citizen_id="a", body='{"text":"old"}', due=NOW - LATER)
    (claimed,) = await claim(lane, limit=1)
    await begin(lane, claimed)
    await settle(lane, claimed, DeliveryState.SENT)
    urgent = await put(lane, citizen_id="a", body='{"text":"urgent"}')
    assert await lane.write(outbox.erase_citizen, "a", spared=[urgent], reason="unfollowed", now=NOW) == 1
    rows_of_all = (theirs, others, sent, urgent)
    assert [await state(lane, one) for one in rows_of_all] == ["cancelled", "ready", "sent", "ready"]
    bodies = await lane.read(lambda conn: conn.execute(select(rows.c.id, rows.c.body)).all())
    assert {row.id: row.body for row in bodies} == {
        theirs: "{}",
        sent: "{}",
        others: '{"text":"other"}',
        urgent: '{"text":"urgent"}',
    }


async def test_what_has_no_end_yet_waits(lane: Database) -> None:
    sent, begun = [await put(lane, citizen_id="a", body=f'{{"text":"{number}"}}') for number in range(2)]
    one, other = await claim(lane, limit=2)
    await begin(lane, one)
    await settle(lane, one, DeliveryState.SENT)
    await begin(lane, other)
    ready = await put(lane, citizen_id="a", body='{"text":"ready"}')
    await put(lane, citizen_id="b")
    assert (one.id, other.id) == (sent, begun)
    waiting = await lane.read(outbox.list_waiting, "a", lane=one.lane)
    assert sorted(waiting) == [(begun, '{"text":"1"}'), (ready, '{"text":"ready"}')]
    assert await lane.read(outbox.list_waiting, "a", lane="another") == []


async def test_open_rows_are_counted_by_lane_and_state(lane: Database) -> None:
    await put(lane, due=NOW - LATER)
    await put(lane, due=NOW + LATER)
    for _ in range(3):
        await put(lane, due=NOW - 2 * LATER)
    leased, attempting, uncertain = await claim(lane, limit=3)
    await begin(lane, attempting)
    await begin(lane, uncertain, lease=-1.0)
    await reap(lane)
    depths = {(one.lane, one.state): (one.rows, one.oldest_due) for one in await lane.read(outbox.counts)}
    assert leased.id != attempting.id
    assert depths == {
        (LANE, DeliveryState.READY): (2, NOW - LATER),
        (LANE, DeliveryState.LEASED): (1, NOW - 2 * LATER),
        (LANE, DeliveryState.ATTEMPTING): (1, NOW - 2 * LATER),
        (LANE, DeliveryState.UNCERTAIN): (1, NOW - 2 * LATER),
    }


def _load(conn: Connection, *, number: int) -> None:
    row = {"lane": LANE, "state": "ready", "body": "{}", "repeatable": False, "attempts": 0, "fence": 0}
    future = {**row, "priority": 0, "due": NOW + timedelta(days=1), "created": NOW}
    conn.execute(rows.insert(), [future] * number)
    conn.execute(rows.insert(), [{**future, "priority": 9, "due": NOW}])


def _steps(conn: Connection) -> str:
    """Return SQLite's plan for the claim's look at one priority."""
    found = claims._DUE.compile(conn, compile_kwargs={"render_postcompile": True})
    params = {"name_1": LANE, "name": LANE, "rank": 0, "now": 0, "most": 5, "param_1": 5}
    plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {found}", tuple(params[name] for name in found.positiontup or ()))
    return " ".join(str(row[3]) for row in plan)


async def test_future_rows_of_a_higher_priority_hide_nothing(lane: Database) -> None:
    await lane.write(_load, number=300)
    (claimed,) = await claim(lane, limit=5)
    assert await settle(lane, claimed, DeliveryState.SENT)
    if lane.url.startswith("sqlite"):
        steps = await lane.read(_steps)
        assert "ix_outbox_ready (lane=? AND priority=? AND due<?)" in steps
        assert "TEMP B-TREE" not in steps


async def test_when_a_row_was_made_how_many_a_citizen_has_and_taking_the_content_out(lane: Database) -> None:
    row_id = await put(lane, citizen_id="c1", dedupe="alert:1", body='{"said":"secret"}')
    await put(lane, citizen_id="c1", created=NOW - LATER)
    await put(lane, citizen_id="c1", lane="media")
    await put(lane, citizen_id="c2")
    assert await lane.read(outbox.find_created, "alert:1") == NOW
    assert await lane.read(outbox.find_created, "alert:2") is None
    assert await lane.read(outbox.count_since, "c1", lane=LANE, since=NOW - LATER) == 1
    assert await lane.read(outbox.count_since, "c1", lane=LANE, since=NOW - 2 * LATER) == 2
    await lane.write(outbox.blank, row_id)
    bodies = await lane.read(lambda conn: list(conn.scalars(select(rows.c.body))))
    assert bodies == ["{}"] * 4


async def test_a_lane_that_speaks_to_the_office_goes_on_while_quiet(lane: Database) -> None:
    await put(lane)
    await lane.write(service.go_quiet, reason="an emergency", now=NOW)
    assert await claim(lane) == []
    claimed = await lane.write(claims.claim, LANE, limit=5, lease_seconds=60.0, now=NOW, even_quiet=True)
    assert len(claimed.deliveries) == 1
