"""One-time links with which staff choose a first or a new password; only the SHA-256 of their tokens is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from store.tables import invitations


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation that was neither used nor taken back."""

    id: int
    staff_id: int
    expires: datetime


def add(conn: Connection, staff_id: int, *, token_hash: bytes, now: datetime, expires: datetime) -> None:
    """Invite somebody; earlier invitations of his are taken back."""
    take_back(conn, staff_id, now=now)
    values = {"staff_id": staff_id, "token_hash": token_hash, "made": now, "expires": expires}
    conn.execute(insert(invitations).values(values))


def find(conn: Connection, token_hash: bytes) -> StoredInvitation | None:
    """Return the unused invitation of a token, whether it has expired or not."""
    wanted = select(invitations).where(invitations.c.token_hash == token_hash, invitations.c.used.is_(None))
    row = conn.execute(wanted).first()
    return None if row is None else StoredInvitation(row.id, row.staff_id, row.expires)


def find_open(conn: Connection, staff_id: int, *, now: datetime) -> datetime | None:
    """Return until when somebody's invitation is good, None without one."""
    is_open = (invitations.c.used.is_(None), invitations.c.expires > now)
    until: datetime | None = conn.scalar(
        select(invitations.c.expires).where(invitations.c.staff_id == staff_id, *is_open)
    )
    return until


def use(conn: Connection, invitation_id: int, *, now: datetime) -> bool:
    """Use an invitation up; False if it was used before."""
    used = update(invitations).where(invitations.c.id == invitation_id, invitations.c.used.is_(None))
    return conn.execute(used.values(used=now)).rowcount == 1


def take_back(conn: Connection, staff_id: int, *, now: datetime) -> None:
    """Make all of somebody's invitations worthless."""
    unused = update(invitations).where(invitations.c.staff_id == staff_id, invitations.c.used.is_(None))
    conn.execute(unused.values(used=now))
