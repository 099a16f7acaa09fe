"""The console's pages with a town's records behind them: time and queries of each, and what clicking costs citizens."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.clock import Clock
from bot.jobs.figures import DailyFigures
from bot.jobs.missed import MissedQuestions
from bot.settings import Settings, read_settings
from store.database import open_database
from tests.bench.knowledge import enlarge, store_articles
from tests.bench.launch import free_port, run_load
from tests.bench.officers import LEADER, SECONDS_BETWEEN_CLICKS, everybody_clicks, hire_everybody, pages, signed_in
from tests.bench.plan import Result
from tests.bench.questions import Article
from tests.bench.rounds import Contender, Messages, Pace
from tests.bench.town_records import Records, put_into_postgres, put_into_sqlite, spread, started_now
from tests.bench.wenming_server import PLAIN, Setup, database_url, environment_of, wenming
from tests.town import run_service

MOST_MS, MOST_QUERIES, MOST_RATIO = 150, 20, 1.2
_ASKED = 30  # times a page
_COUNTED = 3


@dataclass(frozen=True)
class PageSpeed:
    """One page: milliseconds from the request to its last byte, and statements that reached the database."""

    path: str
    p50: float
    p95: float
    queries: int


@dataclass(frozen=True)
class PagesMeasured:
    """All pages on one database, and the messages' latency while nobody and while twenty officers clicked."""

    database: str
    citizens: int
    messages: int
    articles: int
    pages: Sequence[PageSpeed] = ()
    quiet: Result | None = None
    clicking: Result | None = None
    clicks: int = 0

    @property
    def ratio(self) -> float:
        """Return the p99 of messages with clicking officers as a multiple of that without."""
        assert self.quiet is not None
        assert self.clicking is not None
        return self.clicking.p99 / self.quiet.p99


@dataclass(frozen=True)
class PagesBench:
    """What both databases are measured with."""

    articles: Sequence[Article]
    many_articles: int
    messages: Messages
    pace: Pace
    records: Records = field(default_factory=lambda: Records(2_000_000, started_now()))


def measure_pages(bench: PagesBench, setup: Setup) -> PagesMeasured:
    """Plant, start the service, ask every page, let officers click; then count the queries inside this process."""
    settings: dict[str, Settings] = {}
    with wenming(setup, before_start=lambda: settings.update(own=_plant(bench, setup))) as running:
        address = f"http://127.0.0.1:{running.port}"
        taken = asyncio.run(_ask_every_page(address, times=_ASKED))
        quiet, clicking, clicks = _load(bench, Contender("pages", running.port, PLAIN), address)
    queries = asyncio.run(_count_queries(settings["own"]))
    return PagesMeasured(
        database="SQLite" if setup.cluster is None else "PostgreSQL",
        citizens=bench.records.citizens,
        messages=bench.records.messages,
        articles=bench.many_articles,
        pages=[PageSpeed(path, spread(ms, 0.5), spread(ms, 0.95), queries[path]) for path, ms in taken.items()],
        quiet=quiet,
        clicking=clicking,
        clicks=clicks,
    )


def _plant(bench: PagesBench, setup: Setup) -> Settings:
    store_articles(database_url(setup), enlarge(bench.articles, bench.many_articles)[len(bench.articles) :])
    if setup.cluster is None:
        put_into_sqlite(setup.database_file, bench.records)
    else:
        put_into_postgres(database_url(setup), bench.records)
    settings = read_settings(_env_file=None, **_as_settings(environment_of(setup, free_port())))
    asyncio.run(_prepare(settings))
    return settings


def _as_settings(environment: Mapping[str, str]) -> dict[str, object]:
    return {name.lower(): value for name, value in environment.items()}


async def _prepare(settings: Settings) -> None:
    """Hire the officers, and let the jobs catch up that would have run all the half year."""
    await hire_everybody(settings)
    database, clock = open_database(settings.database_url), Clock()
    try:
        while await DailyFigures(database, clock=clock).run_once():
            pass
        await MissedQuestions(database, clock=clock).run_once()
    finally:
        await database.close()


async def _ask_every_page(address: str, *, times: int) -> dict[str, list[float]]:
    async with signed_in(address, LEADER) as browser:
        for path in pages():
            await browser.opens(path)  # warm
        browser.taken.clear()
        for _ in range(times):
            for path in pages():
                await browser.opens(path)
        return browser.taken


def _load(bench: PagesBench, ours: Contender, address: str) -> tuple[Result, Result, int]:
    """Measure messages in the open loop at a fifth of the capacity, without and with officers."""
    capacity = run_load(bench.messages.plan(ours, 1_000)).rate
    count = max(200, int(capacity / 5 * bench.pace.seconds * bench.pace.rounds))
    quiet = run_load(bench.messages.plan(ours, count, rate=capacity / 5))
    with everybody_clicks(address) as clicks:
        clicking = run_load(bench.messages.plan(ours, count, rate=capacity / 5))
    return quiet, clicking, clicks.number


async def _count_queries(settings: Settings) -> dict[str, int]:
    """Count each page's statements in a service that runs here: the least of some tries, since jobs ask as well."""
    counted: dict[str, int] = {}
    async with run_service(settings), signed_in(f"http://{settings.host}:{settings.port}", LEADER) as browser:
        for path in pages():
            tries = []
            for _ in range(_COUNTED):
                with _statements() as count:
                    await browser.opens(path)
                tries.append(count())
            counted[path] = min(tries)
    return counted


@contextlib.contextmanager
def _statements() -> Iterator[Callable[[], int]]:
    seen = 0

    def note(_conn: Any, _cursor: Any, statement: str, *_about: Any) -> None:
        nonlocal seen
        seen += statement != "BEGIN"

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield lambda: seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def show_pages(measured: PagesMeasured) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table: each page, then the messages."""
    for page in measured.pages:
        good = page.p95 <= MOST_MS and page.queries <= MOST_QUERIES
        times = f"{page.p50:.0f}", f"{page.p95:.0f}"
        yield measured.database, f"/desk{page.path}", *times, str(page.queries), "met" if good else "**missed**"
    assert measured.quiet is not None
    assert measured.clicking is not None
    both = f"p99 {measured.quiet.p99:.1f} → {measured.clicking.p99:.1f} ms"
    what = (
        f"messages while twenty officers click ({measured.clicks} clicks, {SECONDS_BETWEEN_CLICKS:g} s apart): {both}"
    )
    met = "met" if measured.ratio <= MOST_RATIO and not measured.clicking.failed else "**missed**"
    yield measured.database, what, "", "", f"{measured.ratio:.2f} ×", met
