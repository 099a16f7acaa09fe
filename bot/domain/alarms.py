"""What every page of the desk must show: that nothing goes out, that a part of the service is silent."""

from collections.abc import Sequence
from dataclasses import dataclass

from store import heartbeats, service
from store.database import Connection
from store.heartbeats import Heartbeat
from store.service import Quiet


@dataclass(frozen=True, slots=True)
class Alarms:
    """Both; empty on a good day."""

    quiet: Quiet | None = None
    silent: Sequence[Heartbeat] = ()


NO_ALARMS = Alarms()


def read_alarms(conn: Connection) -> Alarms:
    """Return them as they stand; two small queries."""
    return Alarms(service.find_quiet(conn), heartbeats.find_trouble(heartbeats.list_all(conn)))
