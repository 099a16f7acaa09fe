"""The pages on which canned answers are kept: the list, one of them, and what happens when two people change it."""

from aiohttp import web

from bot.console.visit import Audited, Visit
from bot.domain import canned
from bot.domain.articles import Refused
from bot.domain.canned import LONGEST_TITLE, Stale
from bot.domain.help import LONGEST_ANSWER
from store import canned as stored
from store.canned import Canned

_CONFLICT, _UNUSABLE = 409, 422
_SUBJECT = "canned_answer"


async def show_list(visit: Visit) -> web.StreamResponse:
    """Show all canned answers, and a form for another."""
    return visit.page("office/answers.html", answers=await visit.read(stored.list_all))


async def show_new(visit: Visit) -> web.StreamResponse:
    """Show an empty form."""
    return _form(visit, None)


async def show_one(visit: Visit) -> web.StreamResponse:
    """Show one, to be changed."""
    number = visit.number("id")
    found = await visit.read(stored.find, number)
    if found is None:
        raise visit.missing(_SUBJECT, number)
    return _form(visit, found)


def _form(
    visit: Visit,
    answer: Canned | None,
    *,
    title: str | None = None,
    body: str | None = None,
    problem: str = "",
    is_stale: bool = False,
    status: int = 200,
) -> web.Response:
    """Show the form; `is_stale`: somebody else has changed or removed the answer, what was typed stays."""
    return visit.page(
        "office/answer.html",
        status=status,
        answer=answer,
        title=title if title is not None else answer.title if answer else "",
        body=body if body is not None else answer.body if answer else "",
        problem=problem,
        is_stale=is_stale,
        longest_title=LONGEST_TITLE,
        longest=LONGEST_ANSWER,
    )


async def add(visit: Visit) -> web.StreamResponse:
    """Add one."""
    title, body = _typed(visit)
    try:
        await visit.write(
            canned.add, title=title, body=body, by=visit.staff.name, now=visit.now, audit=_line("canned_added")
        )
    except Refused as refused:
        return _form(visit, None, title=title, body=body, problem=str(refused), status=_UNUSABLE)
    return visit.go("/office/answers", said="office/answer_added")


async def change(visit: Visit) -> web.StreamResponse:
    """Change one, in the version that was shown."""
    number = visit.number("id")
    title, body = _typed(visit)
    try:
        await visit.write(
            canned.change,
            number,
            version=visit.form.number("version") or 0,
            title=title,
            body=body,
            by=visit.staff.name,
            now=visit.now,
            audit=_line("canned_changed", number),
        )
    except Refused as refused:
        answer = await visit.read(stored.find, number)
        return _form(visit, answer, title=title, body=body, problem=str(refused), status=_UNUSABLE)
    except Stale as stale:
        return _form(visit, stale.now, title=title, body=body, is_stale=True, status=_CONFLICT)
    return visit.go("/office/answers", said="office/answer_changed")


async def remove(visit: Visit) -> web.StreamResponse:
    """Remove one, in the version that was shown; one that is gone already stays gone."""
    number, version = visit.number("id"), visit.form.number("version") or 0
    try:
        await visit.write(canned.remove, number, version=version, audit=_line("canned_removed", number))
    except Stale as stale:
        return _form(visit, stale.now, is_stale=True, status=_CONFLICT)
    return visit.go("/office/answers", said="office/answer_removed")


def _typed(visit: Visit) -> tuple[str, str]:
    return visit.form.text("title", most=LONGEST_TITLE), visit.form.words("body", most=LONGEST_ANSWER)


def _line(action: str, canned_id: int | str = "") -> Audited:
    return Audited(action=action, subject=_SUBJECT, subject_id=str(canned_id))
