"""Who looked at personal data, took it out or erased it, and who knocked at a locked door; persons under pseudonyms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select

from store.tables import security_log

STRANGER = ""  # where nobody is known


class SecurityEvent(StrEnum):
    """What happened."""

    LINK_SENT = "link_sent"  # a citizen got the address of the page with all that is held about them
    LINK_REFUSED = "link_refused"
    MY_DATA_SHOWN = "my_data_shown"
    MY_DATA_EXPORTED = "my_data_exported"
    MY_DATA_ERASED = "my_data_erased"
    FAILURE_OPENED = "failure_opened"  # an operator read a message that had failed


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    happened: datetime
    event: str
    detail: str


_OF_PERSON = (
    select(security_log.c.happened, security_log.c.event, security_log.c.detail)
    .where(security_log.c.who.in_(bindparam("aliases", expanding=True)))
    .order_by(security_log.c.id)
)


def record(conn: Connection, event: SecurityEvent, *, who: str, now: datetime, detail: str = "") -> None:
    """Add a line; `who` is a pseudonym (`Seal.alias`) or STRANGER, `detail` holds nothing personal."""
    conn.execute(insert(security_log).values(happened=now, event=event, who=who, detail=detail))


def list_of(conn: Connection, aliases: Sequence[str]) -> Sequence[Entry]:
    """Return the lines about the person with these pseudonyms, oldest first."""
    rows = conn.execute(_OF_PERSON, {"aliases": list(aliases)})
    return [Entry(row.happened, row.event, row.detail) for row in rows]
