"""Figures by day: how many messages came in and what became of them, counted once and kept.

A message's outcome is what its citizen read at that moment, and never changes after: so a row of the inbox is counted
once, by its number, and reading a month costs milliseconds however many messages there are. What stands in
`unanswered` at the very moment of a message says what the reply's words would say; nothing is written for the counts
when a message comes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from store.moments import town_day
from store.tables import daily_figures, inbox, rollups, unanswered
from store.unanswered import NONE_FITS, UNSURE

_INBOX = "inbox"
_LONGEST_QUESTION = 500  # characters of a message that `unanswered` keeps


class Kind(StrEnum):
    """What came in."""

    TEXT = "text"
    PICTURE = "picture"
    VOICE = "voice"
    VIDEO = "video"
    PLACE = "place"
    LINK = "link"
    BUTTON = "button"
    FOLLOWED = "followed"
    LEFT = "left"
    OTHER = "other"


class Outcome(StrEnum):
    """What a text message got; only the first three say how much the knowledge base knows."""

    ANSWERED = "answered"
    OFFERED = "offered"  # some articles to choose from, or that no more is known
    REFUSED = "refused"  # there was no answer, to one of its questions at least, or no offer that fits
    PERSON = "person"  # a person was talking with the citizen, and the bot was silent
    QUIET = "quiet"  # the quiet switch was on
    FAILED = "failed"  # the service failed on it
    NONE = ""  # nothing of these: what isn't text


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedReplies:
    """Two replies as the inbox keeps them: those of a silent bot, and of a quiet service."""

    silence: str
    quiet: str


@dataclass(frozen=True, slots=True)
class Figure:
    """How many messages of a kind had an outcome on a day."""

    day: date
    kind: Kind
    outcome: Outcome
    count: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of the inbox after `last_id` up to `upper_id`, counted."""

    last_id: int
    upper_id: int
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True)
class Counted:
    """What is kept, with what came in since; `is_behind`: there was too much of that to count it now."""

    figures: Sequence[Figure]
    is_behind: bool


_KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "image": Kind.PICTURE,
    "voice": Kind.VOICE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "location": Kind.PLACE,
    "link": Kind.LINK,
    "event:click": Kind.BUTTON,
    "event:subscribe": Kind.FOLLOWED,
    "event:unsubscribe": Kind.LEFT,
}
MESSAGES = frozenset({Kind.TEXT, Kind.PICTURE, Kind.VOICE, Kind.VIDEO, Kind.PLACE, Kind.LINK, Kind.BUTTON})


def _missed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(unanswered.c.citizen_id == inbox.c.citizen_id, *conditions).correlate(inbox)


_KIND = case(_KINDS, value=inbox.c.kind, else_=Kind.OTHER)
_IS_MESSAGE = ~inbox.c.kind.like("event:%")
_THEN = unanswered.c.asked == inbox.c.received
# An offer that was turned down since has become that later message's row: it is known by its words.
_TURNED_DOWN_LATER = and_(
    unanswered.c.cause == NONE_FITS,
    unanswered.c.asked > inbox.c.received,
    unanswered.c.question == func.substr(inbox.c.said, 1, _LONGEST_QUESTION),
)
_OUTCOME = case(
    (_IS_MESSAGE & inbox.c.citizen_id.is_(None), Outcome.FAILED),
    (inbox.c.reply == bindparam("quiet", type_=Text()), Outcome.QUIET),
    (~_IS_MESSAGE | inbox.c.said.is_(None), Outcome.NONE),
    (inbox.c.reply == bindparam("silence", type_=Text()), Outcome.PERSON),
    (_missed(_THEN, unanswered.c.cause != UNSURE), Outcome.REFUSED),
    (_missed(or_(and_(_THEN, unanswered.c.cause == UNSURE), _TURNED_DOWN_LATER)), Outcome.OFFERED),
    else_=Outcome.ANSWERED,
)


def _count(*rows: ColumnElement[bool]) -> Select[Any]:
    each = (
        select(town_day(inbox.c.received).label("day"), _KIND.label("kind"), _OUTCOME.label("outcome"))
        .where(*rows)
        .subquery()
    )
    return select(each, func.count().label("count")).group_by(each.c.day, each.c.kind, each.c.outcome)


_LAST = select(rollups.c.last_id).where(rollups.c.name == _INBOX)
_NEXT = (
    select(inbox.c.id, inbox.c.received)
    .where(inbox.c.id > bindparam("last"))
    .order_by(inbox.c.id)
    .limit(bindparam("most"))
    .subquery()
)
_YOUNG = select(func.min(_NEXT.c.id)).where(_NEXT.c.received > bindparam("before", type_=inbox.c.received.type))
_UPPER = select(func.max(_NEXT.c.id)).where(_NEXT.c.id < func.coalesce(_YOUNG.scalar_subquery(), literal(2**62)))
_COUNT_PIECE = _count(inbox.c.id > bindparam("last"), inbox.c.id <= bindparam("upper"))
_COUNT_TAIL = _count(inbox.c.id > bindparam("last"))
_MARKS = select(_LAST.scalar_subquery(), select(func.max(inbox.c.id)).scalar_subquery())
_ADVANCE = (
    update(rollups)
    .where(rollups.c.name == _INBOX, rollups.c.last_id == bindparam("was"))
    .values(last_id=bindparam("upper"))
)
_ADD = insert(daily_figures)
_ADD = _ADD.on_conflict_do_update(
    index_elements=["day", "kind", "outcome"], set_={"count": daily_figures.c.count + _ADD.excluded.count}
)
_KEPT = select(daily_figures).where(daily_figures.c.day.between(bindparam("first"), bindparam("final")))
_FIRST_DAY = select(func.min(daily_figures.c.day))


def count_next(conn: Connection, fixed: FixedReplies, *, before: datetime, most: int) -> Piece | None:
    """Count up to `most` rows that nobody has counted and that came before a moment; None if there are none.

    The moment lets transactions end that took their numbers earlier and commit them later.
    """
    last_id = int(conn.scalar(_LAST) or 0)
    upper_id: int | None = conn.scalar(_UPPER, {"last": last_id, "most": most, "before": before})
    if upper_id is None:
        return None
    values = {"last": last_id, "upper": upper_id, "silence": fixed.silence, "quiet": fixed.quiet}
    return Piece(last_id, upper_id, [_figure(row) for row in conn.execute(_COUNT_PIECE, values)])


def add(conn: Connection, piece: Piece) -> bool:
    """Add a piece to what is kept, unless another has counted its rows meanwhile; tell whether it was added."""
    if conn.execute(_ADVANCE, {"was": piece.last_id, "upper": piece.upper_id}).rowcount == 0:
        return False
    rows = [
        {"day": one.day.isoformat(), "kind": one.kind, "outcome": one.outcome, "count": one.count}
        for one in sorted(piece.figures, key=lambda one: (one.day, one.kind, one.outcome))
    ]
    if rows:
        conn.execute(_ADD, rows)
    return True


def read(conn: Connection, fixed: FixedReplies, *, first: date, final: date, most: int = 20_000) -> Counted:
    """Return the figures of these days, both included; up to `most` rows that aren't kept yet are counted now."""
    span = {"first": first.isoformat(), "final": final.isoformat()}
    kept = [_figure(row) for row in conn.execute(_KEPT, span)]
    last_id, newest_id = conn.execute(_MARKS).one()
    if (newest_id or 0) - last_id > most:
        return Counted(kept, is_behind=True)
    values = {"last": last_id, "silence": fixed.silence, "quiet": fixed.quiet}
    tail = [one for one in map(_figure, conn.execute(_COUNT_TAIL, values)) if first <= one.day <= final]
    return Counted([*kept, *tail], is_behind=False)


def find_first_day(conn: Connection) -> date | None:
    """Return the first day that was counted."""
    day: str | None = conn.scalar(_FIRST_DAY)
    return None if day is None else date.fromisoformat(day)


def _figure(row: Any) -> Figure:
    return Figure(date.fromisoformat(row.day), Kind(row.kind), Outcome(row.outcome), row.count)
