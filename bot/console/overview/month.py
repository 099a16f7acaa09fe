"""The month on one page, for a leader who looks once: counts, answered share, waits, what was missed most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot.clock import TOWN
from bot.console.overview.sheet import write_month
from bot.console.visit import Audited, Visit
from bot.domain.daily import Totals, by_day, total
from bot.domain.months import Month, days_between, month_of, read_month
from bot.jobs.figures import FIXED_REPLIES
from store import figures, missed, publications, waits
from store.database import Connection
from store.missed import Missed

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthView:
    """What the page and its file show. `median`: seconds until somebody claimed."""

    month: Month
    total: Totals
    days: Sequence[tuple[date, Totals]]  # up to today
    asked_for_person: int
    claimed: int
    median: float | None
    publications: int
    missed: Sequence[Missed]
    is_behind: bool
    has_earlier: bool  # a month before this one has messages
    has_later: bool


async def show(visit: Visit) -> web.Response:
    """Show the month of the address, or this one."""
    month = _asked_month(visit)
    view = await visit.read(_read, month, visit.now.astimezone(TOWN).date())
    return visit.page("overview/month.html", view=view)


async def export(visit: Visit) -> web.Response:
    """Return the month as a workbook; that it was taken out is noted."""
    month = _asked_month(visit)
    view = await visit.read(_read, month, visit.now.astimezone(TOWN).date())
    line = Audited(action="month_exported", subject="month", subject_id=month.name)
    await visit.write(_nothing_else, audit=line)
    return visit.file(write_month(view), name=f"wenming-{month.name}.xlsx", content_type=_XLSX)


def _nothing_else(_conn: Connection) -> None:
    """Change nothing: only the audit line is written."""


def _asked_month(visit: Visit) -> Month:
    asked = visit.query("month", most=10)
    if not asked:
        return month_of(visit.now)
    month = read_month(asked)
    if month is None or month > month_of(visit.now):
        raise visit.missing("month", asked)
    return month


def _read(conn: Connection, month: Month, today: date) -> MonthView:
    final = min(month.beyond - timedelta(days=1), today)
    counted = figures.read(conn, FIXED_REPLIES, first=month.first, final=final)
    waited = waits.total(conn, first=month.first, beyond=month.beyond)
    first_day = figures.find_first_day(conn)
    return MonthView(
        month=month,
        total=total(counted.figures),
        days=by_day(counted.figures, days_between(month.first, final)),
        asked_for_person=waited.asked,
        claimed=waited.claimed,
        median=waited.median,
        publications=publications.count_between(conn, month.begins, month.ends),
        missed=missed.read(conn, month.name),
        is_behind=counted.is_behind,
        has_earlier=first_day is not None and month.first > first_day,
        has_later=month.beyond <= today,
    )
