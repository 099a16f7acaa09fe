"""The audit log: every change by staff and every look at personal data, each line tied to the one before by its hash.

Nothing personal stands in it: people are named by their numbers, what was changed by its subject's. Triggers keep
the lines as they are (migration 0003); the chain shows if somebody got round them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, insert, select

from store.database import is_postgres
from store.tables import audit
from store.types import to_microseconds

KEPT_AT_LEAST = timedelta(days=180)  # 网络安全法, article 21: network logs are kept for six months
FIRST = b"\0" * 32  # what stands before the first line of all
_LOCK_NUMBER = 0x61756469  # nobody else takes the advisory lock of this number
_LINES_AT_ONCE = 1000
_LONGEST_DETAIL = 300

_LAST_HASH = select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)
_LINES = select(audit).where(audit.c.id > bindparam("after")).order_by(audit.c.id).limit(_LINES_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `staff_id` is None for the command line, the service itself and strangers."""

    id: int
    happened: datetime
    staff_id: int | None
    action: str
    subject: str
    subject_id: str
    detail: str
    citizen: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which lines are looked for; what is None or empty doesn't narrow."""

    since: datetime | None = None
    until: datetime | None = None
    staff_id: int | None = None
    actions: Sequence[str] = ()
    subject: str = ""
    subject_id: str = ""
    citizen: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain is broken: this line was altered, or one before it is missing or was put in."""

    id: int
    altered: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the chain has found so far; the chain goes on after the line `last`, whose hash is `head`.

    Whoever has noted a head elsewhere can tell that no lines were cut off since.
    """

    lines: int = 0
    last: int = -1
    head: str = ""
    breaks: tuple[Break, ...] = ()
    whole: bool = False  # there are no more lines


def record(
    conn: Connection,
    *,
    staff_id: int | None,
    action: str,
    now: datetime,
    subject: str = "",
    subject_id: str = "",
    detail: str = "",
    citizen: str = "",
    ip: str = "",
) -> None:
    """Add a line; do it last, since on PostgreSQL nobody else can add one until the transaction ends."""
    if is_postgres(conn):
        conn.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
    previous = conn.scalar(_LAST_HASH) or FIRST
    values = {
        "happened": now,
        "staff_id": staff_id,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "detail": detail[:_LONGEST_DETAIL],
        "citizen": citizen,
        "address": ip,
    }
    conn.execute(insert(audit).values(**values, previous=previous, hash=_hash(previous, values)))


def search(conn: Connection, wanted: Search, *, before: int | None = None, limit: int = 50) -> Sequence[Line]:
    """Return matching lines, the newest first; `before` is the id from which an earlier page went on."""
    newest_first = (audit.c.happened.desc(), audit.c.id.desc())
    found = select(audit).where(*_conditions(wanted)).order_by(*newest_first).limit(limit)
    if before is not None:
        happened = conn.scalar(select(audit.c.happened).where(audit.c.id == before))
        if happened is None:
            return ()
        found = found.where(audit.c.happened <= happened, (audit.c.happened < happened) | (audit.c.id < before))
    return [_line(row) for row in conn.execute(found)]


def actions_used(conn: Connection) -> Sequence[str]:
    """Return every action that stands in the log, in order; looked up from one to the next in the index."""
    found: list[str] = []
    following = select(func.min(audit.c.action)).where(audit.c.action > bindparam("last"))
    while (action := conn.scalar(following, {"last": found[-1] if found else ""})) is not None:
        found.append(action)
    return found


def verify(conn: Connection, so_far: Verdict) -> Verdict:
    """Follow the chain for another thousand lines; what stands before the oldest that is kept is taken as it is."""
    rows = conn.execute(_LINES, {"after": so_far.last}).all()
    breaks, head = list(so_far.breaks), so_far.head
    for row in rows:
        if head and row.previous.hex() != head:
            breaks.append(Break(row.id, altered=False))
        if row.hash != _hash(row.previous, {name: getattr(row, name) for name in _HASHED}):
            breaks.append(Break(row.id, altered=True))
        head = row.hash.hex()
    last = rows[-1].id if rows else so_far.last
    return Verdict(so_far.lines + len(rows), last, head, tuple(breaks), len(rows) < _LINES_AT_ONCE)


def find_expired(conn: Connection, *, before: datetime) -> int | None:
    """Return the id up to which all lines are older than a moment, None if none is."""
    oldest = conn.execute(select(audit.c.id, audit.c.happened).order_by(audit.c.id).limit(1)).first()
    if oldest is None or oldest.happened >= before:
        return None
    kept = conn.scalar(select(func.min(audit.c.id)).where(audit.c.happened >= before))
    last = select(func.max(audit.c.id))
    expired: int | None = conn.scalar(last if kept is None else last.where(audit.c.id < kept))
    return expired


def expire(conn: Connection, *, up_to: int, limit: int) -> int:
    """Delete up to `limit` of the oldest lines; return how many.

    They go from the beginning only, so that the rest of the chain stays whole.
    """
    oldest = select(audit.c.id).where(audit.c.id <= up_to).order_by(audit.c.id).limit(limit)
    return conn.execute(delete(audit).where(audit.c.id.in_(oldest))).rowcount


def head(conn: Connection) -> tuple[int, str]:
    """Return the last line's number and hash, to be noted where nobody reaches who can change the database."""
    row = conn.execute(select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)).first()
    return (0, FIRST.hex()) if row is None else (row.id, row.hash.hex())


def _conditions(wanted: Search) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield audit.c.happened >= wanted.since
    if wanted.until is not None:
        yield audit.c.happened < wanted.until
    if wanted.staff_id is not None:
        yield audit.c.staff_id == wanted.staff_id
    if wanted.actions:
        yield audit.c.action.in_(wanted.actions)
    for column, value in (
        (audit.c.subject, wanted.subject),
        (audit.c.subject_id, wanted.subject_id),
        (audit.c.citizen, wanted.citizen),
    ):
        if value:
            yield column == value


_HASHED = ("happened", "staff_id", "action", "subject", "subject_id", "detail", "citizen", "address")


def _hash(previous: bytes, values: dict[str, Any]) -> bytes:
    plain = [to_microseconds(value) if name == "happened" else value for name, value in values.items()]
    return hashlib.sha256(previous + orjson.dumps(plain)).digest()


def _line(row: Row[Any]) -> Line:
    return Line(
        row.id,
        row.happened,
        row.staff_id,
        row.action,
        row.subject,
        row.subject_id,
        row.detail,
        row.citizen,
        row.address,
    )
