"""When people are at the office: the public calendar, the office's own table, the hours, years nobody knows yet."""

from datetime import UTC, date, datetime

import pytest

from bot.clock import TOWN
from bot.domain import workdays
from bot.domain.workdays import DEFAULT_HOURS, BadHours, OfficeTime, public_workday, read_office_time
from store import workdays as stored
from store.database import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday, ten o'clock in town
PLAIN = OfficeTime({}, DEFAULT_HOURS)


def at(words: str) -> datetime:
    """Return a moment in the town's time."""
    return datetime.fromisoformat(words).replace(tzinfo=TOWN)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-24", True),
        ("2026-11-22", False),  # a Sunday
        ("2026-10-01", False),  # National Day
        ("2026-10-10", True),  # a Saturday moved to be worked on
        ("2026-02-17", False),  # Spring Festival
        ("2031-10-01", True),  # nobody knows yet: a Wednesday
        ("2031-10-04", False),
    ],
)
def test_days_of_work(day: str, works: bool) -> None:
    assert public_workday(date.fromisoformat(day)) is works
    assert PLAIN.is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 08:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 11:59", True),
        ("2026-11-24 12:00", False),
        ("2026-11-24 13:29", False),
        ("2026-11-24 13:30", True),
        ("2026-11-24 17:30", False),
        ("2026-11-22 10:00", False),
        ("2026-10-10 10:00", True),
    ],
)
def test_hours(moment: str, is_open: bool) -> None:
    assert PLAIN.is_open(at(moment)) is is_open
    assert PLAIN.is_open(at(moment).astimezone(UTC)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00"),
        ("2026-11-24 07:00", "2026-11-24 09:00"),
        ("2026-11-24 12:30", "2026-11-24 13:30"),
        ("2026-11-24 18:00", "2026-11-25 09:00"),
        ("2026-11-27 18:00", "2026-11-30 09:00"),  # over the weekend
        ("2026-09-30 18:00", "2026-10-08 09:00"),  # over the National Day week
    ],
)
def test_next_opening(moment: str, opens: str) -> None:
    assert PLAIN.next_opening(at(moment)) == at(opens)


def test_an_office_that_never_opens_says_so() -> None:
    assert OfficeTime({}, ()).next_opening(NOW) is None


async def test_the_offices_own_days_win(database: Database) -> None:
    tuesday, saturday = date(2026, 11, 24), date(2026, 11, 28)
    await database.write(workdays.set_day, tuesday, is_workday=False, note=" 停电 ", by="admin", now=NOW)
    await database.write(workdays.set_day, saturday, is_workday=True, by="admin", now=NOW)
    times = await database.read(read_office_time, NOW)
    assert times.next_opening(NOW) == at("2026-11-25 09:00")
    assert times.is_workday(saturday)
    (first, second) = await database.read(stored.list_days, tuesday, saturday)
    assert (first.day, first.is_workday, first.note, first.editor) == (tuesday, False, "停电", "admin")
    assert second.day == saturday
    await database.write(workdays.set_day, tuesday, is_workday=True, note="修好了", by="admin", now=NOW)
    assert (await database.read(read_office_time, NOW)).is_open(NOW)
    assert await database.write(workdays.forget_day, saturday)
    assert not await database.write(workdays.forget_day, saturday)
    assert not (await database.read(read_office_time, NOW)).is_workday(saturday)


async def test_hours_can_be_set(database: Database) -> None:
    assert (await database.read(read_office_time, NOW)).spans == DEFAULT_HOURS
    await database.write(workdays.set_hours, [(780, 1080), (510, 690)], by="admin", now=NOW)
    times = await database.read(read_office_time, NOW)
    assert times.spans == [(510, 690), (780, 1080)]
    assert times.is_open(at("2026-11-24 08:30"))
    assert not times.is_open(at("2026-11-24 11:30"))


@pytest.mark.parametrize(
    "spans", [[], [(600, 600)], [(720, 600)], [(-1, 60)], [(0, 1441)], [(540, 720), (700, 900)], [(0, 1)] * 5]
)
async def test_hours_that_cant_be_are_refused(database: Database, spans: list[tuple[int, int]]) -> None:
    with pytest.raises(BadHours):
        await database.write(workdays.set_hours, spans, by="admin", now=NOW)
    assert (await database.read(read_office_time, NOW)).spans == DEFAULT_HOURS


def test_a_year_without_a_calendar_is_named_a_month_ahead() -> None:
    assert PLAIN.unknown_year(at("2026-11-24 10:00")) is None
    assert PLAIN.unknown_year(at("2030-11-24 10:00")) == 2030
    assert PLAIN.unknown_year(at("2030-12-24 10:00")) == 2031
    told = OfficeTime({date(2031, 1, 1): False}, DEFAULT_HOURS)
    assert told.unknown_year(at("2030-12-24 10:00")) is None


@pytest.mark.parametrize(("day", "name"), [("2026-10-01", True), ("2026-11-24", False), ("2031-10-01", False)])
def test_holidays_have_names(day: str, name: bool) -> None:
    assert bool(workdays.holiday_name(date.fromisoformat(day))) is name
