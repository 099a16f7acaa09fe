"""Phones and names that citizens gave, encrypted."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from store.sealing import Seal
from store.tables import contacts


def keep(conn: Connection, seal: Seal, citizen_id: str, *, kind: str, value: str, now: datetime) -> None:
    """Keep a citizen's phone or name (`kind`), replacing what was there."""
    forget_kind = delete(contacts).where(contacts.c.citizen_id == citizen_id, contacts.c.kind == kind)
    conn.execute(forget_kind)
    conn.execute(insert(contacts).values(citizen_id=citizen_id, kind=kind, sealed=seal.close(value), given=now))


def find(conn: Connection, seal: Seal, citizen_id: str) -> dict[str, str]:
    """Return what the citizen gave, by kind.

    Raises:
        CannotOpen: if a key is missing.
    """
    rows = conn.execute(select(contacts).where(contacts.c.citizen_id == citizen_id))
    return {row.kind: seal.open(row.sealed) for row in rows}


def forget(conn: Connection, citizen_id: str) -> None:
    """Delete all that the citizen gave."""
    conn.execute(delete(contacts).where(contacts.c.citizen_id == citizen_id))


def renew(conn: Connection, seal: Seal) -> int:
    """Close every value with the newest key; return how many.

    Raises:
        CannotOpen: if a key is missing; nothing is changed then.
    """
    rows = conn.execute(select(contacts)).all()
    for row in rows:
        change = update(contacts).where(contacts.c.citizen_id == row.citizen_id, contacts.c.kind == row.kind)
        conn.execute(change.values(sealed=seal.renew(row.sealed)))
    return len(rows)
