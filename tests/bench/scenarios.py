"""The measurements of `make bench`, each with the number that the service must reach."""

import statistics
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.knowledge import SearchSpeed, enlarge, move_knowledge, store_articles, time_search
from tests.bench.launch import free_port, resident_megabytes, run_load, server
from tests.bench.pages import PagesBench, PagesMeasured, measure_pages
from tests.bench.plan import Result
from tests.bench.pushes import Account
from tests.bench.questions import Article, pick_questions
from tests.bench.rounds import Contender, Messages, Pace, Spread, alternate, measure, rates, ratios
from tests.bench.town_records import Records, started_now
from tests.bench.wenming_server import LOOP, PLAIN, SAFE, Setup, database_url, wenming
from tests.postgres import Cluster

CROWD = 256  # connections


@dataclass(frozen=True)
class Case:
    """One way to run the service, and what share of bare aiohttp it must and should reach (percent)."""

    name: str
    aes: bool = False
    postgres: bool = False
    warm: bool = False
    must: int | None = None
    stretch: int | None = None
    further: bool = False  # also in the open loop and with many connections


CASES = (
    Case("SQLite, plain, cold", must=15, stretch=30, further=True),
    Case("SQLite, plain, warm", warm=True),
    Case("SQLite, AES, cold", aes=True, must=12, stretch=25),
    Case("SQLite, AES, warm", aes=True, warm=True),
    Case("PostgreSQL, plain, cold", postgres=True, must=6, stretch=15, further=True),
    Case("PostgreSQL, plain, warm", postgres=True, warm=True),
)


@dataclass(frozen=True)
class Bench:
    """What all measurements share."""

    folder: Path
    articles: tuple[Article, ...]
    messages: Messages
    pace: Pace
    cluster: Cluster | None
    memory_messages: int = 100_000
    many_articles: int = 1_000
    town_messages: int = 2_000_000


@dataclass(frozen=True)
class Speed:
    """A case's throughput beside bare aiohttp in the same rounds; latencies are medians of the rounds."""

    case: Case
    rate: Spread
    of_bare: Spread
    p50: float
    p99: float
    open_loop: Result | None = None
    crowd: Result | None = None


@dataclass(frozen=True)
class Loops:
    """Bare aiohttp on both event loops, and the generator's own limit against a raw socket server."""

    asyncio: Spread
    uvloop: Spread
    raw: Spread


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of the service, idle and after so many messages from 20,000 citizens."""

    messages: int
    before: float
    after: float


@dataclass(frozen=True)
class Rebuild:
    """The open loop before and while the index of so many articles was rebuilt without a pause."""

    articles: int
    rebuilds: int
    quiet: Result
    rebuilding: Result


@dataclass(frozen=True)
class Measured:
    """All that was measured; what wasn't asked for stays empty."""

    loops: Loops | None = None
    speeds: tuple[Speed, ...] = field(default=())
    memory: Memory | None = None
    search: SearchSpeed | None = None
    rebuild: Rebuild | None = None
    pages: tuple[PagesMeasured, ...] = field(default=())


@contextmanager
def bare(folder: Path, account: Account, *, loop: str = LOOP, kind: str = "bare") -> Iterator[Contender]:
    """Run the yardstick on an event loop until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.servers", kind, "--port", str(port), "--loop", loop]
    if account.aes_key:
        command.append("--aes")
    with server(command, port=port, log=folder / "bare.log"):
        yield Contender(f"{kind} on {loop}", port, account, fixed_reply=True)


def compare_loops(bench: Bench) -> Loops:
    with (
        bare(bench.folder, PLAIN, loop="asyncio") as plain,
        bare(bench.folder, PLAIN, loop="uvloop") as fast,
        bare(bench.folder, PLAIN, kind="raw") as raw,
    ):
        results = alternate((plain, fast, raw), bench.messages, bench.pace)
    return Loops(*(rates(results[one.name]) for one in (plain, fast, raw)))


def measure_case(bench: Bench, case: Case) -> Speed:
    """Measure one case beside bare aiohttp; then, where asked for, in the open loop and with many connections."""
    account = SAFE if case.aes else PLAIN
    folder = _new_folder(bench, case.name)
    setup = Setup(folder, account, bench.cluster if case.postgres else None, answer_cache=case.warm)
    with bare(folder, account) as yardstick, wenming(setup) as running:
        ours = Contender(case.name, running.port, account)
        results = alternate((yardstick, ours), bench.messages, bench.pace)
        own = results[ours.name]
        rate = rates(own)
        return Speed(
            case,
            rate,
            ratios(own, results[yardstick.name]),
            statistics.median(result.p50 for result in own),
            statistics.median(result.p99 for result in own),
            _open_loop(bench, ours, rate.median / 2) if case.further else None,
            _crowd(bench, ours, rate.median) if case.further else None,
        )


def _open_loop(bench: Bench, ours: Contender, rate: float) -> Result:
    count = max(100, int(rate * bench.pace.seconds * bench.pace.rounds))
    return run_load(bench.messages.plan(ours, count, connections=CROWD, rate=rate))


def _crowd(bench: Bench, ours: Contender, rate: float) -> Result:
    count = max(2 * CROWD, int(rate * bench.pace.seconds * bench.pace.rounds))
    return run_load(bench.messages.plan(ours, count, connections=CROWD))


def measure_memory(bench: Bench) -> Memory:
    """Write so many messages to a fresh service with its usual settings."""
    with wenming(Setup(_new_folder(bench, "memory"))) as running:
        before = resident_megabytes(running.pid)
        ours = Contender("memory", running.port, PLAIN)
        measure(bench.messages.plan(ours, bench.memory_messages), ours.name)
        return Memory(bench.memory_messages, before, resident_megabytes(running.pid))


def measure_search(bench: Bench) -> SearchSpeed:
    """Ask what no article has word for word: exact questions skip the search."""
    many = enlarge(bench.articles, bench.many_articles)
    known = {text for article in many for text in (article.title, *article.samples)}
    questions = [asked for asked in pick_questions(bench.articles, 750) if asked not in known]
    return time_search(many, questions)


def measure_town_pages(bench: Bench) -> tuple[PagesMeasured, ...]:
    """Ask the console's pages with half a year of a town behind them, on both databases."""
    records = Records(bench.town_messages, started_now())
    pages = PagesBench(bench.articles, bench.many_articles, bench.messages, bench.pace, records)
    setups = [
        Setup(_new_folder(bench, f"pages-{number}"), PLAIN, cluster)
        for number, cluster in enumerate((None, bench.cluster))
    ]
    return tuple(measure_pages(pages, setup) for setup in setups)


def measure_rebuild(bench: Bench) -> Rebuild:
    """Compare the latency of messages with the index at rest and while it is rebuilt without a pause."""
    setup = Setup(_new_folder(bench, "rebuild"), answer_cache=False)
    mixed = enlarge(bench.articles, bench.many_articles)[len(bench.articles) :]
    with wenming(setup, before_start=lambda: store_articles(database_url(setup), mixed)) as running:
        ours = Contender("rebuild", running.port, PLAIN)
        seconds = max(3.0, bench.pace.seconds * bench.pace.rounds)
        measure(bench.messages.plan(ours, 500), ours.name)
        capacity = measure(bench.messages.plan(ours, 1_000), ours.name).rate
        count = max(100, int(capacity / 2 * seconds))
        plans = [bench.messages.plan(ours, count, connections=CROWD, rate=capacity / 2) for _ in range(2)]
        quiet = run_load(plans[0])
        first = _knowledge_version(running.port)
        rebuilding = run_load(plans[1], meanwhile=lambda: _keep_moving(setup.database_file, running.port, seconds))
        return Rebuild(bench.many_articles, _knowledge_version(running.port) - first, quiet, rebuilding)


def _keep_moving(file: Path, port: int, seconds: float) -> None:
    """Move the knowledge on as soon as the service has caught up with it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        version = _knowledge_version(port)
        move_knowledge(file)
        while time.monotonic() < until and _knowledge_version(port) == version:
            time.sleep(0.1)


def _knowledge_version(port: int) -> int:
    """Return which version of the knowledge the running service answers from."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        for line in page.read().decode().splitlines():
            if line.startswith("wenming_knowledge_version "):
                return int(float(line.split()[1]))
    raise RuntimeError("/metrics doesn't show wenming_knowledge_version")


def _new_folder(bench: Bench, name: str) -> Path:
    folder = bench.folder / name.lower().replace(",", "").replace(" ", "-")
    folder.mkdir()
    return folder
