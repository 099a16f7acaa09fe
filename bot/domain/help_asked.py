"""Live help from the citizen's side: asking for a person, being heard, and needing nobody any more.

All of it happens in the transaction of the citizen's own message, whose handler notes in the dialogue who answers.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.clock import TOWN
from bot.domain.help_steps import note_event
from bot.domain.workdays import read_office_time
from store import help
from store.database import Connection
from store.help import Conversation, HelpState, NewLine, Outcome, Who

_LONGEST = 2000  # characters of a message that are kept


@dataclass(frozen=True, slots=True)
class Asked:
    """The conversation, and when somebody is there next: now, later, or at no known time."""

    conversation: Conversation
    opens: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a citizen sent: words, the label of a place, a button's; `alert` if a person must see it at once."""

    kind: str  # text | image | voice | video | place | link | menu
    body: str | None = None
    alert: str | None = None
    attachment_id: int | None = None


def ask_person(conn: Connection, citizen_id: str, *, about: str, now: datetime) -> Asked:
    """Open a conversation, or return the one that is open; out of hours it is promised at once."""
    times = read_office_time(conn, now)
    is_open, opens = times.is_open(now), times.next_opening(now)
    found = help.find_open_of(conn, citizen_id)
    if found is None:
        ticket = help.next_ticket(conn, now.astimezone(TOWN).strftime("%Y%m%d"))
        state = HelpState.WAITING if is_open else HelpState.PROMISED
        found = help.open_conversation(conn, citizen_id, ticket=ticket, state=state, about=about[:_LONGEST], now=now)
    return Asked(found, opens, is_open)


def hear(conn: Connection, conversation_id: int, said: Said, *, now: datetime) -> None:
    """Add what the citizen sent to the conversation, and show the officers that it moved."""
    line = NewLine(
        conversation_id=conversation_id,
        said=now,
        who=Who.CITIZEN,
        kind=said.kind,
        body=None if said.body is None else said.body[:_LONGEST],
        alert=said.alert,
        attachment_id=said.attachment_id,
    )
    help.add_line(conn, line)
    help.note_heard(conn, conversation_id, alert=said.alert, now=now)


def withdraw(conn: Connection, conversation_id: int, *, now: datetime) -> None:
    """The citizen needs nobody any more."""
    before = help.find(conn, conversation_id)
    if before is None or before.state is HelpState.CLOSED:
        return
    help.change(
        conn,
        before,
        now=now,
        state=HelpState.CLOSED,
        outcome=Outcome.WITHDRAWN,
        closed=now,
        waiting_since=None,
        unanswered_since=None,
    )
    note_event(conn, before.id, Outcome.WITHDRAWN, staff_id=None, now=now)
