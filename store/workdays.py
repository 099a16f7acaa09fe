"""The office's calendar: single days that differ from the public one, and the hours in which people are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from store.tables import office_hours, workdays


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the table."""

    day: date
    is_workday: bool
    note: str
    editor: str
    changed: datetime


_BETWEEN = (
    select(workdays)
    .where(workdays.c.day >= bindparam("first"), workdays.c.day <= bindparam("last"))
    .order_by(workdays.c.day)
)
_PUT = upsert(workdays)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["day"],
    set_={name: _PUT.excluded[name] for name in ("is_workday", "note", "editor", "changed")},
)
_FORGET = delete(workdays).where(workdays.c.day == bindparam("which"))
_HOURS = select(office_hours.c.begins, office_hours.c.ends).order_by(office_hours.c.begins)


def list_days(conn: Connection, first: date, last: date) -> list[Day]:
    """Return the table's days in this span, both ends included."""
    rows = conn.execute(_BETWEEN, {"first": first.isoformat(), "last": last.isoformat()})
    return [Day(date.fromisoformat(row.day), row.is_workday, row.note, row.editor, row.changed) for row in rows]


def put_day(conn: Connection, day: date, *, is_workday: bool, note: str, editor: str, now: datetime) -> None:
    """Say of a day whether people work, whatever was said before."""
    row: Mapping[str, object] = {
        "day": day.isoformat(),
        "is_workday": is_workday,
        "note": note,
        "editor": editor,
        "changed": now,
    }
    conn.execute(_PUT, row)


def forget_day(conn: Connection, day: date) -> bool:
    """Leave a day to the public calendar again; tells whether it was in the table."""
    return conn.execute(_FORGET, {"which": day.isoformat()}).rowcount == 1


def list_hours(conn: Connection) -> list[tuple[int, int]]:
    """Return the spans in minutes after midnight, none if nobody has set any."""
    return [(row.begins, row.ends) for row in conn.execute(_HOURS)]


def set_hours(conn: Connection, spans: Sequence[tuple[int, int]], *, editor: str, now: datetime) -> None:
    """Put spans in place of the present ones."""
    conn.execute(delete(office_hours))
    rows = [{"begins": begins, "ends": ends, "editor": editor, "changed": now} for begins, ends in spans]
    conn.execute(insert(office_hours), rows)
