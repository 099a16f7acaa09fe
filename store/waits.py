"""How long citizens waited for a person: from asking for one to the first claim, by the day on which they asked.

The day is read off the ticket, which every conversation gets when it begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from store.moments import seconds_from
from store.tables import conversation_lines, conversations

_CLAIMED = "claimed"  # kind of the line that says so


@dataclass(frozen=True, slots=True)
class Waits:
    """A day's conversations: how many began, how many of them somebody claimed, and the median wait of these."""

    day: date
    asked: int
    claimed: int
    median: float | None  # seconds


_FIRST_CLAIM = (
    select(func.min(conversation_lines.c.said))
    .where(conversation_lines.c.conversation_id == conversations.c.id, conversation_lines.c.kind == _CLAIMED)
    .correlate(conversations)
    .scalar_subquery()
)
_BEGUN = (
    select(
        func.substr(conversations.c.ticket, 1, 8).label("day"),
        seconds_from(conversations.c.opened, _FIRST_CLAIM).label("wait"),
    )
    .where(conversations.c.ticket >= bindparam("first"), conversations.c.ticket < bindparam("beyond"))
    .cte("begun")
)
_COUNT = select(func.count(), func.count(_BEGUN.c.wait)).select_from(_BEGUN)
_COUNTS = select(_BEGUN.c.day, func.count().label("asked"), func.count(_BEGUN.c.wait).label("claimed")).group_by(
    _BEGUN.c.day
)


def _median(*, by_day: bool) -> Select[Any]:
    """Return the middle wait, of an even number the earlier one of the two in the middle."""
    group: dict[str, Any] = {"partition_by": _BEGUN.c.day} if by_day else {}
    ranked = (
        select(
            _BEGUN.c.day,
            _BEGUN.c.wait,
            func.row_number().over(order_by=_BEGUN.c.wait, **group).label("place"),
            func.count().over(**group).label("number"),
        )
        .where(_BEGUN.c.wait.is_not(None))
        .subquery()
    )
    return select(ranked.c.day, ranked.c.wait).where(ranked.c.place == (ranked.c.number + 1) // 2)


_MEDIANS, _MEDIAN = _median(by_day=True), _median(by_day=False)


def by_day(conn: Connection, *, first: date, beyond: date) -> Sequence[Waits]:
    """Return the days from `first` up to the one before `beyond` on which somebody asked, in their order."""
    span = _span(first, beyond)
    medians = {row.day: float(row.wait) for row in conn.execute(_MEDIANS, span)}
    rows = sorted(conn.execute(_COUNTS, span))
    return [Waits(_day(row.day), row.asked, row.claimed, medians.get(row.day)) for row in rows]


def total(conn: Connection, *, first: date, beyond: date) -> Waits:
    """Return all these days as one, which bears the name of the first."""
    span = _span(first, beyond)
    asked, claimed = conn.execute(_COUNT, span).one()
    middle = conn.execute(_MEDIAN, span).first()
    return Waits(first, asked, claimed, None if middle is None else float(middle.wait))


def _span(first: date, beyond: date) -> dict[str, str]:
    return {"first": f"{first:%Y%m%d}", "beyond": f"{beyond:%Y%m%d}"}


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()
