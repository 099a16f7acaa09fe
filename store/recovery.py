"""Recovery codes: each takes the place of the second factor once. Salted hashes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from store.tables import recovery_codes


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that wasn't used."""

    id: int
    salt: bytes
    code_hash: bytes


def replace(conn: Connection, staff_id: int, salted: Sequence[tuple[bytes, bytes]]) -> None:
    """Keep these salts and hashes instead of those from before; none: forget them."""
    conn.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    for salt, code_hash in salted:
        conn.execute(insert(recovery_codes).values(staff_id=staff_id, salt=salt, code_hash=code_hash))


def list_unused(conn: Connection, staff_id: int) -> Sequence[StoredCode]:
    """Return the codes that are still good."""
    wanted = select(recovery_codes).where(recovery_codes.c.staff_id == staff_id, recovery_codes.c.used.is_(None))
    return [StoredCode(row.id, row.salt, row.code_hash) for row in conn.execute(wanted)]


def count_unused(conn: Connection, staff_id: int) -> int:
    """Count them."""
    wanted = recovery_codes.c.staff_id == staff_id, recovery_codes.c.used.is_(None)
    return conn.scalar(select(func.count()).select_from(recovery_codes).where(*wanted)) or 0


def use(conn: Connection, code_id: int, *, now: datetime) -> bool:
    """Use a code up; False if it was used before."""
    used = update(recovery_codes).where(recovery_codes.c.id == code_id, recovery_codes.c.used.is_(None))
    return conn.execute(used.values(used=now)).rowcount == 1
