"""Live help by the clock: a promise to who waits in vain, another officer for who gets no answer, an end to old ones.

Each verb looks again at its one conversation: it may have moved since it was found.
"""

from datetime import datetime, timedelta

from bot import texts
from bot.clock import TOWN
from bot.domain.help_steps import Refused, end, note_event, offer_again, take, tell
from bot.domain.help_window import closes_before
from bot.domain.workdays import read_office_time
from bot.texts import Office
from store import help
from store.database import Connection
from store.help import Conversation, HelpState, Outcome

PATIENCE = timedelta(minutes=10)  # until an unclaimed or unanswered citizen hears something
IDLE = timedelta(hours=24)


def promise_unclaimed(conn: Connection, conversation_id: int, *, office: Office, now: datetime) -> bool:
    """Tell a citizen whom nobody has claimed for ten minutes when to expect an answer; tells whether it was due."""
    before = _take(conn, conversation_id)
    if before is None or before.state is not HelpState.WAITING or not _is_past(before.waiting_since, now, PATIENCE):
        return False
    after = help.change(conn, before, now=now, state=HelpState.PROMISED, promised=before.promised or now)
    note_event(conn, before.id, "promised", staff_id=None, now=now)
    if before.promised is None:
        times = read_office_time(conn, now)
        opens = None if times.is_open(now) else times.next_opening(now)
        words = texts.person_is_late(
            before.ticket,
            opens.astimezone(TOWN) if opens else None,
            office,
            write_again=closes_before(opens, now=before.last_citizen),
        )
        tell(conn, after, words, name="promise", now=now)
    return True


def requeue_silent(conn: Connection, conversation_id: int, *, now: datetime) -> bool:
    """Offer a conversation to all again whose officer has left the citizen without words for ten minutes."""
    before = _take(conn, conversation_id)
    if before is None or before.state is not HelpState.HELD or not _is_past(before.unanswered_since, now, PATIENCE):
        return False
    offer_again(conn, before, staff_id=None, now=now)
    return True


def close_idle(conn: Connection, conversation_id: int, *, now: datetime) -> bool:
    """End a held conversation in which nobody has said a word for a day."""
    before = _take(conn, conversation_id)
    if before is None or before.state is not HelpState.HELD:
        return False
    moves = (before.last_citizen, before.last_staff, before.claimed)
    if not _is_past(max(move for move in moves if move), now, IDLE):
        return False
    end(conn, before, Outcome.IDLE, staff_id=None, now=now)
    return True


def _take(conn: Connection, conversation_id: int) -> Conversation | None:
    try:
        return take(conn, conversation_id)
    except Refused:
        return None


def _is_past(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    return since is not None and now - since >= patience
