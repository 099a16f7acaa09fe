"""The list of open conversations, as one officer sees it: what waits, what is his, what others hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import TOWN
from bot.console.help.masking import mask_text
from bot.console.page import Hit
from bot.domain.permissions import may_see
from bot.domain.staff import Staff
from store import help, help_view, staff
from store.database import Connection
from store.help import Conversation, HelpState
from store.help_view import LastWords

_LEAST_OF_A_TICKET = 4  # characters to search by
_CITIZEN = 8  # of the citizen_id's 16 digits, as in the duty officer's alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the list. `since`: how long somebody has waited for us, or when the last words were said."""

    id: int
    ticket: str
    citizen: str
    since: datetime
    needs_words: bool  # the citizen has the last word
    alert: str | None
    kind: str  # of what the citizen sent last
    words: str
    holder: str  # "" while nobody holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The four parts of the list, and all open conversations by their numbers."""

    conversations: Mapping[int, Conversation]
    waiting: Sequence[Entry]
    mine: Sequence[Entry]
    promised: Sequence[Entry]
    others: Sequence[Entry]


def read_queue(conn: Connection, officer: Staff, names: Mapping[int, str]) -> Queue:
    """Read the list; who waits longest stands first, and of one's own who waits for words before who doesn't."""
    found = help.list_open(conn) if may_see(officer, None) else []
    words = help_view.last_words(conn, [one.id for one in found])
    mine = [one for one in found if one.holder == officer.staff_id]
    others = [one for one in found if one.holder not in (None, officer.staff_id)]
    return Queue(
        conversations={one.id: one for one in found},
        waiting=_entries(found, words, names, HelpState.WAITING),
        promised=_entries(found, words, names, HelpState.PROMISED),
        mine=_entries(mine, words, names, HelpState.HELD),
        others=_entries(others, words, names, HelpState.HELD),
    )


def _entries(
    found: Sequence[Conversation], words: Mapping[int, LastWords], names: Mapping[int, str], state: HelpState
) -> list[Entry]:
    entries = [_entry(one, words.get(one.id), names) for one in found if one.state is state]
    return sorted(entries, key=lambda entry: (entry.alert is None, not entry.needs_words, entry.since))


def _entry(one: Conversation, last: LastWords | None, names: Mapping[int, str]) -> Entry:
    words = (last.body if last else one.about) or ""
    moves = [move for move in (one.last_staff, one.last_citizen) if move is not None]
    return Entry(
        id=one.id,
        ticket=one.ticket,
        citizen=short_citizen(one.citizen_id),
        since=one.waiting_since or one.unanswered_since or max(moves),
        needs_words=one.unanswered_since is not None,
        alert=one.alert,
        kind=last.kind if last else "text",
        words=mask_text(words),
        holder=names.get(one.holder, "") if one.holder is not None else "",
    )


def short_citizen(citizen_id: str) -> str:
    """Return enough of a citizen's number to tell people apart."""
    return citizen_id[:_CITIZEN]


def count_waiting(conn: Connection, officer: Staff, now: datetime) -> int:
    """Return how many conversations need this officer: unclaimed ones, and his own in which he has to answer."""
    del now
    if not may_see(officer, None):
        return 0
    glance = help_view.glance(conn, officer.staff_id)
    return glance.waiting + glance.mine


def waiting_first(conn: Connection, officer: Staff, now: datetime) -> Sequence[Hit]:
    """Return the same as lines for the first page, each with the time since when it waits."""
    del now
    queue = read_queue(conn, officer, staff.displays(conn))
    mine = [entry for entry in queue.mine if entry.needs_words]
    parts = (("waiting", queue.waiting), ("mine", mine), ("promised", queue.promised))
    return [_hit(entry, "alert" if entry.alert else kind) for kind, entries in parts for entry in entries]


def _hit(entry: Entry, kind: str) -> Hit:
    since = f"{entry.since.astimezone(TOWN):%H:%M}"
    return Hit(title=entry.words or entry.ticket, detail=since, href=f"/help/{entry.id}", kind=kind)


def search(conn: Connection, officer: Staff, words: str) -> Sequence[Hit]:
    """Find a conversation by its ticket, among those open and the last that were closed."""
    wanted = words.strip()
    if len(wanted) < _LEAST_OF_A_TICKET or not may_see(officer, None):
        return []
    found = [*help.list_open(conn), *help.list_closed(conn)]
    return [
        Hit(title=one.ticket, detail=short_citizen(one.citizen_id), href=f"/help/{one.id}", kind=one.state)
        for one in found
        if wanted in one.ticket
    ]
