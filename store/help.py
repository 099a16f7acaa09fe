"""Live help: conversations between a citizen and the office, their lines, and the feed that says that one moved.

waiting → held ⇄ waiting → closed; a conversation that nobody claims in time is promised, and waits on like that.
Whoever changes one holds the citizen's turn (`store.database.take_turn`), since the dialogue says who answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql

from store.tables import conversation_lines, conversations, help_feed, outbox, tickets


class HelpState(StrEnum):
    """Where a conversation stands."""

    WAITING = "waiting"
    PROMISED = "promised"  # waits as well, and the citizen was told until when
    HELD = "held"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a conversation ended."""

    ANSWERED = "answered"  # the officer closed it
    GIVEN_BACK = "given_back"  # to the bot
    WITHDRAWN = "withdrawn"  # the citizen needed nobody any more
    IDLE = "idle"
    ERASED = "erased"


HANDED_OVER = "handed_over"  # the line of this kind names the officer who got the conversation
NOTE = "note"  # from officer to officer; it never leaves the office


class Who(StrEnum):
    """Whose words a line holds."""

    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"  # our sentences to the citizen, and what happened by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One row."""

    id: int
    ticket: str
    citizen_id: str
    state: HelpState
    revision: int
    opened: datetime
    waiting_since: datetime | None
    unanswered_since: datetime | None
    last_citizen: datetime
    last_staff: datetime | None
    claimed: datetime | None
    holder: int | None
    promised: datetime | None
    alert: str | None
    about: str
    draft: str
    closed: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to be."""

    conversation_id: int
    said: datetime
    who: Who
    kind: str = "text"  # text | image | voice | video | place | link | menu, or what happened: claimed …
    body: str | None = None
    staff_id: int | None = None
    alert: str | None = None
    attachment_id: int | None = None
    outbox_id: int | None = None
    once: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with what became of it on its way: the outbox's state and error code, None for what came in."""

    id: int
    said: datetime
    who: Who
    staff_id: int | None
    kind: str
    body: str | None
    alert: str | None
    attachment_id: int | None
    sent: str | None
    errcode: int | None


_FEED_ROWS = 1_000_000  # more than an hour brings
_IS_OPEN = conversations.c.state != literal_column("'closed'")  # in these words, as in the partial indexes
_BY_ID = select(conversations).where(conversations.c.id == bindparam("row"))
_LOCKED = _BY_ID.with_for_update()
_OPEN_OF = select(conversations).where(conversations.c.citizen_id == bindparam("who"), _IS_OPEN)
_OPEN = select(conversations).where(_IS_OPEN).order_by(conversations.c.opened, conversations.c.id)
_CLOSED = (
    select(conversations)
    .where(conversations.c.closed.is_not(None))
    .order_by(conversations.c.closed.desc(), conversations.c.id.desc())
    .limit(bindparam("most"))
)
_COUNT_UNCLAIMED = select(func.count()).where(
    _IS_OPEN, conversations.c.state.in_((HelpState.WAITING, HelpState.PROMISED))
)
_OLDEST = select(func.min(conversations.c.waiting_since)).where(
    _IS_OPEN, conversations.c.state.in_((HelpState.WAITING, HelpState.PROMISED))
)
_COUNT_AWAITING = select(func.count()).where(
    _IS_OPEN, conversations.c.holder == bindparam("officer"), conversations.c.unanswered_since.is_not(None)
)
_TICKET = (
    postgresql.insert(tickets)
    .values(day=bindparam("of_day"), given=1)
    .on_conflict_do_update(index_elements=["day"], set_={"given": tickets.c.given + 1})
    .returning(tickets.c.given)
)
_ADD_LINE = insert(conversation_lines).returning(conversation_lines.c.id)
_LINES: Select[Any] = (
    select(
        conversation_lines.c.id,
        conversation_lines.c.said,
        conversation_lines.c.who,
        conversation_lines.c.staff_id,
        conversation_lines.c.kind,
        conversation_lines.c.body,
        conversation_lines.c.alert,
        conversation_lines.c.attachment_id,
        outbox.c.state.label("sent"),
        outbox.c.errcode,
    )
    .outerjoin(outbox, outbox.c.id == conversation_lines.c.outbox_id)
    .where(conversation_lines.c.conversation_id == bindparam("row"))
    .order_by(conversation_lines.c.id)
)
_ONCE = select(conversation_lines.c.id).where(conversation_lines.c.once == bindparam("key"))
_MARK = select(func.coalesce(func.max(help_feed.c.id), 0), func.count())
_NOTE_DELIVERED = insert(help_feed).from_select(
    ["conversation_id", "changed"],
    select(conversations.c.id, func.coalesce(conversations.c.last_staff, conversations.c.opened)).where(
        conversations.c.id == bindparam("row")
    ),
)
_PRUNE = delete(help_feed).where(help_feed.c.changed < bindparam("before"))
_OVERDUE_CLAIMS = select(conversations.c.id).where(
    _IS_OPEN, conversations.c.state == HelpState.WAITING, conversations.c.waiting_since <= bindparam("before")
)
_OVERDUE_ANSWERS = select(conversations.c.id).where(
    _IS_OPEN, conversations.c.state == HelpState.HELD, conversations.c.unanswered_since <= bindparam("before")
)
_LAST_MOVE = case(
    (conversations.c.last_staff > conversations.c.last_citizen, conversations.c.last_staff),
    else_=conversations.c.last_citizen,
)
_IDLE = select(conversations.c.id).where(
    _IS_OPEN,
    conversations.c.state == HelpState.HELD,
    bindparam("before") >= _LAST_MOVE,
    conversations.c.claimed <= bindparam("before"),
)
_HEARD = (
    update(conversations)
    .where(conversations.c.id == bindparam("row"))
    .values(
        last_citizen=bindparam("now"),
        unanswered_since=func.coalesce(conversations.c.unanswered_since, bindparam("now")),
        alert=func.coalesce(bindparam("kind", type_=conversations.c.alert.type), conversations.c.alert),
        revision=conversations.c.revision + 1,
    )
)
_BLANK_LINES = (
    update(conversation_lines)
    .where(
        conversation_lines.c.conversation_id.in_(
            select(conversations.c.id).where(conversations.c.citizen_id == bindparam("citizen"))
        ),
        conversation_lines.c.kind != HANDED_OVER,
    )
    .values(body=None)
)
_BLANK = update(conversations).where(conversations.c.citizen_id == bindparam("citizen")).values(about="", draft="")


def next_ticket(conn: Connection, day: str) -> str:
    """Return the day's next ticket, such as 20261124-0042; `day` is YYYYMMDD."""
    return f"{day}-{conn.scalar(_TICKET, {'of_day': day}):04d}"


def open_conversation(
    conn: Connection,
    citizen_id: str,
    *,
    ticket: str,
    state: HelpState,
    about: str,
    now: datetime,
) -> Conversation:
    """Begin a conversation; the citizen has none open.

    Raises:
        sqlalchemy.exc.IntegrityError: there is one.
    """
    values = {
        "ticket": ticket,
        "citizen_id": citizen_id,
        "state": state,
        "revision": 1,
        "opened": now,
        "waiting_since": now,
        "unanswered_since": now,
        "last_citizen": now,
        "promised": now if state is HelpState.PROMISED else None,
        "about": about,
    }
    row = conn.execute(insert(conversations).values(values).returning(*conversations.c)).one()
    note_change(conn, row.id, now=now)
    return _conversation(row)


def find(conn: Connection, conversation_id: int, *, lock: bool = False) -> Conversation | None:
    """Return a conversation; `lock` keeps others from changing it until the transaction ends."""
    row = conn.execute(_LOCKED if lock else _BY_ID, {"row": conversation_id}).first()
    return None if row is None else _conversation(row)


def find_open_of(conn: Connection, citizen_id: str) -> Conversation | None:
    """Return the citizen's open conversation."""
    row = conn.execute(_OPEN_OF, {"who": citizen_id}).first()
    return None if row is None else _conversation(row)


def list_open(conn: Connection) -> list[Conversation]:
    """Return the open ones, oldest first."""
    return [_conversation(row) for row in conn.execute(_OPEN)]


def list_closed(conn: Connection, *, most: int = 50) -> list[Conversation]:
    """Return those that were closed last, newest first."""
    return [_conversation(row) for row in conn.execute(_CLOSED, {"most": most})]


def count_unclaimed(conn: Connection) -> int:
    """Return how many wait for somebody to claim them, promised ones included."""
    return int(conn.scalar(_COUNT_UNCLAIMED) or 0)


def oldest_unclaimed(conn: Connection) -> datetime | None:
    """Return since when the one has waited that has waited longest."""
    oldest: datetime | None = conn.scalar(_OLDEST)
    return oldest


def count_awaiting(conn: Connection, staff_id: int) -> int:
    """Return how many conversations this officer holds in which the citizen waits for words."""
    return int(conn.scalar(_COUNT_AWAITING, {"officer": staff_id}) or 0)


def change(conn: Connection, /, before: Conversation, *, now: datetime, **values: object) -> Conversation:
    """Write new values over a conversation as it was read, one revision further; the feed says so.

    Raises:
        Moved: it is another by now.
    """
    statement = (
        update(conversations)
        .where(conversations.c.id == before.id, conversations.c.revision == before.revision)
        .values(revision=before.revision + 1, **values)
        .returning(*conversations.c)
    )
    row = conn.execute(statement).first()
    if row is None:
        raise Moved(before.id)
    note_change(conn, before.id, now=now)
    return _conversation(row)


def keep_draft(conn: Connection, conversation_id: int, draft: str) -> None:
    """Keep words that aren't sent yet. The feed is silent: nobody else need see each pause in typing."""
    conn.execute(update(conversations).where(conversations.c.id == conversation_id).values(draft=draft))


class Moved(Exception):
    """The conversation was changed since it was read."""


def add_line(conn: Connection, line: NewLine) -> int:
    """Add a line and return its id."""
    row_id = conn.scalar(_ADD_LINE, {name: getattr(line, name) for name in NewLine.__slots__})
    assert isinstance(row_id, int)
    return row_id


def find_once(conn: Connection, once: str) -> int | None:
    """Return the line that a form has sent already."""
    row_id: int | None = conn.scalar(_ONCE, {"key": once})
    return row_id


def lines(conn: Connection, conversation_id: int) -> list[Line]:
    """Return all lines in the order in which they came, each with what became of it."""
    rows = conn.execute(_LINES, {"row": conversation_id})
    return [Line(**{**row._mapping, "who": Who(row.who)}) for row in rows]


def note_heard(conn: Connection, conversation_id: int, *, alert: str | None, now: datetime) -> None:
    """The citizen said something: they wait for words from now on, unless they do already."""
    conn.execute(_HEARD, {"row": conversation_id, "kind": alert, "now": now})
    note_change(conn, conversation_id, now=now)


def note_change(conn: Connection, conversation_id: int, *, now: datetime) -> None:
    """Tell the feed."""
    conn.execute(insert(help_feed).values(conversation_id=conversation_id, changed=now))


def note_delivered(conn: Connection, conversation_id: int) -> None:
    """Tell the feed that it is known now what became of a line."""
    conn.execute(_NOTE_DELIVERED, {"row": conversation_id})


def feed_revision(conn: Connection) -> int:
    """Return a number that differs once anything has moved.

    It holds the number of the feed's rows too: they may become visible in another order than they were numbered.
    """
    last, rows = conn.execute(_MARK).one()
    return int(last) * _FEED_ROWS + int(rows) % _FEED_ROWS


def prune_feed(conn: Connection, *, before: datetime) -> int:
    """Forget old rows of the feed and return how many."""
    return conn.execute(_PRUNE, {"before": before}).rowcount


def list_unclaimed_since(conn: Connection, before: datetime) -> Sequence[int]:
    """Return those that wait since then, and were promised nothing in this waiting."""
    return conn.scalars(_OVERDUE_CLAIMS, {"before": before}).all()


def list_unanswered_since(conn: Connection, before: datetime) -> Sequence[int]:
    """Return those held in which the citizen has waited for words since then."""
    return conn.scalars(_OVERDUE_ANSWERS, {"before": before}).all()


def list_idle_since(conn: Connection, before: datetime) -> Sequence[int]:
    """Return those held in which nobody has said a word since then."""
    return conn.scalars(_IDLE, {"before": before}).all()


def erase_citizen(conn: Connection, citizen_id: str, *, now: datetime) -> None:
    """Close a citizen's open conversation and take all words out of all of them."""
    before = find_open_of(conn, citizen_id)
    if before is not None:
        ended = {"state": HelpState.CLOSED, "outcome": Outcome.ERASED, "closed": now}
        change(conn, before, now=now, **ended, waiting_since=None, unanswered_since=None)
    conn.execute(_BLANK_LINES, {"citizen": citizen_id})
    conn.execute(_BLANK, {"citizen": citizen_id})


def _conversation(row: Any) -> Conversation:
    return Conversation(**{**row._mapping, "state": HelpState(row.state)})
