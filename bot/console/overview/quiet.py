"""The quiet switch (一键静默): one decision stops everything that goes to citizens, one lets it go again."""

from datetime import datetime

from aiohttp import web

from bot.console.visit import Audited, Visit
from store import service
from store.database import Connection

_PAGE = "/overview/quiet"
_LONGEST_REASON = 100


class _AsItWas(Exception):
    """A colleague has switched meanwhile."""


async def show(visit: Visit) -> web.Response:
    """Show how it stands and what switching does."""
    return await _show(visit)


async def _show(visit: Visit, *, status: int = 200, reason: str = "", wrong: str = "") -> web.Response:
    quiet = await visit.read(service.find_quiet)
    return visit.page(
        "overview/quiet.html", status=status, quiet=quiet, reason=reason, wrong=wrong, longest=_LONGEST_REASON
    )


async def switch_on(visit: Visit) -> web.Response:
    """Stop everything outbound; a reason must be given, and a box ticked."""
    reason = visit.form.text("reason", most=_LONGEST_REASON)
    wrong = _fault(reason, sure=visit.form.ticked("sure"))
    if wrong:
        return await _show(visit, status=422, reason=reason[:_LONGEST_REASON], wrong=wrong)
    try:
        line = Audited(action="quiet_on", subject="service", detail=reason)
        await visit.write(_go_quiet, reason=reason, now=visit.now, audit=line)
    except _AsItWas:
        return visit.go(_PAGE, said="overview/quiet_already")
    return visit.go(_PAGE, said="overview/quiet_on")


def _fault(reason: str, *, sure: bool) -> str:
    if not reason:
        return "no_reason"
    if len(reason) > _LONGEST_REASON:
        return "long_reason"
    return "" if sure else "not_sure"


def _go_quiet(conn: Connection, *, reason: str, now: datetime) -> None:
    if service.find_quiet(conn) is not None:
        raise _AsItWas
    service.go_quiet(conn, reason=reason, now=now)


async def switch_off(visit: Visit) -> web.Response:
    """Let messages go out again, those that waited first."""
    try:
        await visit.write(_lift, audit=Audited(action="quiet_off", subject="service"))
    except _AsItWas:
        return visit.go(_PAGE, said="overview/quiet_not")
    visit.desk.means.wake_senders()
    return visit.go(_PAGE, said="overview/quiet_off")


def _lift(conn: Connection) -> None:
    if service.find_quiet(conn) is None:
        raise _AsItWas
    service.lift_quiet(conn)
