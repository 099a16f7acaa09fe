"""The event stream that an open page listens to: how much waits, and that something moved.

It ends when the session does, when the permission is taken, when the same person opens too many pages, and when the
service stops.
"""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import orjson
from aiohttp import web

from bot.console.cookies import SESSION
from bot.console.feed import HEARTBEAT_SECONDS, Listener, News
from bot.console.visit import Visit
from bot.domain.permissions import Permission, may_see
from bot.domain.sessions import find_session, hash_token
from store import help, help_view
from store.database import DATABASE_TROUBLE, Connection
from store.help_view import Glance

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold back what is small
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a page must know."""

    revision: int  # of the feed
    glance: Glance


async def stream(visit: Visit) -> web.StreamResponse:
    """Send events until one side has had enough."""
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(visit.request)
    with visit.desk.means.feed.listen(visit.staff.staff_id) as listener:
        try:
            await _talk(visit, response, listener)
        except ConnectionError:
            return response  # the page was closed
    return response


async def _talk(visit: Visit, response: web.StreamResponse, listener: Listener) -> None:
    await response.write(b"retry: 2000\n\n")
    checked, news = monotonic(), News.MOVED
    while news in (News.MOVED, News.NOTHING):
        if monotonic() - checked >= HEARTBEAT_SECONDS:
            checked = monotonic()
            if not await _may_still_listen(visit):
                await _send(response, "ended", "refused")
                return
        if news is News.MOVED:
            await _tell(visit, response)
        else:
            await response.write(b":\n\n")
        news = await listener.news()
    await _send(response, "ended", news.value)


async def _tell(visit: Visit, response: web.StreamResponse) -> None:
    """Send how things stand; a database that is away says nothing, and the next event will."""
    try:
        seen = await visit.read(_look, visit.staff.staff_id)
    except DATABASE_TROUBLE:
        return
    await _send(response, "state", orjson.dumps(_describe(seen)).decode())


def _look(conn: Connection, staff_id: int) -> _Seen:
    return _Seen(help.feed_revision(conn), help_view.glance(conn, staff_id))


def _describe(seen: _Seen) -> dict[str, object]:
    """Return what the page's script gets; `knock` is in milliseconds, 0 for none."""
    glance = seen.glance
    knock = int(glance.knock.timestamp() * 1000) if glance.knock else 0
    return {
        "revision": seen.revision,
        "waiting": glance.waiting,
        "mine": glance.mine,
        "held": glance.held,
        "knock": knock,
    }


async def _may_still_listen(visit: Visit) -> bool:
    """Tell whether the session holds and its owner still answers citizens; listening doesn't prolong it."""
    token = visit.desk.cookies.get(visit.request, SESSION)
    now: datetime = visit.desk.means.clock.now()
    try:
        session = await visit.read(find_session, hash_token(token), now)
    except DATABASE_TROUBLE:
        return True  # the next time will tell
    return (
        session is not None
        and session.full
        and session.staff.may(Permission.HELP_ANSWER)
        and may_see(session.staff, None)
    )


async def _send(response: web.StreamResponse, event: str, words: str) -> None:
    await response.write(f"event: {event}\ndata: {words}\n\n".encode())
