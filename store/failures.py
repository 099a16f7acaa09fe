"""Pushes that the service failed on, kept encrypted for inspection under the number that the citizen was told."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from store.sealing import Seal
from store.tables import failures


def record(conn: Connection, seal: Seal, *, reference: str, raw: str, error: str, now: datetime) -> None:
    """Keep one failure; `raw` is the push with its personal content."""
    conn.execute(insert(failures).values(reference=reference, happened=now, error=error, sealed=seal.close(raw)))


def find(conn: Connection, seal: Seal, reference: str) -> tuple[str, str] | None:
    """Return (error, raw push) of a reference number.

    Raises:
        CannotOpen: if the key it was closed with is gone.
    """
    row = conn.execute(select(failures).where(failures.c.reference == reference)).first()
    return None if row is None else (row.error, seal.open(row.sealed))


def purge(conn: Connection, *, before: datetime) -> int:
    """Delete what happened before a moment; return how many."""
    return conn.execute(delete(failures).where(failures.c.happened < before)).rowcount


def renew(conn: Connection, seal: Seal) -> int:
    """Close every raw push with the newest key; return how many.

    Raises:
        CannotOpen: if a key is missing; nothing is changed then.
    """
    rows = conn.execute(select(failures.c.reference, failures.c.sealed)).all()
    for reference, sealed in rows:
        change = update(failures).where(failures.c.reference == reference)
        conn.execute(change.values(sealed=seal.renew(sealed)))
    return len(rows)
