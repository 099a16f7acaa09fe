"""The ledger of erasures: who was erased, when and why, by numbers that lead to nobody any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, insert, select

from store.tables import citizens, erasures


@dataclass(frozen=True, slots=True)
class Erasure:
    """One entry."""

    citizen_id: str
    cause: str
    erased: datetime


_AFTER = (
    select(erasures.c.id, erasures.c.citizen_id, erasures.c.cause, erasures.c.erased)
    .where(erasures.c.id > bindparam("row"))
    .order_by(erasures.c.id)
)
_STILL_THERE = select(citizens.c.citizen_id).where(
    citizens.c.citizen_id.in_(bindparam("ids", expanding=True)),
    ~exists().where(erasures.c.citizen_id == citizens.c.citizen_id),
)
_AT_ONCE = 500


def record(conn: Connection, citizen_id: str, *, cause: str, now: datetime) -> None:
    """Note that a citizen's personal data was erased, and why."""
    conn.execute(insert(erasures).values(citizen_id=citizen_id, cause=cause, erased=now))


def list_after(conn: Connection, row_id: int) -> Sequence[tuple[int, Erasure]]:
    """Return the entries with higher row numbers, each with its own."""
    rows = conn.execute(_AFTER, {"row": row_id})
    return [(row.id, Erasure(row.citizen_id, row.cause, row.erased)) for row in rows]


def find_unerased(conn: Connection, citizen_ids: Collection[str]) -> set[str]:
    """Return those of these citizens whom this database knows and has never erased."""
    ids = list(citizen_ids)
    pieces = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return {found for piece in pieces for found in conn.scalars(_STILL_THERE, {"ids": piece})}
