"""The outbox: everything that leaves the service, one row a recipient and message, never lost and never sent twice.

ready → leased → attempting → sent | refused | uncertain; ready and leased may also become expired or cancelled.
`due`, `expires`, `first_attempt` and `settled` are business time, leases the database's wall clock. How rows are sent
stands in `store/claims.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from store.tables import outbox

ERASED_BODY = "{}"  # of a citizen's rows after erasure
HELP_DEDUPE = "help:"  # how the keys of what is said in conversations with people begin
_HOUSEKEEPING_ROWS = 500


class DeliveryState(StrEnum):
    """Where a row stands."""

    READY = "ready"
    LEASED = "leased"
    ATTEMPTING = "attempting"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A row to be. `repeatable`: a second attempt does no harm. `client_id`: WeChat's own key against repeats."""

    lane: str
    body: str
    due: datetime
    created: datetime
    repeatable: bool
    priority: int = 0  # 0 replies, 5 case notices, 9 broadcasts
    citizen_id: str | None = None
    broadcast_id: int | None = None
    expires: datetime | None = None
    dedupe: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many rows of a lane stand in one open state, and since when the oldest is due."""

    lane: str
    state: DeliveryState
    rows: int
    oldest_due: datetime


def is_in(*states: DeliveryState) -> ColumnElement[bool]:
    """Compare the state with words in the SQL itself: with bound ones no partial index is used."""
    words: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in states]
    return outbox.c.state == words[0] if len(words) == 1 else outbox.c.state.in_(words)


IS_READY = is_in(DeliveryState.READY)
_IS_HELD = is_in(DeliveryState.LEASED, DeliveryState.ATTEMPTING)
_ENQUEUE = (
    insert(outbox)
    .values(state=DeliveryState.READY, attempts=0, fence=0)
    .on_conflict_do_nothing(index_elements=["dedupe"])
    .returning(outbox.c.id)
)
_EXPIRED_ROWS = (
    select(outbox.c.id)
    .where(IS_READY, outbox.c.lane == bindparam("name"), outbox.c.expires <= bindparam("now"))
    .limit(_HOUSEKEEPING_ROWS)
    .with_for_update(skip_locked=True)
)
_EXPIRE = (
    update(outbox)
    .where(outbox.c.id.in_(_EXPIRED_ROWS.scalar_subquery()))
    .values(state=DeliveryState.EXPIRED, settled=bindparam("now"))
)
_NOT_BEGUN = is_in(DeliveryState.READY, DeliveryState.LEASED)
_STOPPED: dict[str, object] = {
    "state": DeliveryState.CANCELLED,
    "settled": bindparam("now"),
    "error": bindparam("why"),
    "lease_until": None,
}
_CANCEL = update(outbox).where(outbox.c.dedupe == bindparam("dedupe_key"), _NOT_BEGUN).values(_STOPPED)
_REVIVE = (
    update(outbox)
    .where(
        outbox.c.dedupe == bindparam("dedupe_key"),
        is_in(DeliveryState.CANCELLED),
        outbox.c.error == bindparam("why"),
    )
    .values(state=DeliveryState.READY, due=bindparam("again"), settled=None, error=None)
)
_CREATED = select(outbox.c.created).where(outbox.c.dedupe == bindparam("dedupe_key"))
_COUNT_SINCE = select(func.count()).where(
    outbox.c.citizen_id == bindparam("citizen"),
    outbox.c.lane == bindparam("name"),
    outbox.c.created > bindparam("since"),
)
_EARLIER = select(func.min(outbox.c.due)).where(
    outbox.c.citizen_id == bindparam("citizen"),
    outbox.c.id < bindparam("row"),
    outbox.c.dedupe.startswith(HELP_DEDUPE),
    or_(IS_READY, _IS_HELD),
)
_BLANK = update(outbox).where(outbox.c.id == bindparam("row")).values(body=ERASED_BODY)
_ON_ITS_WAY = is_in(DeliveryState.READY, DeliveryState.LEASED, DeliveryState.ATTEMPTING)
_WAITING = select(outbox.c.id, outbox.c.body).where(
    outbox.c.citizen_id == bindparam("citizen"), outbox.c.lane == bindparam("name"), _ON_ITS_WAY
)
_ERASED = (outbox.c.citizen_id == bindparam("citizen"), outbox.c.id.not_in(bindparam("spared", expanding=True)))
_CANCEL_CITIZEN = update(outbox).where(*_ERASED, _NOT_BEGUN).values(_STOPPED)
_BLANK_CITIZEN = update(outbox).where(*_ERASED).values(body=ERASED_BODY)


def enqueue(conn: Connection, delivery: NewDelivery) -> int | None:
    """Add a row and return its id; None if its dedupe key has a row already, whatever became of that."""
    row_id: int | None = conn.scalar(_ENQUEUE, {name: getattr(delivery, name) for name in NewDelivery.__slots__})
    return row_id


def find_created(conn: Connection, dedupe: str) -> datetime | None:
    """Return when the row of a dedupe key was made, None if there is none."""
    created: datetime | None = conn.scalar(_CREATED, {"dedupe_key": dedupe})
    return created


def count_since(conn: Connection, citizen_id: str, *, lane: str, since: datetime) -> int:
    """Count the rows that a lane got for a citizen since then."""
    return int(conn.scalar(_COUNT_SINCE, {"citizen": citizen_id, "name": lane, "since": since}) or 0)


def find_earlier_due(conn: Connection, row_id: int, *, citizen_id: str) -> datetime | None:
    """Return when an earlier line of a citizen's conversation is due that is still under way, None if none is."""
    due: datetime | None = conn.scalar(_EARLIER, {"citizen": citizen_id, "row": row_id})
    return due


def blank(conn: Connection, row_id: int) -> None:
    """Take the content out of a row that nobody will send any more."""
    conn.execute(_BLANK, {"row": row_id})


def expire(conn: Connection, lane: str, *, now: datetime) -> int:
    """Give up some hundred ready rows that nobody needs after `now`, and return how many."""
    return conn.execute(_EXPIRE, {"name": lane, "now": now}).rowcount


def cancel(conn: Connection, *, dedupe: str, reason: str, now: datetime) -> bool:
    """Stop the row of a dedupe key unless its attempt has begun; tells whether it was stopped."""
    return conn.execute(_CANCEL, {"dedupe_key": dedupe, "why": reason, "now": now}).rowcount == 1


def revive(conn: Connection, *, dedupe: str, cancelled_for: str, due: datetime) -> bool:
    """Make a row ready again that was cancelled for this reason; tells whether there was one."""
    return conn.execute(_REVIVE, {"dedupe_key": dedupe, "why": cancelled_for, "again": due}).rowcount == 1


def list_waiting(conn: Connection, citizen_id: str, *, lane: str) -> Sequence[tuple[int, str]]:
    """Return id and body of a citizen's rows in a lane that have no end yet."""
    rows = conn.execute(_WAITING, {"citizen": citizen_id, "name": lane})
    return [(row.id, row.body) for row in rows]


def erase_citizen(conn: Connection, citizen_id: str, *, spared: Sequence[int], reason: str, now: datetime) -> int:
    """Stop what hasn't begun for a citizen, blank every body of theirs, and return how many were stopped.

    The rows in `spared` go on as if nothing had happened.
    """
    values = {"citizen": citizen_id, "spared": list(spared)}
    stopped = conn.execute(_CANCEL_CITIZEN, {**values, "why": reason, "now": now}).rowcount
    conn.execute(_BLANK_CITIZEN, values)
    return stopped


def _depths(states: ColumnElement[bool]) -> Select[tuple[str, str, int, datetime]]:
    number, oldest = func.count().label("number"), func.min(outbox.c.due).label("oldest_due")
    return select(outbox.c.lane, outbox.c.state, number, oldest).where(states).group_by(outbox.c.lane, outbox.c.state)


_OPEN_DEPTHS = (_depths(IS_READY), _depths(_IS_HELD), _depths(is_in(DeliveryState.UNCERTAIN)))


def counts(conn: Connection) -> Sequence[Depth]:
    """Return how many rows of each lane wait, are being sent, or are uncertain; settled rows aren't counted."""
    rows = [row for statement in _OPEN_DEPTHS for row in conn.execute(statement)]
    return [
        Depth(lane=row.lane, state=DeliveryState(row.state), rows=row.number, oldest_due=row.oldest_due) for row in rows
    ]
