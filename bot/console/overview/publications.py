"""What went out to the public: the list, and noting by hand what was published on WeChat's own pages."""

from datetime import datetime

from aiohttp import web

from bot.clock import TOWN
from bot.console.visit import Audited, Visit
from store import publications
from store.database import Connection
from store.publications import PublicationKind

_PAGE = "/overview/publications"
_SHOWN = 100
_LONGEST_TITLE = 64  # characters, as WeChat has it
_FIRST_YEAR = 2012  # before that WeChat had no official accounts


async def show(visit: Visit) -> web.Response:
    """Show the newest, and the form for whoever may note one."""
    return await _show(visit)


async def _show(visit: Visit, *, status: int = 200, wrong: str = "") -> web.Response:
    newest = await visit.read(publications.list_newest, most=_SHOWN)
    return visit.page(
        "overview/publications.html",
        status=status,
        newest=newest,
        wrong=wrong,
        kinds=list(PublicationKind),
        longest=_LONGEST_TITLE,
        written={name: visit.form.text(name, most=_LONGEST_TITLE) for name in ("title", "kind", "at")},
    )


async def note(visit: Visit) -> web.Response:
    """Note one; nothing that is yet to come."""
    title, kind = visit.form.text("title", most=_LONGEST_TITLE), visit.form.text("kind")
    at = _read_moment(visit.form.text("at", most=20))
    wrong = _fault(title, kind, at, now=visit.now)
    if wrong or at is None:
        return await _show(visit, status=422, wrong=wrong)
    await visit.write(
        publications.note,
        kind=PublicationKind(kind),
        title=title,
        by=visit.staff.name,
        at=at,
        audit=lambda row_id: Audited(
            action="publication_noted", subject="publication", subject_id=str(row_id), detail=title
        ),
    )
    return visit.go(_PAGE, said="overview/publication_noted")


def _read_moment(text: str) -> datetime | None:
    """Return what a field of type datetime-local holds, in the town's time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=TOWN) if moment.tzinfo is None else None


def _fault(title: str, kind: str, at: datetime | None, *, now: datetime) -> str:
    if not title:
        return "no_title"
    if len(title) > _LONGEST_TITLE:
        return "long_title"
    if kind not in {str(one) for one in PublicationKind}:
        return "no_kind"
    if at is None or at.year < _FIRST_YEAR:
        return "no_moment"
    return "to_come" if at > now else ""


async def remove(visit: Visit) -> web.Response:
    """Take back what was noted wrongly."""
    row_id = visit.number("number")
    line = Audited(action="publication_removed", subject="publication", subject_id=str(row_id))
    try:
        await visit.write(_remove, row_id, audit=line)
    except LookupError:
        raise visit.missing("publication", row_id) from None
    return visit.go(_PAGE, said="overview/publication_removed")


def _remove(conn: Connection, row_id: int) -> None:
    """Take it back; raises LookupError, so that no line says that it was, if there is none."""
    if not publications.remove(conn, row_id):
        raise LookupError(row_id)
