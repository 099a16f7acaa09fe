"""Carrying out a verb of live help from a form, and showing the page again with why it wasn't done."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from bot import texts
from bot.console.help.shown import CONVERSATION, audited, look
from bot.console.visit import Audited, Visit
from bot.domain.help import LONGEST_ANSWER, Reason, Refused, Taken
from bot.domain.help_notes import LONGEST
from bot.domain.permissions import may_see
from store import help, staff
from store.database import Connection
from store.help import Conversation

T = TypeVar("T")

_CONFLICT, _UNUSABLE = 409, 422
_ABOUT_WHAT_WAS_SENT = frozenset({Reason.EMPTY, Reason.TOO_LONG, "no_photo", "nobody"})


async def render(
    visit: Visit,
    conversation_id: int | None,
    *,
    problem: str = "",
    by: str = "",
    words: str | None = None,
    note: str = "",
) -> web.Response:
    """Show the page; `problem` is why what was asked for wasn't done, `words` and `note` are what was typed."""
    desk = await look(visit, conversation_id)
    status = 200 if not problem else _UNUSABLE if problem in _ABOUT_WHAT_WAS_SENT else _CONFLICT
    return visit.page(
        "help/desk.html",
        status=status,
        desk=desk,
        shown=desk.shown,
        problem=problem,
        by=by,
        words=words,
        note=note,
        longest=LONGEST_ANSWER,
        longest_note=LONGEST,
        alerts=texts.SENSITIVE_KINDS,
    )


async def act(visit: Visit, conversation_id: int, verb: Callable[[Connection], T], done: str) -> T:
    """Carry a verb out and write it down as `done`.

    Raises:
        Refused, Taken, Missing.
    """
    officer = visit.staff

    def checked(conn: Connection) -> tuple[T, Conversation]:
        found = help.find(conn, conversation_id)
        if found is None or not may_see(officer, None):
            raise Refused(Reason.UNKNOWN)
        return verb(conn), found

    def line(result: tuple[T, Conversation]) -> Audited:
        return audited(result[1], done)

    try:
        result, _ = await visit.write(checked, audit=line)
    except Refused as refused:
        if refused.reason is Reason.UNKNOWN:
            raise visit.missing(CONVERSATION, conversation_id) from None
        raise
    visit.desk.means.wake_senders()
    return result


async def explain(
    visit: Visit, conversation_id: int, refused: Refused, *, words: str | None = None, note: str = ""
) -> web.Response:
    """Show the page as it is now, with why nothing was done, and keep what was typed."""
    by = ""
    if isinstance(refused, Taken):
        by = (await visit.read(staff.displays)).get(refused.by, "")
    return await render(visit, conversation_id, problem=refused.reason, by=by, words=words, note=note)
