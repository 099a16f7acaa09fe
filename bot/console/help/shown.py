"""One conversation as an officer sees it, read in one look at the database; the look is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.console.help.masking import mask_name, mask_number, mask_text
from bot.console.help.queue import Queue, read_queue, short_citizen
from bot.console.help.transcript import Bubble, masked, read_bubbles
from bot.console.visit import Audited, Visit
from bot.domain.help_window import CLOSED, Window, window_left
from bot.domain.permissions import Permission, Staff, may_see
from bot.domain.sessions import as_staff
from store import audit, canned, contacts, help, help_view, staff
from store.audit import Search
from store.canned import Canned
from store.database import Connection
from store.help import Conversation, HelpState
from store.help_view import Before
from store.sealing import Seal

CONVERSATION = "conversation"  # in the audit log
SEEN, REVEALED = "conversation_seen", "conversation_revealed"
_LASTS = timedelta(hours=1)  # a look, and names and phones that were asked for
_NAMES = "name"  # the kind of contact that is a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A conversation and what belongs to it. `mode`: what this officer may do in it."""

    conversation: Conversation
    mode: str  # waiting | mine | other | closed
    citizen: str
    holder: str
    bubbles: Sequence[Bubble]
    window: Window
    canned: Sequence[Canned]
    colleagues: Sequence[Staff]  # who could take it over
    contacts: Mapping[str, str]
    revealed: bool
    has_hidden: bool  # something is masked that this officer could ask to see
    before: Sequence[Before]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The whole page: the list, and the conversation that is open, if one is."""

    revision: int  # of the feed
    queue: Queue
    shown: Shown | None
    is_first_look: bool  # within the hour: to be written down


def read_desk(
    conn: Connection, officer: Staff, conversation_id: int | None, *, seal: Seal, known: Sequence[str], now: datetime
) -> Desk | None:
    """Read the page; None if there is no such conversation, or it isn't this officer's to see.

    `known` numbers, such as the office's phone, are never masked.
    """
    revision = help.feed_revision(conn)  # before the rest: what moves meanwhile is fetched again
    colleagues = staff.list_all(conn)
    names = {one.id: one.display for one in colleagues}
    queue = read_queue(conn, officer, names)
    if conversation_id is None:
        return Desk(revision=revision, queue=queue, shown=None, is_first_look=False)
    found = queue.conversations.get(conversation_id) or help.find(conn, conversation_id)
    if found is None or not may_see(officer, None):
        return None
    looks = _looks(conn, officer, found, now)
    given = contacts.find(conn, seal, found.citizen_id)
    others = [as_staff(one) for one in colleagues if one.active and one.id != officer.staff_id]
    shown = Shown(
        conversation=found,
        mode=_mode(found, officer),
        citizen=short_citizen(found.citizen_id),
        holder=names.get(found.holder, "") if found.holder is not None else "",
        bubbles=read_bubbles(conn, found, names=names, until=now),
        window=CLOSED if found.state is HelpState.CLOSED else window_left(conn, found.citizen_id, now),
        canned=canned.list_all(conn) if found.holder == officer.staff_id else (),
        colleagues=[one for one in others if one.may(Permission.HELP_ANSWER) and may_see(one, None)],
        contacts=given,
        revealed=True,
        has_hidden=False,
        before=help_view.conversations_before(conn, found.citizen_id, but=found.id),
    )
    if REVEALED not in looks or not officer.may(Permission.PERSONAL_DATA):
        shown = _hide(shown, officer, known)
    return Desk(revision=revision, queue=queue, shown=shown, is_first_look=SEEN not in looks)


def _looks(conn: Connection, officer: Staff, found: Conversation, now: datetime) -> set[str]:
    """Return how this officer has looked at the conversation within the last hour."""
    search = Search(
        since=now - _LASTS,
        staff_id=officer.staff_id,
        actions=(SEEN, REVEALED),
        subject=CONVERSATION,
        subject_id=str(found.id),
    )
    return {line.action for line in audit.search(conn, search)}


def _mode(found: Conversation, officer: Staff) -> str:
    if found.state is HelpState.CLOSED:
        return "closed"
    if found.holder is None:
        return "waiting"
    return "mine" if found.holder == officer.staff_id else "other"


def _hide(shown: Shown, officer: Staff, known: Sequence[str]) -> Shown:
    """Make names and numbers unreadable."""
    names = [value for kind, value in shown.contacts.items() if kind == _NAMES]
    mask = partial(mask_text, names=names, known=known)
    bubbles = masked(shown.bubbles, mask)
    has_hidden = bool(shown.contacts) or bubbles != list(shown.bubbles)
    return replace(
        shown,
        bubbles=bubbles,
        contacts={
            kind: mask_name(value) if kind == _NAMES else mask_number(value) for kind, value in shown.contacts.items()
        },
        conversation=replace(shown.conversation, about=mask(shown.conversation.about)),
        revealed=False,
        has_hidden=has_hidden and officer.may(Permission.PERSONAL_DATA),
    )


async def look(visit: Visit, conversation_id: int | None) -> Desk:
    """Read the page, and write down that this officer looked at the conversation, once an hour.

    Raises:
        Missing.
    """
    means = visit.desk.means
    office = means.town.office
    found = await visit.read(
        read_desk, visit.staff, conversation_id, seal=means.seal, known=(office.phone,), now=visit.now
    )
    if found is None:
        raise visit.missing(CONVERSATION, conversation_id)
    if found.shown is not None and found.is_first_look:
        await means.database.write(visit.note, audited(found.shown.conversation, SEEN))
    return found


def audited(conversation: Conversation, action: str, detail: str = "") -> Audited:
    """Return the audit log's line about a conversation."""
    return Audited(
        action=action,
        subject=CONVERSATION,
        subject_id=str(conversation.id),
        detail=detail,
        citizen=conversation.citizen_id,
    )
