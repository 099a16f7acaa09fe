"""One search over everything that this person may use: each subject searches its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.page import Access, Hit, Route, Subject, allows
from bot.console.visit import Visit
from bot.domain.staff import Staff
from store.database import Connection

_MOST = 100  # characters of a question
_SHOWN = 20  # hits of one subject


@dataclass(frozen=True, slots=True)
class Found:
    """What one subject has."""

    subject: Subject
    hits: Sequence[Hit]


async def show(visit: Visit) -> web.Response:
    """Show what was found; without a question, the empty page."""
    asked = visit.query("q", most=_MOST)
    found = await visit.read(_search, visit.desk.subjects, visit.staff, asked) if asked else []
    return visit.page("search/found.html", found=found)


def _search(conn: Connection, subjects: Sequence[Subject], staff: Staff, asked: str) -> list[Found]:
    found = [
        Found(subject, subject.search(conn, staff, asked)[:_SHOWN])
        for subject in subjects
        if subject.search is not None and allows(subject.rule, staff)
    ]
    return [one for one in found if one.hits]


SUBJECT = Subject(
    name="search",
    routes=(Route("GET", "/search", show, Access.SIGNED_IN),),
    rule=Access.SIGNED_IN,
    home="/search",
    in_menu=False,
)
