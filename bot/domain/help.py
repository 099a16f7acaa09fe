"""Live help from the officer's side: claim, hand over, put back, answer, give back, close.

Each verb is one transaction: it takes the citizen's turn, so that it stands before or after any message of theirs,
changes the conversation, adds its line, and puts what the citizen is to read into the outbox. A form's `once` makes a
second click change nothing. What the citizen says and asks stands in `help_asked`, what the clock does in
`help_overdue`.
"""

from datetime import datetime

from bot import texts
from bot.domain import help_state
from bot.domain.help_state import Helped
from bot.domain.help_steps import Reason as Reason
from bot.domain.help_steps import Refused as Refused
from bot.domain.help_steps import Taken as Taken
from bot.domain.help_steps import end, note_event, offer_again, take
from bot.domain.help_window import window_left
from bot.outbound.delivery import CustomerPhoto, CustomerText, photo_delivery, text_delivery
from bot.outbound.files import KeptFile
from bot.wechat.xml import TEXT_BYTES, escape_text
from store import attachments, help, outbox, service
from store.database import Connection
from store.help import Conversation, HelpState, NewLine, Outcome, Who
from store.outbox import HELP_DEDUPE

LONGEST_ANSWER = 600  # characters


def claim(conn: Connection, conversation_id: int, *, staff_id: int, now: datetime) -> Conversation:
    """Take a conversation: from now on the bot is silent. Claiming one's own again changes nothing.

    Raises:
        Refused, Taken.
    """
    before = take(conn, conversation_id)
    if before.state is HelpState.HELD:
        return _held_by(before, staff_id)
    after = help.change(
        conn,
        before,
        now=now,
        state=HelpState.HELD,
        holder=staff_id,
        claimed=now,
        waiting_since=None,
        unanswered_since=now if before.unanswered_since else None,
    )
    note_event(conn, before.id, "claimed", staff_id=staff_id, now=now)
    help_state.note(conn, before.citizen_id, Helped.HELD, conversation_id=before.id)
    return after


def hand_over(conn: Connection, conversation_id: int, *, to: int, staff_id: int, now: datetime) -> Conversation:
    """Give a conversation to another officer, draft and all; who may get it is the caller's to check.

    Raises:
        Refused, Taken.
    """
    before = _take_held(conn, conversation_id, staff_id)
    if to == staff_id:
        return before
    unanswered = now if before.unanswered_since else None
    after = help.change(conn, before, now=now, holder=to, claimed=now, unanswered_since=unanswered)
    note_event(conn, before.id, help.HANDED_OVER, staff_id=staff_id, body=str(to), now=now)
    return after


def put_back(conn: Connection, conversation_id: int, *, staff_id: int, now: datetime) -> Conversation:
    """Offer a conversation to all officers again; the citizen is told that somebody else comes.

    Raises:
        Refused, Taken.
    """
    before = _take_held(conn, conversation_id, staff_id)
    return offer_again(conn, before, staff_id=staff_id, now=now)


def answer(conn: Connection, conversation_id: int, words: str, *, staff_id: int, once: str, now: datetime) -> int:
    """Send words to the citizen and return the line; the same `once` again returns the same line.

    Raises:
        Refused, Taken.
    """
    before = _take_held(conn, conversation_id, staff_id)
    if (sent := help.find_once(conn, once)) is not None:
        return sent
    words = words.strip()
    if not words:
        raise Refused(Reason.EMPTY)
    text = texts.from_officer(escape_text(words))
    if len(words) > LONGEST_ANSWER or len(text.encode()) > TEXT_BYTES:
        raise Refused(Reason.TOO_LONG)
    until = _until(conn, before, now)
    body = CustomerText(citizen_id=before.citizen_id, text=text, conversation_id=before.id)
    row_id = outbox.enqueue(conn, text_delivery(body, now, expires=until, dedupe=f"{HELP_DEDUPE}{once}"))
    line = NewLine(
        conversation_id=before.id,
        said=now,
        who=Who.STAFF,
        body=words,
        staff_id=staff_id,
        outbox_id=row_id,
        once=once,
    )
    return _note_answer(conn, before, line)


def answer_photo(
    conn: Connection, conversation_id: int, photo: KeptFile, *, staff_id: int, once: str, now: datetime
) -> int:
    """Send a photo, cleaned by `bot/domain/pictures.py` and kept, to the citizen; else as `answer`.

    Raises:
        Refused, Taken: the caller then lets go of the file with `discard_photo`.
    """
    before = _take_held(conn, conversation_id, staff_id)
    if (sent := help.find_once(conn, once)) is not None:
        return sent
    until = _until(conn, before, now)
    attachment_id = attachments.expect(conn, before.citizen_id, kind="image", received=now)
    kept = {"sha256": photo.sha256, "content_type": photo.content_type, "size": photo.size}
    attachments.keep(conn, attachment_id, **kept)  # type: ignore[arg-type]
    body = CustomerPhoto(citizen_id=before.citizen_id, attachment_id=attachment_id, conversation_id=before.id)
    row_id = outbox.enqueue(conn, photo_delivery(body, now, expires=until, dedupe=f"{HELP_DEDUPE}{once}"))
    line = NewLine(
        conversation_id=before.id,
        said=now,
        who=Who.STAFF,
        kind="image",
        staff_id=staff_id,
        attachment_id=attachment_id,
        outbox_id=row_id,
        once=once,
    )
    return _note_answer(conn, before, line)


def save_draft(conn: Connection, conversation_id: int, draft: str, *, staff_id: int) -> None:
    """Keep words that aren't sent yet, for whoever gets the conversation next.

    Raises:
        Refused, Taken.
    """
    before = _take_held(conn, conversation_id, staff_id)
    if draft[:LONGEST_ANSWER] != before.draft:
        help.keep_draft(conn, before.id, draft[:LONGEST_ANSWER])


def give_back(conn: Connection, conversation_id: int, *, staff_id: int, now: datetime) -> Conversation:
    """Let the bot answer again, and tell the citizen so. What is closed already stays as it is.

    Raises:
        Refused, Taken.
    """
    return _end(conn, conversation_id, Outcome.GIVEN_BACK, staff_id=staff_id, now=now)


def close(conn: Connection, conversation_id: int, *, staff_id: int, now: datetime) -> Conversation:
    """End a conversation whose matter is settled; the citizen is told that the bot is back.

    Raises:
        Refused, Taken.
    """
    return _end(conn, conversation_id, Outcome.ANSWERED, staff_id=staff_id, now=now)


def _end(conn: Connection, conversation_id: int, outcome: Outcome, *, staff_id: int, now: datetime) -> Conversation:
    try:
        before = _take_held(conn, conversation_id, staff_id)
    except Refused as refused:
        closed = help.find(conn, conversation_id)
        if refused.reason is not Reason.CLOSED or closed is None:
            raise
        return closed
    return end(conn, before, outcome, staff_id=staff_id, now=now)


def _take_held(conn: Connection, conversation_id: int, staff_id: int) -> Conversation:
    return _held_by(take(conn, conversation_id), staff_id)


def _held_by(found: Conversation, staff_id: int) -> Conversation:
    if found.holder is None:
        raise Refused(Reason.NOT_HELD)
    if found.holder != staff_id:
        raise Taken(found.holder)
    return found


def _until(conn: Connection, before: Conversation, now: datetime) -> datetime:
    """Return when the window closes; whether its messages are used up is WeChat's to say."""
    if service.find_quiet(conn) is not None:
        raise Refused(Reason.QUIET)
    window = window_left(conn, before.citizen_id, now)
    if window.until is None:
        raise Refused(Reason.WINDOW_CLOSED)
    return window.until


def _note_answer(conn: Connection, before: Conversation, line: NewLine) -> int:
    line_id = help.add_line(conn, line)
    help.change(conn, before, now=line.said, last_staff=line.said, unanswered_since=None, draft="")
    return line_id
