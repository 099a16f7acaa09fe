"""Notes that officers leave each other in a conversation: they never leave the office."""

from datetime import datetime

from bot.domain.help_steps import Reason, Refused, take
from store import help
from store.database import Connection
from store.help import NOTE, NewLine, Who

LONGEST = 600  # characters


def add_note(conn: Connection, conversation_id: int, words: str, *, staff_id: int, once: str, now: datetime) -> int:
    """Add a note to an open conversation, whoever holds it, and return its line; the same `once` adds one.

    Raises:
        Refused.
    """
    before = take(conn, conversation_id)
    if (added := help.find_once(conn, once)) is not None:
        return added
    words = words.strip()
    if not words:
        raise Refused(Reason.EMPTY)
    if len(words) > LONGEST:
        raise Refused(Reason.TOO_LONG)
    line = NewLine(
        conversation_id=before.id, said=now, who=Who.STAFF, kind=NOTE, body=words, staff_id=staff_id, once=once
    )
    line_id = help.add_line(conn, line)
    help.note_change(conn, before.id, now=now)
    return line_id
