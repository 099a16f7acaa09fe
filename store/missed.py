"""Which questions were missed most in a month: groups of rows of `unanswered`, made by a job, without any words.

A citizen who is erased takes his words along: a group then shows the words of another row, or none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from store.tables import missed_groups, unanswered
from store.unanswered import OPEN, PICKED, OpenQuestion


@dataclass(frozen=True, slots=True)
class Group:
    """How often something was asked in vain, and some of its rows, the best wording first."""

    count: int
    row_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Missed:
    """A group as it is shown; `question` is "" once all its words are gone; `is_open`: the office hasn't settled it."""

    count: int
    question: str
    is_open: bool


_NEWEST_ID = select(func.max(unanswered.c.id))
_OF_MONTH = (
    select(
        unanswered.c.id,
        unanswered.c.question,
        unanswered.c.cause,
        unanswered.c.nearest_article_id,
        unanswered.c.asked,
    )
    .where(
        unanswered.c.asked >= bindparam("since"),
        unanswered.c.asked < bindparam("before"),
        unanswered.c.question.is_not(None),
        unanswered.c.state != PICKED,
    )
    .order_by(unanswered.c.asked.desc())
    .limit(bindparam("most"))
)
_DROP = delete(missed_groups).where(missed_groups.c.month == bindparam("of_month"))
_GROUPS = (
    select(missed_groups.c.count, missed_groups.c.row_ids)
    .where(missed_groups.c.month == bindparam("of_month"))
    .order_by(missed_groups.c.place)
)
_WORDS = select(unanswered.c.id, unanswered.c.question, unanswered.c.state).where(
    unanswered.c.id.in_(bindparam("ids", expanding=True)), unanswered.c.question.is_not(None)
)


def newest_id(conn: Connection) -> int:
    """Return the number of the newest row, 0 if there is none."""
    return int(conn.scalar(_NEWEST_ID) or 0)


def list_between(conn: Connection, since: datetime, before: datetime, *, most: int) -> list[OpenQuestion]:
    """Return the newest questions asked in vain between two moments, settled since or not, that have their words."""
    rows = conn.execute(_OF_MONTH, {"since": since, "before": before, "most": most})
    return [OpenQuestion(**row._asdict()) for row in rows]


def put(conn: Connection, month: str, groups: Sequence[Group]) -> None:
    """Keep a month's groups in place of what was kept; `month` is YYYY-MM."""
    conn.execute(_DROP, {"of_month": month})
    rows = [
        {"month": month, "place": place, "count": one.count, "row_ids": json.dumps(list(one.row_ids))}
        for place, one in enumerate(groups, start=1)
    ]
    if rows:
        conn.execute(insert(missed_groups), rows)


def read(conn: Connection, month: str) -> list[Missed]:
    """Return a month's groups, the one asked most often first."""
    groups = [(int(row[0]), json.loads(row[1])) for row in conn.execute(_GROUPS, {"of_month": month})]
    ids = [row_id for _, row_ids in groups for row_id in row_ids]
    words = {row.id: row for row in conn.execute(_WORDS, {"ids": ids})}
    return [_missed(count, [words[row_id] for row_id in row_ids if row_id in words]) for count, row_ids in groups]


def _missed(count: int, rows: Sequence[Any]) -> Missed:
    return Missed(count, rows[0].question if rows else "", any(row.state == OPEN for row in rows))
