"""Months of the town: when one begins and ends, and which days it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.clock import TOWN

_FIRST_YEAR, _LAST_YEAR = 2020, 2999


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month in Asia/Shanghai."""

    year: int
    number: int  # 1 to 12

    @property
    def name(self) -> str:
        """Return it as 2026-03."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    @property
    def beyond(self) -> date:
        """Return the first day of the next one."""
        return self.after.first

    @property
    def begins(self) -> datetime:
        """Return its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=TOWN)

    @property
    def ends(self) -> datetime:
        """Return the first moment of the next one."""
        return self.after.begins

    @property
    def after(self) -> "Month":
        """Return the next one."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> "Month":
        """Return the one before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def month_of(moment: datetime) -> Month:
    """Return the month of a moment."""
    local = moment.astimezone(TOWN)
    return Month(local.year, local.month)


def read_month(text: str) -> Month | None:
    """Return the month that a text such as 2026-03 names, None for anything else."""
    year, _, number = text.partition("-")
    if not (len(text) == 7 and year.isascii() and year.isdigit() and number.isascii() and number.isdigit()):
        return None
    is_one = _FIRST_YEAR <= int(year) <= _LAST_YEAR and 1 <= int(number) <= 12
    return Month(int(year), int(number)) if is_one else None


def days_between(first: date, final: date) -> Sequence[date]:
    """Return the days from one to another, both included."""
    return [first + timedelta(days=number) for number in range((final - first).days + 1)]
