"""Today at a glance: messages, how many were answered, who waits, what was published last; thirty days as charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aiohttp import web

from bot.clock import TOWN
from bot.console.page import Hit
from bot.console.visit import Visit
from bot.domain.daily import WARN_AFTER_DAYS, Totals, by_day, days_without_publication
from bot.domain.months import days_between
from bot.domain.staff import Staff
from bot.jobs.figures import FIXED_REPLIES
from store import figures, help, publications, scores, unanswered, waits
from store.database import Connection
from store.publications import Publication
from store.scores import Score
from store.start import read_overview_words
from store.waits import Waits

_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long nothing was published; `is_too_long` before it becomes a finding."""

    last: Publication | None
    days: int

    @property
    def is_too_long(self) -> bool:
        """Tell whether somebody must publish something now."""
        return self.days >= WARN_AFTER_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What the page shows."""

    days: Sequence[tuple[date, Totals]]  # the last is today
    is_behind: bool  # the newest messages aren't counted yet
    unclaimed: int
    oldest: datetime | None
    questions: int
    silence: Silence
    waits: Sequence[tuple[date, Waits | None]]
    scores: Sequence[Score]


async def show(visit: Visit) -> web.Response:
    """Show it."""
    today = await visit.read(_read, visit.now)
    days = [totals for _, totals in today.days]
    return visit.page("overview/today.html", today=today, this=days[-1], yesterday=days[-2])


def _read(conn: Connection, now: datetime) -> Today:
    final = now.astimezone(TOWN).date()
    days = days_between(final - timedelta(days=_DAYS - 1), final)
    counted = figures.read(conn, FIXED_REPLIES, first=days[0], final=final)
    waited = {one.day: one for one in waits.by_day(conn, first=days[0], beyond=final + timedelta(days=1))}
    return Today(
        days=by_day(counted.figures, days),
        is_behind=counted.is_behind,
        unclaimed=help.count_unclaimed(conn),
        oldest=help.oldest_unclaimed(conn),
        questions=unanswered.count(conn),
        silence=_silence(conn, final),
        waits=[(day, waited.get(day)) for day in days],
        scores=scores.list_newest(conn, most=_DAYS)[::-1],
    )


def _silence(conn: Connection, today: date) -> Silence:
    newest = publications.list_newest(conn, most=1)
    if newest:
        last = newest[0].at.astimezone(TOWN).date()
        return Silence(last=newest[0], days=days_without_publication(last, None, today))
    return Silence(last=None, days=days_without_publication(None, figures.find_first_day(conn), today))


def list_waiting(conn: Connection, _staff: Staff, now: datetime) -> Sequence[Hit]:
    """Return a line if nothing was published for too long."""
    silence = _silence(conn, now.astimezone(TOWN).date())
    if not silence.is_too_long:
        return ()
    title = read_overview_words().lines["no_publication"].format(days=silence.days)
    return (Hit(title=title, detail="", href="/overview/publications", kind="publication"),)
