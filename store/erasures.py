"""The ledger of erasures, replayed over a restored backup."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from store.tables import erasures


def record(conn: Connection, citizen_id: str, *, cause: str, now: datetime) -> None:
    """Note that a citizen's personal data was erased, and why."""
    conn.execute(insert(erasures).values(citizen_id=citizen_id, cause=cause, erased=now))


def list_erased(conn: Connection) -> list[str]:
    """Return the citizen_ids whose data was erased, in that order."""
    return list(conn.scalars(select(erasures.c.citizen_id).order_by(erasures.c.id)))
