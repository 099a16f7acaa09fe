"""Named things that one process at a time may do, and the value that all share, such as the access token.

All times are the database's wall clock. A fence counts the holders, so that one whose lease ran out can't write.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from store.database import wall_clock
from store.tables import leases

_DAY = 86_400.0

_ADD = (
    insert(leases).values(name=bindparam("lease"), fence=0, forced="[]").on_conflict_do_nothing(index_elements=["name"])
)
_TAKE = (
    update(leases)
    .where(
        leases.c.name == bindparam("lease"),
        or_(leases.c.until.is_(None), leases.c.until <= bindparam("wall"), leases.c.owner == bindparam("holder")),
    )
    .values(owner=bindparam("holder"), until=bindparam("ends"), fence=leases.c.fence + 1)
    .returning(leases.c.fence)
)
_HELD = (
    leases.c.name == bindparam("lease"),
    leases.c.owner == bindparam("holder"),
    leases.c.fence == bindparam("held_fence"),
)
_KEEP = update(leases).where(*_HELD).values(sealed=bindparam("content"), value_until=bindparam("ends"))
_RELEASE = update(leases).where(*_HELD).values(owner=None, until=None)
_FORCED = select(leases.c.forced).where(*_HELD).with_for_update()
_NOTE_FORCED = update(leases).where(*_HELD).values(forced=bindparam("moments"))
_READ = select(leases.c.sealed, leases.c.value_until).where(leases.c.name == bindparam("lease"))


@dataclass(frozen=True, slots=True)
class Held:
    """Proof of a lease: who took it and as which holder."""

    name: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class SharedValue:
    """What the row holds; `seconds_left` may be negative."""

    sealed: bytes
    seconds_left: float


def read_shared(conn: Connection, name: str) -> SharedValue | None:
    """Return the shared value, None if there is none."""
    row = conn.execute(_READ, {"lease": name}).first()
    if row is None or row.sealed is None or row.value_until is None:
        return None
    return SharedValue(row.sealed, (row.value_until - wall_clock(conn)).total_seconds())


def take_lease(conn: Connection, name: str, *, owner: str, seconds: float) -> Held | None:
    """Take the lease for some seconds if it is free, ran out, or is our own; None if another holds it."""
    conn.execute(_ADD, {"lease": name})
    wall = wall_clock(conn)
    values = {"lease": name, "wall": wall, "holder": owner, "ends": wall + timedelta(seconds=seconds)}
    fence = conn.scalar(_TAKE, values)
    return None if fence is None else Held(name, owner, fence)


def keep_shared(conn: Connection, held: Held, *, sealed: bytes, seconds: float) -> bool:
    """Share a value that is good for some seconds; False if the lease has gone to another."""
    ends = wall_clock(conn) + timedelta(seconds=seconds)
    return conn.execute(_KEEP, {**_proof(held), "content": sealed, "ends": ends}).rowcount == 1


def release_lease(conn: Connection, held: Held) -> None:
    """Let the next one in; nothing happens if the lease has gone to another."""
    conn.execute(_RELEASE, _proof(held))


def note_forced(conn: Connection, held: Held, *, per_day: int, seconds_apart: float) -> bool:
    """Record a forced refresh before it is made; False if the last is too near, a day's are used, or the lease is lost.

    A day is the last 24 hours: WeChat doesn't say when its day begins.
    """
    forced = conn.scalar(_FORCED, _proof(held))
    if forced is None:
        return False
    wall = wall_clock(conn).timestamp()
    recent = _within(json.loads(forced), since=wall - _DAY)
    if len(recent) >= per_day or (recent and wall - recent[-1] < seconds_apart):
        return False
    conn.execute(_NOTE_FORCED, {**_proof(held), "moments": json.dumps([*recent, wall])})
    return True


def _within(moments: Iterable[float], *, since: float) -> list[float]:
    return sorted(moment for moment in moments if moment > since)


def _proof(held: Held) -> dict[str, str | int | datetime]:
    return {"lease": held.name, "holder": held.owner, "held_fence": held.fence}
