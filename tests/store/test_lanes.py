"""Lanes: the bucket that claims share, the day's count, blocks, and clocks that are stepped."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from store import claims, lanes, outbox
from store.database import Database, wall_clock
from store.lanes import Limits
from store.outbox import NewDelivery
from store.tables import lanes as rows

LANE = "customer_message"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai
SECOND = timedelta(seconds=1)
MIDNIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


async def open_with(database: Database, *, per_second: int = 1, burst: int, day_limit: int = 10_000) -> None:
    limits = Limits(per_second=per_second, burst=burst, day_limit=day_limit)
    await database.write(lanes.open_lane, LANE, limits=limits)


async def fill(database: Database, number: int) -> None:
    row = NewDelivery(lane=LANE, body="{}", due=NOW, created=NOW, repeatable=False)
    await asyncio.gather(*(database.write(outbox.enqueue, row) for _ in range(number)))


async def claim(database: Database, *, limit: int = 50, now: datetime = NOW) -> claims.Claim:
    return await database.write(claims.claim, LANE, limit=limit, lease_seconds=60.0, now=now)


def _turn_back(conn: Connection, seconds: float) -> None:
    """Pretend that the last claim was so many seconds earlier (negative: later) by the wall clock."""
    conn.execute(update(rows).values(refilled=wall_clock(conn) - timedelta(seconds=seconds)))


def _seconds_ahead(conn: Connection) -> float:
    refilled = conn.scalars(select(rows.c.refilled)).one()
    return float((refilled - wall_clock(conn)).total_seconds())


def _micro_tokens(conn: Connection) -> int:
    return int(conn.scalars(select(rows.c.micro_tokens)).one())


async def test_two_claimers_share_one_bucket(database: Database) -> None:
    await open_with(database, burst=10)
    await fill(database, 40)
    claimed = await asyncio.gather(*(claim(database, limit=4) for _ in range(12)))
    got = sum(len(one.deliveries) for one in claimed)
    assert 10 <= got <= 12  # the bucket, and what dripped in meanwhile


async def test_the_bucket_refills_with_real_time_up_to_its_brim(database: Database) -> None:
    await open_with(database, per_second=2, burst=10)
    await fill(database, 40)
    assert len((await claim(database)).deliveries) == 10
    await database.write(_turn_back, 2.25)
    assert len((await claim(database)).deliveries) == 4
    await database.write(_turn_back, 3600.0)
    assert len((await claim(database)).deliveries) == 10


async def test_an_empty_bucket_says_when_to_look_again(database: Database) -> None:
    await open_with(database, per_second=1, burst=2)
    await fill(database, 3)
    first = await claim(database)
    assert len(first.deliveries) == 2
    assert first.look_again is not None
    assert 0.0 < first.look_again <= 1.0


async def test_a_lane_with_nothing_to_send_needs_no_hurry(database: Database) -> None:
    await open_with(database, burst=100)
    await fill(database, 3)
    assert (await claim(database)).look_again is None


async def test_time_that_runs_backwards_fills_nothing_and_stops_nothing(database: Database) -> None:
    await open_with(database, per_second=1, burst=10)
    await fill(database, 40)
    await claim(database, limit=10)
    await database.write(_turn_back, -1.0)  # another machine's clock is a second ahead
    assert len((await claim(database)).deliveries) == 0
    await database.write(_turn_back, -3600.0)  # the clock was stepped back by an hour
    assert len((await claim(database)).deliveries) == 0
    await database.write(_turn_back, 3.5)
    assert len((await claim(database)).deliveries) == 3


async def test_an_empty_bucket_fills_again_after_the_clock_was_stepped_back(database: Database) -> None:
    await open_with(database, per_second=1, burst=10)
    await fill(database, 40)
    await claim(database, limit=10)
    await database.write(_turn_back, -3600.0)
    assert len((await claim(database)).deliveries) == 0
    assert await database.read(_seconds_ahead) < 1.0


async def test_the_day_is_counted_in_shanghai(database: Database) -> None:
    await open_with(database, burst=100, day_limit=3)
    await fill(database, 8)
    assert len((await claim(database)).deliveries) == 3
    assert len((await claim(database, now=MIDNIGHT - SECOND)).deliveries) == 0
    assert len((await claim(database, now=MIDNIGHT)).deliveries) == 3


async def test_a_blocked_lane_waits_and_the_longer_block_counts(database: Database) -> None:
    await open_with(database, burst=100)
    await fill(database, 1)
    hour = timedelta(hours=1)
    assert await database.write(lanes.block, LANE, until=NOW + hour, reason="the day's calls are used up")
    assert not await database.write(lanes.block, LANE, until=NOW + hour / 2, reason="too fast")
    assert not await database.write(lanes.block, LANE, until=NOW + hour + SECOND, reason="a row under way then")
    assert len((await claim(database)).deliveries) == 0
    (standing,) = await database.read(lanes.list_standings, now=NOW)
    assert (standing.blocked_until, standing.blocked_reason) == (NOW + hour, "the day's calls are used up")
    assert len((await claim(database, now=NOW + hour)).deliveries) == 1
    (standing,) = await database.read(lanes.list_standings, now=NOW + hour)
    assert (standing.blocked_until, standing.calls_today) == (None, 1)


async def test_a_block_can_be_lifted(database: Database) -> None:
    await open_with(database, burst=100)
    await fill(database, 1)
    await database.write(lanes.block, LANE, until=MIDNIGHT, reason="APP_SECRET is wrong")
    await database.write(lanes.unblock, LANE)
    assert len((await claim(database)).deliveries) == 1


async def test_opening_again_sets_limits_and_keeps_the_bucket(database: Database) -> None:
    await open_with(database, burst=10, day_limit=100)
    await fill(database, 10)
    await claim(database, limit=10)
    await open_with(database, burst=20, day_limit=50)
    assert await database.read(_micro_tokens) < 10 * lanes.MICRO
    (standing,) = await database.read(lanes.list_standings, now=NOW)
    assert (standing.calls_today, standing.day_limit) == (10, 50)


async def test_a_slow_lane_drips_less_than_once_a_second(database: Database) -> None:
    limits = Limits(per_second=15, every=60, burst=5, day_limit=1000)
    await database.write(lanes.open_lane, LANE, limits=limits)
    await fill(database, 40)
    assert len((await claim(database)).deliveries) == 5
    waiting = await claim(database)
    assert not waiting.deliveries
    assert waiting.look_again is not None
    assert 2.0 < waiting.look_again <= 4.0
    await database.write(_turn_back, 8.5)
    assert len((await claim(database)).deliveries) == 2
