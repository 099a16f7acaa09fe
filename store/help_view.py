"""What an officer's page shows beside a conversation's own lines: turns with the bot, photos, last words, counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal_column, select

from store.attachments import Attachment, AttachmentState
from store.help import HelpState, Who
from store.tables import attachments, conversation_lines, conversations, inbox


@dataclass(frozen=True, slots=True)
class Turn:
    """A push of the citizen and the bot's answer (JSON); `said` is None for what isn't text."""

    id: int
    received: datetime
    kind: str
    said: str | None
    reply: str


@dataclass(frozen=True, slots=True)
class LastWords:
    """What the citizen sent last in a conversation."""

    kind: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier conversation of the same citizen."""

    id: int
    ticket: str
    opened: datetime
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Glance:
    """How much needs an officer; `knock`: when somebody last asked for anybody, or wrote to this officer."""

    waiting: int
    mine: int  # held, and the citizen has the last word
    held: int
    knock: datetime | None


_TURNS = (
    select(inbox.c.id, inbox.c.received, inbox.c.kind, inbox.c.said, inbox.c.reply)
    .where(inbox.c.citizen_id == bindparam("who"), inbox.c.received <= bindparam("until"))
    .order_by(inbox.c.id.desc())
    .limit(bindparam("most"))
)
_LAST_OF_EACH = (
    select(func.max(conversation_lines.c.id))
    .where(
        conversation_lines.c.conversation_id.in_(bindparam("rows", expanding=True)),
        conversation_lines.c.who == Who.CITIZEN,
    )
    .group_by(conversation_lines.c.conversation_id)
)
_LAST_WORDS = select(conversation_lines.c.conversation_id, conversation_lines.c.kind, conversation_lines.c.body).where(
    conversation_lines.c.id.in_(_LAST_OF_EACH)
)
_IN_CONVERSATION = (
    select(attachments)
    .join(conversation_lines, conversation_lines.c.attachment_id == attachments.c.id)
    .where(conversation_lines.c.conversation_id == bindparam("row"))
)
_BEFORE = (
    select(conversations.c.id, conversations.c.ticket, conversations.c.opened, conversations.c.outcome)
    .where(conversations.c.citizen_id == bindparam("who"), conversations.c.id != bindparam("row"))
    .order_by(conversations.c.id.desc())
    .limit(bindparam("most"))
)
_IS_UNCLAIMED = conversations.c.state.in_((HelpState.WAITING, HelpState.PROMISED))
_IS_MINE = conversations.c.holder == bindparam("officer")
_GLANCE = select(
    func.count().filter(_IS_UNCLAIMED),
    func.count().filter(_IS_MINE, conversations.c.unanswered_since.is_not(None)),
    func.count().filter(_IS_MINE),
    func.max(conversations.c.waiting_since).filter(_IS_UNCLAIMED),
    func.max(conversations.c.last_citizen).filter(_IS_MINE, conversations.c.last_citizen > conversations.c.claimed),
).where(conversations.c.state != literal_column("'closed'"))


def turns(conn: Connection, citizen_id: str, *, until: datetime, most: int) -> Sequence[Turn]:
    """Return the citizen's last pushes up to a moment, oldest first."""
    rows = conn.execute(_TURNS, {"who": citizen_id, "until": until, "most": most}).all()
    return [Turn(*row) for row in reversed(rows)]


def last_words(conn: Connection, conversation_ids: Collection[int]) -> Mapping[int, LastWords]:
    """Return what the citizen sent last in each of these conversations."""
    rows = conn.execute(_LAST_WORDS, {"rows": list(conversation_ids)})
    return {row.conversation_id: LastWords(row.kind, row.body) for row in rows}


def attachments_in(conn: Connection, conversation_id: int) -> Mapping[int, Attachment]:
    """Return the photos, voices and videos that stand in a conversation, by their ids."""
    rows = conn.execute(_IN_CONVERSATION, {"row": conversation_id})
    return {row.id: Attachment(**{**row._mapping, "state": AttachmentState(row.state)}) for row in rows}


def conversations_before(conn: Connection, citizen_id: str, *, but: int, most: int = 5) -> Sequence[Before]:
    """Return the citizen's other conversations, newest first."""
    rows = conn.execute(_BEFORE, {"who": citizen_id, "row": but, "most": most})
    return [Before(*row) for row in rows]


def glance(conn: Connection, staff_id: int) -> Glance:
    """Return what an officer must know of at once, in one statement."""
    waiting, mine, held, *moments = conn.execute(_GLANCE, {"officer": staff_id}).one()
    return Glance(waiting, mine, held, max((moment for moment in moments if moment), default=None))
