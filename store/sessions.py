"""Where staff are signed in. The tokens themselves stand in the browsers alone, here their SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.staff import StoredStaff, load
from store.tables import staff, staff_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What is kept of a session."""

    staff_id: int
    token_hash: bytes
    stage: str
    started: datetime
    idle_until: datetime
    ends: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it is kept; with `idle_until` or `ends` in the past it is over."""

    id: int
    staff_id: int
    stage: str
    started: datetime
    seen: datetime
    idle_until: datetime
    ends: datetime
    address: str
    browser: str


_COLUMNS = tuple(staff_sessions.c[name] for name in StoredSession.__dataclass_fields__)
_ALIVE = (
    staff_sessions.c.idle_until > bindparam("now"),
    staff_sessions.c.ends > bindparam("now"),
)
_FIND = select(*_COLUMNS).where(staff_sessions.c.token_hash == bindparam("token_hash"), *_ALIVE)
_OF_STAFF = select(*_COLUMNS).where(staff_sessions.c.staff_id == bindparam("staff_id"), *_ALIVE)
_OWNER = select(staff).where(staff.c.id == bindparam("staff_id"), staff.c.active.is_(True))


def add(conn: Connection, new: NewSession) -> int:
    """Open a session; return its number."""
    values = {name: getattr(new, name) for name in NewSession.__dataclass_fields__}
    added = insert(staff_sessions).values(**values, seen=new.started).returning(staff_sessions.c.id)
    number: int = conn.execute(added).scalar_one()
    return number


def find(conn: Connection, token_hash: bytes, *, now: datetime) -> tuple[StoredSession, StoredStaff] | None:
    """Return the living session of a token and its owner, None if there is none or its owner left."""
    row = conn.execute(_FIND, {"token_hash": token_hash, "now": now}).first()
    if row is None:
        return None
    owner = conn.execute(_OWNER, {"staff_id": row.staff_id}).first()
    return None if owner is None else (StoredSession(*row), load(owner))


def list_of(conn: Connection, staff_id: int, *, now: datetime) -> Sequence[StoredSession]:
    """Return somebody's living sessions, the one used last first."""
    found = conn.execute(_OF_STAFF.order_by(staff_sessions.c.seen.desc()), {"staff_id": staff_id, "now": now})
    return [StoredSession(*row) for row in found]


def touch(conn: Connection, session_id: int, *, now: datetime, idle_until: datetime) -> None:
    """Note that a session was used."""
    used = update(staff_sessions).where(staff_sessions.c.id == session_id)
    conn.execute(used.values(seen=now, idle_until=idle_until))


def end(conn: Connection, token_hash: bytes) -> None:
    """End the session of a token."""
    conn.execute(delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash))


def end_one(conn: Connection, session_id: int, *, staff_id: int) -> bool:
    """End one of somebody's sessions; False if it isn't his."""
    ended = delete(staff_sessions).where(staff_sessions.c.id == session_id, staff_sessions.c.staff_id == staff_id)
    return conn.execute(ended).rowcount == 1


def end_all(conn: Connection, staff_id: int) -> int:
    """End all of somebody's sessions; return how many."""
    return conn.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id)).rowcount
