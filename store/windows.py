"""What WeChat's windows for customer messages hang on: when a citizen wrote or acted last, and what was sent since."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, not_, or_, select

from store.outbox import DeliveryState, is_in
from store.tables import inbox, outbox

_ACTS = ("event:click", "event:subscribe", "event:scan")
_IS_THEIRS = inbox.c.citizen_id == bindparam("who")
_LAST = select(
    func.max(inbox.c.received).filter(not_(inbox.c.kind.startswith("event:"))).label("wrote"),
    func.max(inbox.c.received).filter(inbox.c.kind.in_(_ACTS)).label("acted"),
).where(_IS_THEIRS)
_UNDER_WAY = is_in(DeliveryState.READY, DeliveryState.LEASED, DeliveryState.ATTEMPTING)
_ARRIVED = is_in(DeliveryState.SENT, DeliveryState.UNCERTAIN)
_SPENT = select(func.count()).where(
    outbox.c.citizen_id == bindparam("who"),
    outbox.c.lane == bindparam("name"),
    or_(_UNDER_WAY, _ARRIVED & (outbox.c.settled >= bindparam("since"))),
)


def last_acts(conn: Connection, citizen_id: str) -> tuple[datetime | None, datetime | None]:
    """Return when the citizen wrote last, and when they last tapped the menu, scanned or followed."""
    wrote, acted = conn.execute(_LAST, {"who": citizen_id}).one()
    return wrote, acted


def count_spent(conn: Connection, citizen_id: str, *, lane: str, since: datetime) -> int:
    """Count a lane's rows for a citizen that were sent since then, or may have been, or are about to be."""
    return int(conn.scalar(_SPENT, {"who": citizen_id, "name": lane, "since": since}) or 0)
