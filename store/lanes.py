"""Lanes: how fast and how often one of WeChat's interfaces may be called, counted in the claim's own transaction.

The token bucket runs on the database's wall clock; the day's count and a block run on the business clock, because they
follow WeChat's day in Asia/Shanghai.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.clock import TOWN
from store.database import wall_clock
from store.tables import lanes

MICRO = 1_000_000
_STEPPED_BACK = timedelta(seconds=2)
_ABOUT_THE_SAME = timedelta(seconds=20)  # rows that were under way together block their lane one after the other

_OPEN = insert(lanes).values(
    lane=bindparam("name"),
    per_second=bindparam("rate"),
    every=bindparam("seconds"),
    burst=bindparam("most"),
    day_limit=bindparam("daily"),
    micro_tokens=bindparam("tokens"),
    refilled=bindparam("wall"),
    day="",
    day_count=0,
)
_OPEN = _OPEN.on_conflict_do_update(
    index_elements=["lane"],
    set_={
        "per_second": _OPEN.excluded.per_second,
        "every": _OPEN.excluded.every,
        "burst": _OPEN.excluded.burst,
        "day_limit": _OPEN.excluded.day_limit,
    },
)
_LOCK = select(lanes).where(lanes.c.lane == bindparam("name")).with_for_update()
_SPEND = (
    update(lanes)
    .where(lanes.c.lane == bindparam("name"))
    .values(
        micro_tokens=bindparam("tokens"),
        refilled=bindparam("wall"),
        day=bindparam("today"),
        day_count=bindparam("calls_today"),
    )
)
_RESTART = update(lanes).where(lanes.c.lane == bindparam("name")).values(refilled=bindparam("wall"))
_BLOCK = (
    update(lanes)
    .where(
        lanes.c.lane == bindparam("name"),
        or_(lanes.c.blocked_until.is_(None), lanes.c.blocked_until < bindparam("about")),
    )
    .values(blocked_until=bindparam("ends"), blocked_reason=bindparam("why"))
)
_UNBLOCK = update(lanes).where(lanes.c.lane == bindparam("name")).values(blocked_until=None, blocked_reason=None)
_ALL = select(lanes).order_by(lanes.c.lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a lane may do: calls a second on average, calls at once after a rest, calls a day.

    A slow lane's `per_second` are spread over `every` so many seconds.
    """

    per_second: int
    burst: int
    day_limit: int
    every: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A locked lane in a claim: how many calls it grants now, and what it will be written back from."""

    lane: str
    granted: int
    limits: Limits
    micro_tokens: int
    wall: datetime
    day: str
    day_count: int
    blocked: bool

    def seconds_to(self, calls: int) -> float:
        """Return the seconds until the bucket alone would grant so many calls."""
        return max(0, calls * MICRO - self.micro_tokens) * self.limits.every / (self.limits.per_second * MICRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A lane as an operator sees it."""

    lane: str
    calls_today: int
    day_limit: int
    blocked_until: datetime | None
    blocked_reason: str | None


def open_lane(conn: Connection, lane: str, *, limits: Limits) -> None:
    """Make the lane with a full bucket, or set its limits and keep its bucket and counts."""
    values = {"name": lane, "rate": limits.per_second, "seconds": limits.every, "most": limits.burst}
    conn.execute(_OPEN, {**values, "daily": limits.day_limit, "tokens": limits.burst * MICRO, "wall": wall_clock(conn)})


def lock_bucket(conn: Connection, lane: str, *, now: datetime) -> Bucket:
    """Lock the lane until the transaction ends and tell what it grants at business time `now`.

    Raises:
        LookupError: the lane was never opened.
    """
    row = conn.execute(_LOCK, {"name": lane}).first()
    if row is None:
        raise LookupError(f"lane {lane} was never opened")
    wall = wall_clock(conn)  # read after the lock: before it, another's later reading could already stand in the row
    if row.refilled - wall > _STEPPED_BACK:  # or an empty bucket would stay empty until the clock is there again
        conn.execute(_RESTART, {"name": lane, "wall": wall})
    limits = Limits(per_second=row.per_second, burst=row.burst, day_limit=row.day_limit, every=row.every)
    tokens, refilled = _refill(row, wall)
    today = _day(now)
    calls_today = row.day_count if row.day == today else 0
    blocked = row.blocked_until is not None and row.blocked_until > now
    granted = 0 if blocked else max(0, min(tokens // MICRO, limits.day_limit - calls_today))
    return Bucket(
        lane=lane,
        granted=granted,
        limits=limits,
        micro_tokens=tokens,
        wall=refilled,
        day=today,
        day_count=calls_today,
        blocked=blocked or calls_today >= limits.day_limit,
    )


def _refill(row: Row[tuple[object, ...]], wall: datetime) -> tuple[int, datetime]:
    """Return the bucket's content at `wall`; a little backwards adds nothing, a stepped clock restarts."""
    if wall < row.refilled:
        return row.micro_tokens, wall if row.refilled - wall > _STEPPED_BACK else row.refilled
    grown = (wall - row.refilled) // timedelta(microseconds=1) * row.per_second // row.every
    return min(row.burst * MICRO, row.micro_tokens + grown), wall


def spend(conn: Connection, bucket: Bucket, *, calls: int) -> None:
    """Take granted calls out of the bucket and count them for the day."""
    values = {"name": bucket.lane, "tokens": bucket.micro_tokens - calls * MICRO, "wall": bucket.wall}
    conn.execute(_SPEND, {**values, "today": bucket.day, "calls_today": bucket.day_count + calls})


def block(conn: Connection, lane: str, *, until: datetime, reason: str) -> bool:
    """Stop the lane until a moment of the business clock; False if it is stopped about that long already."""
    values = {"name": lane, "ends": until, "about": until - _ABOUT_THE_SAME, "why": reason}
    return conn.execute(_BLOCK, values).rowcount == 1


def unblock(conn: Connection, lane: str) -> None:
    """Lift a block before its time, once an operator has mended its cause."""
    conn.execute(_UNBLOCK, {"name": lane})


def list_standings(conn: Connection, *, now: datetime) -> Sequence[Standing]:
    """Return every lane's calls today and its block, if one holds at business time `now`."""
    return [_standing(row, now) for row in conn.execute(_ALL)]


def _standing(row: Row[tuple[object, ...]], now: datetime) -> Standing:
    blocked = row.blocked_until is not None and row.blocked_until > now
    return Standing(
        lane=row.lane,
        calls_today=row.day_count if row.day == _day(now) else 0,
        day_limit=row.day_limit,
        blocked_until=row.blocked_until if blocked else None,
        blocked_reason=row.blocked_reason if blocked else None,
    )


def _day(now: datetime) -> str:
    return now.astimezone(TOWN).date().isoformat()
