"""The first page: what needs this person first, from every subject that he may use; and the choice of colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.console.cookies import THEME
from bot.console.page import Access, Hit, Route, Subject, allows
from bot.console.rendering import THEMES
from bot.console.visit import Visit
from bot.domain.staff import Staff
from store.database import Connection

_SHOWN = 5  # lines of one subject
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of one subject needs this person."""

    subject: Subject
    lines: Sequence[Hit]


async def show(visit: Visit) -> web.Response:
    """Show what waits, the most urgent subjects first: the order of the menu."""
    waiting = await visit.read(_gather, visit.desk.subjects, visit.staff, visit.now)
    shortcuts = [subject for subject in visit.desk.subjects if subject.in_menu and allows(subject.rule, visit.staff)]
    return visit.page("home/first.html", waiting=waiting, shown=_SHOWN, shortcuts=shortcuts)


def _gather(conn: Connection, subjects: Sequence[Subject], staff: Staff, now: datetime) -> list[Waiting]:
    found = [
        Waiting(subject, subject.waiting_first(conn, staff, now))
        for subject in subjects
        if subject.waiting_first is not None and allows(subject.rule, staff)
    ]
    return [one for one in found if one.lines]


async def choose_theme(visit: Visit) -> web.Response:
    """Remember the colours, and go back to where the choice was made."""
    chosen = visit.form.text("theme")
    response = visit.go(visit.next())
    if chosen in THEMES:
        visit.desk.cookies.put(response, THEME, chosen, seconds=_YEAR)
    return response


SUBJECT = Subject(
    name="home",
    routes=(
        Route("GET", "/", show, Access.SIGNED_IN),
        Route("POST", "/theme", choose_theme, Access.OPEN),
    ),
    rule=Access.SIGNED_IN,
    home="/",
)
