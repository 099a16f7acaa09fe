"""What each citizen said to the notice about personal data: a log that is only added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select

from store.tables import consents


class Decision(StrEnum):
    """What was said."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """One word of a citizen's about one version of the notice."""

    notice: str
    decision: Decision
    decided: datetime


_OF_CITIZEN = (
    select(consents.c.notice, consents.c.decision, consents.c.decided)
    .where(consents.c.citizen_id == bindparam("who"))
    .order_by(consents.c.id)
)
_LAST = _OF_CITIZEN.order_by(None).order_by(consents.c.id.desc()).limit(1)


def record(conn: Connection, citizen_id: str, *, notice: str, decision: Decision, decided: datetime) -> None:
    """Note what a citizen said to a version of the notice."""
    row = {"citizen_id": citizen_id, "notice": notice, "decision": decision, "decided": decided}
    conn.execute(insert(consents).values(row))


def find_last(conn: Connection, citizen_id: str) -> Consent | None:
    """Return what the citizen said last, None if never asked."""
    row = conn.execute(_LAST, {"who": citizen_id}).first()
    return None if row is None else Consent(row.notice, Decision(row.decision), row.decided)


def list_of(conn: Connection, citizen_id: str) -> Sequence[Consent]:
    """Return everything the citizen said, oldest first."""
    rows = conn.execute(_OF_CITIZEN, {"who": citizen_id})
    return [Consent(row.notice, Decision(row.decision), row.decided) for row in rows]
