"""The office's settings: when people are there, which days differ from the calendar, and words to answer with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.clock import TOWN
from bot.console import canned
from bot.console.office_form import describe_spans, parse_day, parse_spans, spans_in
from bot.console.page import Route, Subject
from bot.console.visit import Audited, Visit
from bot.domain import workdays
from bot.domain.permissions import Permission
from bot.domain.workdays import DEFAULT_HOURS, BadHours, holiday_name, public_workday, read_office_time
from store import workdays as stored
from store.database import Connection
from store.workdays import Day

_FIRST_YEAR, _LAST_YEAR = 2020, 2099
_SATURDAY = 5
_CONFLICT, _UNUSABLE = 409, 422
_NOTE = 60  # characters
_NOTHING_TYPED: Mapping[str, str] = {"day": "", "what": "", "note": ""}


class _Moved(Exception):
    """Somebody else has changed the hours since they were shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day on which people don't work as its weekday says, or about which the office has said something."""

    day: date
    is_workday: bool
    public: bool  # whether people would work by the public calendar
    holiday: str  # its English name in the public calendar, "" for none
    own: Day | None


async def show_hours(visit: Visit) -> web.StreamResponse:
    """Show the hours of a day of work."""
    return await _show_hours(visit)


async def _show_hours(
    visit: Visit, *, problem: str = "", typed: Sequence[tuple[str, str]] | None = None, status: int = 200
) -> web.Response:
    def read(conn: Connection) -> tuple[Sequence[tuple[int, int]], bool, int | None]:
        times = read_office_time(conn, visit.now)
        return times.spans, times.is_open(visit.now), times.unknown_year(visit.now)

    spans, is_open, unknown_year = await visit.read(read)
    return visit.page(
        "office/hours.html",
        status=status,
        now_kept=describe_spans(spans),
        fields=typed or describe_spans(spans),
        version=_version(spans),
        is_open=is_open,
        unknown_year=unknown_year,
        problem=problem,
    )


async def set_hours(visit: Visit) -> web.StreamResponse:
    """Set them, unless somebody else has meanwhile."""
    typed = spans_in(visit.form)
    seen, by = visit.form.text("version"), visit.staff.name

    def change(conn: Connection) -> None:
        if _version(stored.list_hours(conn) or DEFAULT_HOURS) != seen:
            raise _Moved
        workdays.set_hours(conn, parse_spans(typed), by=by, now=visit.now)

    try:
        await visit.write(change, audit=Audited(action="office_hours_set", subject="office", detail=_detail(typed)))
    except BadHours:
        return await _show_hours(visit, problem="bad", typed=typed, status=_UNUSABLE)
    except _Moved:
        return await _show_hours(visit, problem="moved", typed=typed, status=_CONFLICT)
    return visit.go("/office", said="office/hours")


def _version(spans: Sequence[tuple[int, int]]) -> str:
    return "-".join(f"{begins}.{ends}" for begins, ends in spans)


def _detail(typed: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{begins}-{ends}" for begins, ends in typed if begins or ends)


async def show_days(visit: Visit) -> web.StreamResponse:
    """Show the days of a year that are special."""
    return await _show_days(visit, year=visit.query("year", most=4))


async def _show_days(
    visit: Visit, *, year: str, problem: str = "", typed: Mapping[str, str] | None = None
) -> web.Response:
    shown = int(year) if year.isascii() and year.isdigit() else 0
    if not _FIRST_YEAR <= shown <= _LAST_YEAR:
        shown = visit.now.astimezone(TOWN).year
    own = await visit.read(stored.list_days, date(shown, 1, 1), date(shown, 12, 31))
    days = special_days(shown, {one.day: one for one in own})
    return visit.page(
        "office/days.html",
        status=_UNUSABLE if problem else 200,
        year=shown,
        years=(shown - 1, shown + 1),
        days=days,
        is_known=any(one.holiday for one in days),
        problem=problem,
        typed=typed or _NOTHING_TYPED,
        longest_note=_NOTE,
    )


def special_days(year: int, own: Mapping[date, Day]) -> list[SpecialDay]:
    """Return the year's days that differ from their weekdays, and those of which the office has spoken."""
    first = date(year, 1, 1)
    days = [first + timedelta(days=ahead) for ahead in range((date(year, 12, 31) - first).days + 1)]
    found = []
    for day in days:
        said, public = own.get(day), public_workday(day)
        if said is not None or public != (day.weekday() < _SATURDAY):
            is_workday = public if said is None else said.is_workday
            found.append(SpecialDay(day=day, is_workday=is_workday, public=public, holiday=holiday_name(day), own=said))
    return found


async def set_day(visit: Visit) -> web.StreamResponse:
    """Say of a day whether people work, or leave it to the public calendar again."""
    form = visit.form
    written, what, note = form.text("day", most=10), form.text("what", most=10), form.text("note", most=_NOTE)
    day = parse_day(written)
    problem = "no_day" if day is None else "no_choice" if what not in {"work", "off", "public"} else ""
    if day is not None and not problem and len(note) > _NOTE:
        problem = "long_note"
    if day is None or problem:
        typed = {"day": written, "what": what, "note": note}
        return await _show_days(visit, year=form.text("year", most=4), problem=problem, typed=typed)
    by, now, is_workday = visit.staff.name, visit.now, what == "work"

    def change(conn: Connection) -> None:
        if what == "public":
            workdays.forget_day(conn, day)
        else:
            workdays.set_day(conn, day, is_workday=is_workday, note=note, by=by, now=now)

    audit = Audited(action="workday_set", subject="workday", subject_id=day.isoformat(), detail=what)
    await visit.write(change, audit=audit)
    return visit.go(f"/office/days?year={day.year}", said="office/day", about=day.isoformat())


_RULE = Permission.SETTINGS

SUBJECT = Subject(
    name="office",
    routes=(
        Route("GET", "/office", show_hours, _RULE),
        Route("POST", "/office", set_hours, _RULE),
        Route("GET", "/office/days", show_days, _RULE),
        Route("POST", "/office/days", set_day, _RULE),
        Route("GET", "/office/answers", canned.show_list, _RULE),
        Route("GET", "/office/answers/new", canned.show_new, _RULE),
        Route("POST", "/office/answers/new", canned.add, _RULE),
        Route("GET", "/office/answers/{id}", canned.show_one, _RULE),
        Route("POST", "/office/answers/{id}", canned.change, _RULE),
        Route("POST", "/office/answers/{id}/remove", canned.remove, _RULE),
    ),
    rule=_RULE,
    home="/office",
)
