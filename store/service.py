"""The one row about the service itself: the quiet switch (一键静默)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from store.tables import service_state


@dataclass(frozen=True, slots=True)
class Quiet:
    """Since when and why nothing goes out."""

    reason: str
    since: datetime


_QUIET = select(service_state.c.quiet_reason, service_state.c.quiet_since)


def go_quiet(conn: Connection, *, reason: str, now: datetime) -> None:
    """Stop everything outbound until lifted."""
    conn.execute(update(service_state).values(quiet_reason=reason, quiet_since=now))


def lift_quiet(conn: Connection) -> None:
    """Let messages go out again."""
    conn.execute(update(service_state).values(quiet_reason=None, quiet_since=None))


def find_quiet(conn: Connection) -> Quiet | None:
    """Return the quiet switch if it is on."""
    reason, since = conn.execute(_QUIET).one()
    return None if reason is None else Quiet(reason, since)
