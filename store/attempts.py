"""Failed sign-ins by name and by address, counted under hashes of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from store.tables import sign_in_attempts


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about a name or an address. `strikes` lead to the lock, `failures` is what its owner is told."""

    strikes: int
    failures: int
    locked_until: datetime | None
    last: datetime


_ADD = (
    insert(sign_in_attempts)
    .values(key=bindparam("wanted"), strikes=0, failures=0, last=bindparam("now"))
    .on_conflict_do_nothing(index_elements=["key"])
)
_FIND = select(sign_in_attempts).where(sign_in_attempts.c.key == bindparam("wanted"))


def find_for_change(conn: Connection, key: bytes, *, now: datetime) -> Record:
    """Return the record, made if it is missing, and let nobody else change it until the transaction's end."""
    conn.execute(_ADD, {"wanted": key, "now": now})
    row = conn.execute(_FIND.with_for_update(), {"wanted": key}).one()
    return Record(row.strikes, row.failures, row.locked_until, row.last)


def find(conn: Connection, key: bytes) -> Record | None:
    """Return the record if there is one."""
    row = conn.execute(_FIND, {"wanted": key}).first()
    return None if row is None else Record(row.strikes, row.failures, row.locked_until, row.last)


def put(conn: Connection, key: bytes, record: Record) -> None:
    """Keep a record that was found for change."""
    change = update(sign_in_attempts).where(sign_in_attempts.c.key == key)
    conn.execute(
        change.values(
            strikes=record.strikes, failures=record.failures, locked_until=record.locked_until, last=record.last
        )
    )


def forget(conn: Connection, key: bytes) -> None:
    """Forget a name's or an address's failures."""
    conn.execute(delete(sign_in_attempts).where(sign_in_attempts.c.key == key))
