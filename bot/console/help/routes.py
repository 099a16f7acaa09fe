"""What an officer can do in live help, and where: every act is a form that works without JavaScript."""

from collections.abc import Callable

from aiohttp import web

from bot.console.help import queue
from bot.console.help.acting import act, explain, render
from bot.console.help.files import send_photo, show_file
from bot.console.help.shown import CONVERSATION, REVEALED
from bot.console.help.stream import stream
from bot.console.once import new_token
from bot.console.page import Route, Subject
from bot.console.visit import Visit
from bot.domain import help as live
from bot.domain.help import LONGEST_ANSWER, Reason, Refused
from bot.domain.help_notes import LONGEST, add_note
from bot.domain.permissions import Permission, may_see
from bot.domain.pictures import LARGEST
from bot.domain.sessions import as_staff
from store import canned, staff
from store.database import Connection

_PHOTO_BYTES = LARGEST + 64 * 1024  # the form around it


async def show_list(visit: Visit) -> web.StreamResponse:
    """Show what waits."""
    return await render(visit, None)


async def show_one(visit: Visit) -> web.StreamResponse:
    """Show one conversation beside the list."""
    return await render(visit, visit.number("id"))


async def claim(visit: Visit) -> web.StreamResponse:
    """Take a conversation."""
    number = visit.number("id")
    return await _change(visit, live.claim, "help_claimed", then=f"/help/{number}")


async def put_back(visit: Visit) -> web.StreamResponse:
    """Offer it to all again."""
    return await _change(visit, live.put_back, "help_put_back", then="/help", said="help/put_back")


async def give_back(visit: Visit) -> web.StreamResponse:
    """Let the bot answer again."""
    return await _change(visit, live.give_back, "help_given_back", then="/help", said="help/given_back")


async def close(visit: Visit) -> web.StreamResponse:
    """End it."""
    return await _change(visit, live.close, "help_closed", then="/help", said="help/closed")


async def _change(
    visit: Visit, verb: Callable[..., object], done: str, *, then: str, said: str = ""
) -> web.StreamResponse:
    number = visit.number("id")
    try:
        await act(visit, number, lambda conn: verb(conn, number, staff_id=visit.staff.staff_id, now=visit.now), done)
    except Refused as refused:
        return await explain(visit, number, refused)
    return visit.go(then, said=said)


async def hand_over(visit: Visit) -> web.StreamResponse:
    """Give it to another officer, who must be one that answers."""
    number, to = visit.number("id"), visit.form.number("to")
    found = await visit.read(staff.find, to) if to is not None else None
    officer = as_staff(found) if found is not None and found.active else None
    if officer is None or not officer.may(Permission.HELP_ANSWER) or not may_see(officer, None):
        return await render(visit, number, problem="nobody")
    to_id, own = officer.staff_id, visit.staff.staff_id
    try:
        await act(
            visit,
            number,
            lambda conn: live.hand_over(conn, number, to=to_id, staff_id=own, now=visit.now),
            "help_handed_over",
        )
    except Refused as refused:
        return await explain(visit, number, refused)
    return visit.go("/help", said="help/handed_over", about=officer.display)


async def answer(visit: Visit) -> web.StreamResponse:
    """Send words to the citizen; with a photo chosen, that first."""
    number, words = visit.number("id"), visit.form.words("text", most=LONGEST_ANSWER)
    photos = visit.form.files("photo")
    once = visit.form.raw("once") or new_token()
    try:
        if photos and not await send_photo(visit, number, photos[0].content, once=f"{once}:photo"):
            return await render(visit, number, problem="no_photo", words=words)
        if words or not photos:
            await act(
                visit,
                number,
                lambda conn: live.answer(
                    conn, number, words, staff_id=visit.staff.staff_id, once=f"{once}:text", now=visit.now
                ),
                "help_answered",
            )
    except Refused as refused:
        return await explain(visit, number, refused, words=words)
    return visit.go(f"/help/{number}")


async def note(visit: Visit) -> web.StreamResponse:
    """Leave a note for colleagues."""
    number, words = visit.number("id"), visit.form.words("note", most=LONGEST)
    once = visit.form.raw("once") or new_token()
    try:
        await act(
            visit,
            number,
            lambda conn: add_note(conn, number, words, staff_id=visit.staff.staff_id, once=once, now=visit.now),
            "help_noted",
        )
    except Refused as refused:
        return await explain(visit, number, refused, note=words)
    return visit.go(f"/help/{number}")


async def save_draft(visit: Visit) -> web.StreamResponse:
    """Keep what is being typed; a canned answer chosen without JavaScript is put behind it."""
    number, words = visit.number("id"), visit.form.words("text", most=LONGEST_ANSWER)
    chosen = visit.form.number("canned")

    def keep(conn: Connection) -> None:
        found = canned.find(conn, chosen) if chosen is not None else None
        draft = "\n".join(part for part in (words, found.body if found else "") if part)
        live.save_draft(conn, number, draft, staff_id=visit.staff.staff_id)

    try:
        await visit.write(keep)
    except Refused as refused:
        if refused.reason is Reason.UNKNOWN:
            raise visit.missing(CONVERSATION, number) from None
        return await explain(visit, number, refused, words=words)
    return web.Response(status=204) if chosen is None else visit.go(f"/help/{number}")


async def reveal(visit: Visit) -> web.StreamResponse:
    """Show names and numbers of this conversation to this officer for an hour, and write that down."""
    number = visit.number("id")
    await act(visit, number, lambda conn: None, REVEALED)
    return visit.go(f"/help/{number}")


_ANSWERS = Permission.HELP_ANSWER

_ROUTES = (
    Route("GET", "/help", show_list, _ANSWERS),
    Route("GET", "/help/feed", stream, _ANSWERS),
    Route("GET", "/help/{id}", show_one, _ANSWERS),
    Route("GET", "/help/{id}/file/{attachment}", show_file, _ANSWERS),
    Route("POST", "/help/{id}/claim", claim, _ANSWERS),
    Route("POST", "/help/{id}/hand-over", hand_over, _ANSWERS),
    Route("POST", "/help/{id}/put-back", put_back, _ANSWERS),
    Route("POST", "/help/{id}/give-back", give_back, _ANSWERS),
    Route("POST", "/help/{id}/close", close, _ANSWERS),
    Route("POST", "/help/{id}/answer", answer, _ANSWERS, most_bytes=_PHOTO_BYTES),
    Route("POST", "/help/{id}/note", note, _ANSWERS),
    Route("POST", "/help/{id}/draft", save_draft, _ANSWERS, most_bytes=_PHOTO_BYTES),
    Route("POST", "/help/{id}/reveal", reveal, Permission.PERSONAL_DATA),
)

SUBJECT = Subject(
    name="help",
    routes=_ROUTES,
    rule=_ANSWERS,
    home="/help",
    waiting=queue.count_waiting,
    search=queue.search,
    waiting_first=queue.waiting_first,
)
