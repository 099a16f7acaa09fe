"""Everything that the tables hold about one citizen: counted, or read whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from store.attachments import AttachmentState
from store.help import HANDED_OVER, NOTE
from store.outbox import ERASED_BODY
from store.tables import (
    attachments,
    citizens,
    contacts,
    conversation_lines,
    conversations,
    dialogues,
    inbox,
    outbox,
    unanswered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is of each kind; `since` is the day of the oldest message."""

    messages: int
    since: datetime | None
    attachments: int
    questions: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Account:
    """Who the citizen is to WeChat and to us."""

    citizen_id: str
    openid: str | None
    followed: bool
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone or a name, as it is kept: encrypted."""

    kind: str
    sealed: bytes
    given: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A push and its answer (JSON); `said` are the citizen's words, None for what isn't text."""

    received: datetime
    kind: str
    said: str | None
    reply: str


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the conversation stands (JSON)."""

    heard: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question that found no answer at once."""

    asked: datetime
    question: str
    cause: str
    state: str
    told: datetime | None


@dataclass(frozen=True, slots=True)
class File:
    """A photo, voice or video; `sha256` names the file if it is kept."""

    received: datetime
    kind: str
    state: str
    content_type: str | None
    size: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Something said in a conversation with the office; `ticket` is the conversation's number."""

    said: datetime
    ticket: str
    who: str
    kind: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that was to leave for the citizen, or to be fetched (JSON)."""

    created: datetime
    lane: str
    state: str
    settled: datetime | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All of it but what other modules list: consents, failures, security log."""

    account: Account
    contacts: Sequence[Contact]
    messages: Sequence[Message]
    talk: Talk | None
    questions: Sequence[Question]
    files: Sequence[File]
    help: Sequence[HelpLine]
    sent: Sequence[Sent]


_WHO: BindParameter[str] = bindparam("who")
_ARE_FILES = (attachments.c.citizen_id == _WHO, attachments.c.state != AttachmentState.ERASED)
_ARE_QUESTIONS = (unanswered.c.citizen_id == _WHO, unanswered.c.question.is_not(None))


def _number(*conditions: Any) -> Any:
    return select(func.count()).where(*conditions).scalar_subquery()


_COUNT = select(
    func.count().label("messages"),
    func.min(inbox.c.received).label("since"),
    _number(*_ARE_FILES).label("attachments"),
    _number(*_ARE_QUESTIONS).label("questions"),
    _number(contacts.c.citizen_id == _WHO).label("contacts"),
).where(inbox.c.citizen_id == _WHO)
_ACCOUNT = select(citizens.c.citizen_id, citizens.c.openid, citizens.c.followed, citizens.c.first_seen).where(
    citizens.c.citizen_id == _WHO
)
_CONTACTS = (
    select(contacts.c.kind, contacts.c.sealed, contacts.c.given)
    .where(contacts.c.citizen_id == _WHO)
    .order_by(contacts.c.kind)
)
_MESSAGES = (
    select(inbox.c.received, inbox.c.kind, inbox.c.said, inbox.c.reply)
    .where(inbox.c.citizen_id == _WHO)
    .order_by(inbox.c.id)
)
_TALK = select(dialogues.c.heard, dialogues.c.state).where(dialogues.c.citizen_id == _WHO)
_QUESTIONS = (
    select(unanswered.c.asked, unanswered.c.question, unanswered.c.cause, unanswered.c.state, unanswered.c.told)
    .where(*_ARE_QUESTIONS)
    .order_by(unanswered.c.id)
)
_FILES = (
    select(
        attachments.c.received,
        attachments.c.kind,
        attachments.c.state,
        attachments.c.content_type,
        attachments.c.size,
        attachments.c.sha256,
    )
    .where(*_ARE_FILES)
    .order_by(attachments.c.id)
)
_HELP = (
    select(
        conversation_lines.c.said,
        conversations.c.ticket,
        conversation_lines.c.who,
        conversation_lines.c.kind,
        conversation_lines.c.body,
    )
    .join(conversations, conversations.c.id == conversation_lines.c.conversation_id)
    .where(conversations.c.citizen_id == _WHO, conversation_lines.c.kind.not_in((HANDED_OVER, NOTE)))
    .order_by(conversation_lines.c.id)
)
_SENT = (
    select(outbox.c.created, outbox.c.lane, outbox.c.state, outbox.c.settled, outbox.c.body)
    .where(outbox.c.citizen_id == _WHO, outbox.c.body != ERASED_BODY)
    .order_by(outbox.c.id)
)


def count(conn: Connection, citizen_id: str) -> Counts:
    """Return how much there is, in one statement."""
    return Counts(**conn.execute(_COUNT, {"who": citizen_id}).one()._asdict())


def read_all(conn: Connection, citizen_id: str) -> Rows | None:
    """Return all there is, oldest first; None for someone who was erased or never known."""
    account = conn.execute(_ACCOUNT, {"who": citizen_id}).first()
    if account is None or account.openid is None:
        return None
    talk = conn.execute(_TALK, {"who": citizen_id}).first()
    return Rows(
        account=Account(*account),
        contacts=[Contact(*row) for row in _rows(conn, _CONTACTS, citizen_id)],
        messages=[Message(*row) for row in _rows(conn, _MESSAGES, citizen_id)],
        talk=None if talk is None else Talk(*talk),
        questions=[Question(*row) for row in _rows(conn, _QUESTIONS, citizen_id)],
        files=[File(*row) for row in _rows(conn, _FILES, citizen_id)],
        help=[HelpLine(*row) for row in _rows(conn, _HELP, citizen_id)],
        sent=[Sent(*row) for row in _rows(conn, _SENT, citizen_id)],
    )


def _rows(conn: Connection, statement: Select[Any], citizen_id: str) -> Sequence[Any]:
    return conn.execute(statement, {"who": citizen_id}).all()
