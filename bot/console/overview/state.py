"""The state of the service: queues, lanes and their quotas, token, index, what runs by the clock, last failures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.console.overview.blocks import explain
from bot.console.visit import Visit
from bot.wechat.token import LEASE, RENEW_BEFORE
from store import articles, failures, heartbeats, lanes, leases, outbox
from store.database import Connection
from store.failures import Noted
from store.heartbeats import Heartbeat
from store.lanes import Standing
from store.outbox import Depth

_FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """A lane: its calls today, why it is blocked (a word of blocks.py, "" if it isn't), and what waits in it."""

    standing: Standing
    blocked: str
    depths: Sequence[Depth]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the page shows. `token`: seconds left, None if none was ever fetched."""

    lanes: Sequence[LaneView]
    token: float | None
    knowledge: int  # the version that the database holds
    loops: Sequence[Heartbeat]
    troubled: Collection[tuple[str, str]]  # the process and the loop of those whose silence matters
    failures: Sequence[Noted]


async def show(visit: Visit) -> web.Response:
    """Show it; the index is that of the process which answers."""
    state = await visit.read(_read, visit.now)
    library = visit.desk.means.library
    return visit.page(
        "overview/state.html",
        state=state,
        renewed_before=RENEW_BEFORE,
        index_version=library.version,
        index=library.self_test(),
    )


def _read(conn: Connection, now: datetime) -> State:
    depths = outbox.counts(conn)
    token = leases.read_shared(conn, LEASE)
    loops = heartbeats.list_all(conn)
    return State(
        lanes=[_lane(one, depths) for one in lanes.list_standings(conn, now=now)],
        token=None if token is None else token.seconds_left,
        knowledge=articles.read_version(conn),
        loops=loops,
        troubled={(one.process, one.what) for one in heartbeats.find_trouble(loops)},
        failures=failures.list_newest(conn, most=_FAILURES_SHOWN),
    )


def _lane(standing: Standing, depths: Sequence[Depth]) -> LaneView:
    return LaneView(
        standing=standing,
        blocked=explain(standing.lane, standing.blocked_reason) if standing.blocked_reason else "",
        depths=[depth for depth in depths if depth.lane == standing.lane],
    )
