"""What live help's verbs share: why they are refused, taking a conversation, telling its citizen, ending it."""

from datetime import datetime
from enum import StrEnum

from bot import texts
from bot.domain import help_state
from bot.domain.help_state import Helped
from bot.domain.help_window import window_left
from bot.outbound.delivery import CustomerText, text_delivery
from store import citizens, help, outbox
from store.database import Connection, take_turn
from store.help import Conversation, HelpState, NewLine, Outcome, Who
from store.outbox import HELP_DEDUPE


class Reason(StrEnum):
    """Why a verb was refused; the pages put it into words."""

    UNKNOWN = "unknown"  # there is no such conversation
    TAKEN = "taken"  # another officer holds it
    NOT_HELD = "not_held"  # nobody holds it: claim it first
    CLOSED = "closed"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    WINDOW_CLOSED = "window_closed"  # WeChat doesn't let us write: 48 h since the citizen's last message
    QUIET = "quiet"  # the quiet switch is on


class Refused(Exception):
    """What was asked for can't be done, and nothing was changed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Taken(Refused):
    """Another officer, `by` (staff_id), holds the conversation."""

    def __init__(self, by: int) -> None:
        super().__init__(Reason.TAKEN)
        self.by = by


def take(conn: Connection, conversation_id: int) -> Conversation:
    """Return an open conversation as it stands now; until the end of the transaction nobody else changes it.

    Raises:
        Refused: there is none, or it is closed.
    """
    seen = help.find(conn, conversation_id)
    if seen is None:
        raise Refused(Reason.UNKNOWN)
    openid = citizens.find_openid(conn, seen.citizen_id)
    if openid is not None:
        take_turn(conn, openid)
    now = help.find(conn, conversation_id, lock=True)
    if now is None or now.state is HelpState.CLOSED:
        raise Refused(Reason.CLOSED)
    return now


def offer_again(conn: Connection, before: Conversation, *, staff_id: int | None, now: datetime) -> Conversation:
    """Put a held conversation back among the waiting ones and tell the citizen; the bot answers again meanwhile."""
    after = help.change(conn, before, now=now, state=HelpState.WAITING, holder=None, claimed=None, waiting_since=now)
    note_event(conn, before.id, "put_back", staff_id=staff_id, now=now)
    help_state.note(conn, before.citizen_id, Helped.TOLD, conversation_id=before.id)
    tell(conn, after, texts.somebody_else_comes(), name="put_back", now=now)
    return after


def end(
    conn: Connection, before: Conversation, outcome: Outcome, *, staff_id: int | None, now: datetime
) -> Conversation:
    """Close a held conversation; the bot says that it is back, now or with its next reply."""
    told = tell(conn, before, texts.bot_is_back(), name="back", now=now)
    after = help.change(
        conn,
        before,
        now=now,
        state=HelpState.CLOSED,
        outcome=outcome,
        closed=now,
        waiting_since=None,
        unanswered_since=None,
        draft="",
    )
    note_event(conn, before.id, outcome, staff_id=staff_id, now=now)
    help_state.note(conn, before.citizen_id, Helped.NO if told else Helped.BACK)
    return after


def tell(conn: Connection, about: Conversation, words: str, *, name: str, now: datetime) -> bool:
    """Send a sentence of ours, if WeChat's window lets us, and show it among the lines; tells whether it goes out."""
    window = window_left(conn, about.citizen_id, now)
    if window.until is None or not window.messages:
        return False
    body = CustomerText(citizen_id=about.citizen_id, text=words, conversation_id=about.id)
    dedupe = f"{HELP_DEDUPE}{about.id}:{name}:{about.revision}"
    row_id = outbox.enqueue(conn, text_delivery(body, now, expires=window.until, dedupe=dedupe))
    line = NewLine(conversation_id=about.id, said=now, who=Who.SYSTEM, body=words, outbox_id=row_id)
    help.add_line(conn, line)
    return True


def note_event(
    conn: Connection, conversation_id: int, name: str, *, staff_id: int | None, now: datetime, body: str | None = None
) -> None:
    """Add a line that says what happened; without an officer the clock or the citizen did it."""
    who = Who.SYSTEM if staff_id is None else Who.STAFF
    line = NewLine(conversation_id=conversation_id, said=now, who=who, kind=name, staff_id=staff_id, body=body)
    help.add_line(conn, line)
