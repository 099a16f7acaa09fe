"""When people are at the office: days of work by the public calendar, corrected by the office's own table, and hours.

The public calendar (chinesecalendar) knows the State Council's yearly notice with its moved days; of a year that it
doesn't know yet, Monday to Friday are days of work, and `unknown_year` says so.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import chinese_calendar  # type: ignore[import-untyped]

from bot.clock import TOWN
from store import workdays
from store.database import Connection

DEFAULT_HOURS = ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30))  # minutes after midnight
_MOST_SPANS = 4
_LONGEST_NOTE = 60
_DAY = 24 * 60
_LOOK_AHEAD = timedelta(days=60)
_WARN_AHEAD = timedelta(days=31)
_SATURDAY = 5


class BadHours(ValueError):
    """Spans that can't be: none or too many, one that ends before it begins, two that overlap."""


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The office's days and hours as they stand; `own` are the days of the office's table."""

    own: Mapping[date, bool]
    spans: Sequence[tuple[int, int]]  # minutes after midnight, in order

    def is_workday(self, day: date) -> bool:
        """Tell whether people work on a day."""
        return self.own[day] if day in self.own else public_workday(day)

    def is_open(self, moment: datetime) -> bool:
        """Tell whether somebody is there."""
        local = moment.astimezone(TOWN)
        minute = local.hour * 60 + local.minute
        return any(begins <= minute < ends for begins, ends in self.spans) and self.is_workday(local.date())

    def next_opening(self, moment: datetime) -> datetime | None:
        """Return when somebody is there next: now if somebody is; None if nobody is within sixty days."""
        if self.is_open(moment):
            return moment
        day = moment.astimezone(TOWN).date()
        for ahead in range(_LOOK_AHEAD.days + 1):
            for opening in self._openings(day + timedelta(days=ahead)):
                if opening > moment:
                    return opening
        return None

    def _openings(self, day: date) -> list[datetime]:
        if not self.is_workday(day):
            return []
        midnight = datetime.combine(day, time(), TOWN)
        return [midnight + timedelta(minutes=begins) for begins, _ in self.spans]

    def unknown_year(self, now: datetime) -> int | None:
        """Return the year whose holidays nobody has told yet, a month before it begins; None if all is known."""
        year = (now.astimezone(TOWN) + _WARN_AHEAD).year
        return None if _is_known(year) or any(day.year == year for day in self.own) else year


def read_office_time(conn: Connection, now: datetime) -> OfficeTime:
    """Read the hours, and the table's days from this year on."""
    first = now.astimezone(TOWN).date().replace(month=1, day=1)
    days = workdays.list_days(conn, first, first.replace(year=first.year + 2))
    return OfficeTime({one.day: one.is_workday for one in days}, workdays.list_hours(conn) or DEFAULT_HOURS)


def public_workday(day: date) -> bool:
    """Tell whether people work by the public calendar, or by the weekday where that is silent."""
    return bool(chinese_calendar.is_workday(day)) if _is_known(day.year) else day.weekday() < _SATURDAY


def holiday_name(day: date) -> str:
    """Return what the public calendar calls a day off in English, such as "National Day", "" for any other day."""
    if not _is_known(day.year):
        return ""
    _, name = chinese_calendar.get_holiday_detail(day)
    return str(name or "")


def set_day(conn: Connection, day: date, *, is_workday: bool, note: str = "", by: str, now: datetime) -> None:
    """Say of a day whether people work; the note (60 characters are kept) says why."""
    workdays.put_day(conn, day, is_workday=is_workday, note=note.strip()[:_LONGEST_NOTE], editor=by, now=now)


def forget_day(conn: Connection, day: date) -> bool:
    """Leave a day to the public calendar again; tells whether the table had it."""
    return workdays.forget_day(conn, day)


def set_hours(conn: Connection, spans: Sequence[tuple[int, int]], *, by: str, now: datetime) -> None:
    """Set the hours of every day of work, in minutes after midnight.

    Raises:
        BadHours.
    """
    ordered = sorted(spans)
    ends_before = [begins >= ends or begins < 0 or ends > _DAY for begins, ends in ordered]
    overlap = [later[0] < earlier[1] for earlier, later in pairwise(ordered)]
    if not ordered or len(ordered) > _MOST_SPANS or any(ends_before) or any(overlap):
        raise BadHours
    workdays.set_hours(conn, ordered, editor=by, now=now)


def _is_known(year: int) -> bool:
    first, last = _known_years()
    return first <= year <= last


@functools.cache
def _known_years() -> tuple[int, int]:
    days = [*chinese_calendar.holidays, *chinese_calendar.workdays]
    return min(days).year, max(days).year
