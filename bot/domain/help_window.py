"""How many messages WeChat still lets the office write to a citizen by itself, and until when.

WeChat's rule: five within 48 hours of the citizen's last message, three within a minute of following, scanning the
code or tapping the menu. Counted from our own rows, and rather too few than too many.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.outbound.delivery import LaneName
from store import windows
from store.database import Connection

AFTER_MESSAGE = 5
AFTER_ACT = 3
LASTS = timedelta(hours=48)
_ACT_LASTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Window:
    """How many messages are left; until None: there is no open window."""

    messages: int
    until: datetime | None


CLOSED = Window(0, None)


def window_left(conn: Connection, citizen_id: str, now: datetime) -> Window:
    """Return what is left of the better of a citizen's windows."""
    wrote, acted = windows.last_acts(conn, citizen_id)
    found = [
        _left(conn, citizen_id, since=since, grant=grant, until=since + lasts)
        for since, grant, lasts in ((wrote, AFTER_MESSAGE, LASTS), (acted, AFTER_ACT, _ACT_LASTS))
        if since is not None and since + lasts > now
    ]
    return max(found, key=lambda window: (window.messages, window.until), default=CLOSED)


def _left(conn: Connection, citizen_id: str, *, since: datetime, grant: int, until: datetime) -> Window:
    spent = windows.count_spent(conn, citizen_id, lane=LaneName.CUSTOMER_MESSAGE, since=since)
    return Window(max(grant - spent, 0), until)


def closes_before(moment: datetime | None, *, now: datetime) -> bool:
    """Tell whether a window that opens now has closed by then."""
    return moment is not None and moment - now >= LASTS
