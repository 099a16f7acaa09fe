"""Sending from the outbox: rows are leased, their attempt is noted before the request, and its end is settled.

A lease that runs out puts a leased row back to ready. An attempting row may have reached WeChat: it goes back only if a
repeat does no harm, else it is uncertain, never repeated by itself, and shown to staff. The fence counts the leases of
a row, so that a worker whose lease was given to another can't settle it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, update

from store import lanes, service
from store.database import wall_clock
from store.outbox import IS_READY, DeliveryState, is_in
from store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A leased row in the hands of one worker."""

    id: int
    lane: str
    fence: int
    citizen_id: str | None
    body: str
    repeatable: bool
    client_id: str | None
    attempts: int  # before this one
    first_attempt: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a claim brought. `look_again`: seconds until the lane's bucket has more, if it was what ran out."""

    deliveries: Sequence[Claimed] = ()
    look_again: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How an attempt ended. READY means again at `due`; `error` is the reason in words."""

    state: DeliveryState
    due: datetime | None = None
    errcode: int | None = None
    error: str | None = None


_NOT_EXPIRED = or_(outbox.c.expires.is_(None), outbox.c.expires > bindparam("now"))

# The next priority that has rows: a seek in the index, whatever else waits there.
_NEXT_PRIORITY = select(func.min(outbox.c.priority)).where(
    IS_READY, outbox.c.lane == bindparam("name"), outbox.c.priority > bindparam("after")
)
_DUE = (
    select(outbox)
    .where(
        IS_READY,
        outbox.c.lane == bindparam("name"),
        outbox.c.priority == bindparam("rank"),
        outbox.c.due <= bindparam("now"),
        _NOT_EXPIRED,
    )
    .order_by(outbox.c.due, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=DeliveryState.LEASED, lease_until=bindparam("ends"), fence=outbox.c.fence + 1)
)
_OURS = (outbox.c.id == bindparam("row"), outbox.c.fence == bindparam("held_fence"))
_BEGIN = (
    update(outbox)
    .where(*_OURS, outbox.c.state == DeliveryState.LEASED)
    .values(
        state=DeliveryState.ATTEMPTING,
        lease_until=bindparam("ends"),
        attempts=outbox.c.attempts + 1,
        first_attempt=func.coalesce(outbox.c.first_attempt, bindparam("now", type_=outbox.c.first_attempt.type)),
    )
)
# A row that the reaper took from us in the meantime still carries our fence: our answer is better than its guess.
_SETTLE = (
    update(outbox)
    .where(*_OURS, is_in(DeliveryState.LEASED, DeliveryState.ATTEMPTING, DeliveryState.UNCERTAIN, DeliveryState.READY))
    .values(
        state=bindparam("outcome"),
        due=func.coalesce(bindparam("again", type_=outbox.c.due.type), outbox.c.due),
        settled=bindparam("done"),
        errcode=bindparam("code"),
        error=bindparam("why"),
        lease_until=None,
    )
)
_LEASE_RAN_OUT = and_(outbox.c.lane == bindparam("name"), outbox.c.lease_until <= bindparam("wall"))
_REAP_LEASED = (
    update(outbox)
    .where(is_in(DeliveryState.LEASED), _LEASE_RAN_OUT)
    .values(state=DeliveryState.READY, lease_until=None)
)
_HARMLESS = or_(
    outbox.c.repeatable,
    and_(outbox.c.client_id.is_not(None), outbox.c.first_attempt > bindparam("keys_valid_since")),
)
_REAP_REPEATABLE = (
    update(outbox)
    .where(is_in(DeliveryState.ATTEMPTING), _LEASE_RAN_OUT, _HARMLESS)
    .values(state=DeliveryState.READY, lease_until=None)
)
_REAP_UNCERTAIN = (
    update(outbox)
    .where(is_in(DeliveryState.ATTEMPTING), _LEASE_RAN_OUT)
    .values(
        state=DeliveryState.UNCERTAIN,
        lease_until=None,
        settled=bindparam("now"),
        error="the service stopped or broke between the request and its answer",
    )
)


def claim(
    conn: Connection, lane: str, *, limit: int, lease_seconds: float, now: datetime, even_quiet: bool = False
) -> Claim:
    """Lease rows that are due at business time `now`, at most `limit` and what the lane's bucket and day allow.

    Higher priorities (lower numbers) go first. Nothing is claimed while the lane is blocked, or the quiet switch is on
    that silences it.
    """
    if not even_quiet and service.find_quiet(conn) is not None:
        return Claim()
    bucket = lanes.lock_bucket(conn, lane, now=now)
    if bucket.blocked:
        return Claim()
    rows = _find_due(conn, lane, limit=min(limit, bucket.granted), now=now)
    if rows:
        lanes.spend(conn, bucket, calls=len(rows))
        ends = bucket.wall + timedelta(seconds=lease_seconds)
        conn.execute(_LEASE, {"ids": [row.id for row in rows], "ends": ends})
    short = bucket.granted < limit and len(rows) == bucket.granted
    return Claim(
        deliveries=[_claimed(row) for row in rows],
        look_again=bucket.seconds_to(bucket.granted + 1) if short else None,
    )


def _find_due(conn: Connection, lane: str, *, limit: int, now: datetime) -> Sequence[Row[tuple[object, ...]]]:
    """Look through one priority after the other, so that rows not yet due in a higher one cost nothing."""
    found: list[Row[tuple[object, ...]]] = []
    priority = conn.scalar(_NEXT_PRIORITY, {"name": lane, "after": -1})
    while priority is not None and len(found) < limit:
        values = {"name": lane, "rank": priority, "now": now, "most": limit - len(found)}
        found.extend(conn.execute(_DUE, values))
        priority = conn.scalar(_NEXT_PRIORITY, {"name": lane, "after": priority})
    return found


def _claimed(row: Row[tuple[object, ...]]) -> Claimed:
    return Claimed(
        id=row.id,
        lane=row.lane,
        fence=row.fence + 1,
        citizen_id=row.citizen_id,
        body=row.body,
        repeatable=row.repeatable,
        client_id=row.client_id,
        attempts=row.attempts,
        first_attempt=row.first_attempt,
    )


def begin_attempt(conn: Connection, claimed: Claimed, *, lease_seconds: float, now: datetime) -> bool:
    """Note, before the request, that it may reach WeChat; False if the row isn't ours any more or was cancelled."""
    ends = wall_clock(conn) + timedelta(seconds=lease_seconds)
    return conn.execute(_BEGIN, {**_hold(claimed), "ends": ends, "now": now}).rowcount == 1


def settle(conn: Connection, claimed: Claimed, settlement: Settlement, *, now: datetime) -> bool:
    """Write how the attempt ended; False if the row has been given to another worker or was cancelled."""
    values = {
        **_hold(claimed),
        "outcome": settlement.state,
        "again": settlement.due,
        "done": None if settlement.state is DeliveryState.READY else now,
        "code": settlement.errcode,
        "why": settlement.error,
    }
    return conn.execute(_SETTLE, values).rowcount == 1


def reap(conn: Connection, lane: str, *, client_id_valid: timedelta, now: datetime) -> int:
    """Take back the lane's rows whose lease ran out and count them; `client_id_valid`: how long WeChat dedupes."""
    wall = {"name": lane, "wall": wall_clock(conn)}
    reaped = conn.execute(_REAP_LEASED, wall).rowcount
    reaped += conn.execute(_REAP_REPEATABLE, {**wall, "keys_valid_since": now - client_id_valid}).rowcount
    return reaped + conn.execute(_REAP_UNCERTAIN, {**wall, "now": now}).rowcount


def _hold(claimed: Claimed) -> dict[str, object]:
    return {"row": claimed.id, "held_fence": claimed.fence}
