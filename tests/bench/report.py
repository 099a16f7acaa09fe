"""The Markdown of BENCHMARKS.md: the machine, the tables, and where they are put."""

import os
import platform
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.bench.launch import ROOT
from tests.bench.pages import MOST_MS, MOST_QUERIES, show_pages
from tests.bench.peers.contest import Score
from tests.bench.plan import Result
from tests.bench.rounds import Pace, Spread
from tests.bench.scenarios import Loops, Measured, Speed

BENCHMARKS = ROOT / "BENCHMARKS.md"
LIBRARIES = ("aiohttp", "uvloop", "SQLAlchemy", "asyncpg", "wechatpy", "cryptography")

METHOD = """# Benchmarks

How fast a citizen is answered, measured and compared on one machine. Only ratios travel: the same machine can be
twice as fast an hour later, so every figure is taken next to a bare aiohttp handler (reads the body, answers a
fixed text, no access log, same event loop) in alternating bursts, and the table gives the median of the rounds with
their range in brackets.

- **The load.** A generator in a process of its own, on a core of its own; the server under test has another core to
  itself, PostgreSQL takes what is left. 32 keep-alive connections, each writing again as soon as it is answered.
  500 distinct questions made from the real starting knowledge (a third as they stand in it, the rest cut or with a
  particle), from 20,000 citizens in turn, new to the service at first and known later, every message with a MsgId of
  its own. The requests are built before the clock starts and the replies are checked after it stops, every one:
  status, XML, signature and decryption, to the sender, from the account, not empty. One wrong reply and there is no
  figure.
- **The service** is started by `python -m bot serve` on a new database, migrated and filled by its own commands. The
  reply leaves after the commit (SQLite: WAL, synchronous=FULL; PostgreSQL: fsync on). *Cold* means that the answer
  cache is off, *warm* that it is on and has seen every question. Each burst follows a warm-up.
- **The open loop** sends at random moments at half of the capacity just measured; latency counts from the moment
  when a message was due, so that a stall isn't hidden by the messages that it held up.
- **Not measured here**: the way through the internet, a reverse proxy, several machines, a slow disk.

## The service

<!-- bench:start -->
<!-- bench:end -->

## Peers

The same load and the same requests, in the same run, in alternation with bare aiohttp and with the service (plain,
cold). Each peer verifies the signature, parses the message, keeps a session or the message with its reply, commits,
and answers a text looked up by the exact question; none of them searches, and WeRoBot doesn't recognise retries.
Peers have the same single core. "As documented" is a connection a request in SQLite's default journal, as Flask's own
pages show it, with gunicorn's default workers; "tuned" is the best that we could make of the same code.

<!-- peers:start -->
<!-- peers:end -->
"""


@dataclass(frozen=True)
class Circumstances:
    """What a table must say of how it came about."""

    command: str
    pace: Pace
    postgres: str
    further_versions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{machine()}{''.join(f', {one}' for one in self.further_versions)}, {self.postgres}.\n\n"
            f"`{self.command}`: median of {self.pace.rounds} alternating rounds of about {self.pace.seconds:g} s each."
        )


def show_service(measured: Measured, circumstances: Circumstances) -> str:
    parts = [str(circumstances)]
    if measured.speeds:
        parts.append(_table(SPEED_HEAD, (_speed_row(speed) for speed in measured.speeds)))
    if measured.loops:
        parts.append(_loops(measured.loops))
    further = list(_further(measured))
    if further:
        parts.append(_table(("measured", "result", "wanted", ""), further))
    if measured.pages:
        town = measured.pages[0]
        behind = f"{town.citizens:,} citizens, {town.messages:,} messages, {town.articles:,} articles"
        parts.append(f"The console's pages with {behind} behind them; wanted: {MOST_MS} ms, {MOST_QUERIES} statements.")
        parts.append(_table(PAGES_HEAD, [row for one in measured.pages for row in show_pages(one)]))
    return "\n\n".join(parts)


PAGES_HEAD = ("database", "page", "p50 ms", "p95 ms", "statements", "")


def show_peers(scores: Sequence[Score], circumstances: Circumstances) -> str:
    head = ("peer", "messages/s", "% of bare", "ours, % of bare", "ours ÷ theirs", "≥ 3")
    rows = (
        (
            score.peer,
            _spread(score.rate, "{:,.0f}"),
            _percent(score.of_bare),
            _percent(score.ours_of_bare),
            _spread(score.ours_to_theirs, "{:.1f}"),
            _mark(score.ours_to_theirs.median >= 3),
        )
        for score in scores
    )
    return f"{circumstances}\n\n{_table(head, rows)}"


SPEED_HEAD = ("32 connections", "messages/s", "% of bare", "wanted (stretch)", "", "p50 ms", "p99 ms")


def _speed_row(speed: Speed) -> tuple[str, ...]:
    case = speed.case
    wanted = f"≥ {case.must} ({case.stretch})" if case.must else ""
    met = _mark(speed.of_bare.median * 100 >= case.must) if case.must else ""
    rate, share = _spread(speed.rate, "{:,.0f}"), _percent(speed.of_bare)
    return (case.name, rate, share, wanted, met, f"{speed.p50:.1f}", f"{speed.p99:.1f}")


def _loops(loops: Loops) -> str:
    slack = loops.raw.median / max(loops.uvloop.median, loops.asyncio.median)
    return (
        f"Bare aiohttp: {_spread(loops.uvloop, '{:,.0f}')}/s on uvloop (the yardstick above, since the service runs on "
        f"it), {_spread(loops.asyncio, '{:,.0f}')}/s on asyncio's own loop. The generator itself reaches "
        f"{_spread(loops.raw, '{:,.0f}')}/s against a raw socket server, {slack:.1f} times as much."
    )


def _further(measured: Measured) -> Iterator[tuple[str, ...]]:
    for speed in measured.speeds:
        if speed.open_loop:
            asked = f"{speed.case.name}: open loop, {speed.rate.median / 2:,.0f} messages/s"
            yield asked, _latency(speed.open_loop), "p99 ≤ 50 ms", _mark(_is_calm(speed.open_loop))
        if speed.crowd:
            crowd = speed.crowd
            got = f"{crowd.failed} errors, {crowd.late} late of {crowd.sent:,}; slowest {crowd.worst:.0f} ms"
            wanted = "no error, none after 1 s"
            yield f"{speed.case.name}: 256 connections", got, wanted, _mark(not crowd.failed and not crowd.late)
    if memory := measured.memory:
        got = f"{memory.after:.0f} MB ({memory.before:.0f} at the start)"
        yield f"memory after {memory.messages:,} messages (RSS)", got, "≤ 200 MB", _mark(memory.after <= 200)
    if search := measured.search:
        got = f"p50 {search.p50:.2f}, p95 {search.p95:.2f} ms; built in {search.build_seconds:.1f} s"
        yield f"finding an answer among {search.articles:,} articles", got, "p95 ≤ 5 ms", _mark(search.p95 <= 5)
    if rebuild := measured.rebuild:
        before, during = _latency(rebuild.quiet), _latency(rebuild.rebuilding)
        asked = f"open loop, index of {rebuild.articles:,} articles at rest"
        yield asked, before, "p99 ≤ 50 ms", _mark(_is_calm(rebuild.quiet))
        asked = f"the same while it was rebuilt {rebuild.rebuilds} times, one after another"
        yield asked, during, "p99 ≤ 50 ms", _mark(rebuild.rebuilds > 0 and _is_calm(rebuild.rebuilding))


def _is_calm(result: Result) -> bool:
    return not result.failed and result.p99 <= 50


def _latency(result: Result) -> str:
    text = f"p50 {result.p50:.1f}, p99 {result.p99:.1f}, slowest {result.worst:.0f} ms"
    return f"{text}; {result.failed} errors" if result.failed else text


def _spread(spread: Spread, pattern: str) -> str:
    return f"{pattern} ({pattern}–{pattern})".format(spread.median, spread.low, spread.high)


def _percent(spread: Spread) -> str:
    return _spread(Spread(spread.median * 100, spread.low * 100, spread.high * 100), "{:.1f}")


def _mark(is_met: bool) -> str:
    return "met" if is_met else "**missed**"


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("--" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def machine() -> str:
    """Describe what was measured on: processor, kernel, versions, day."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {model[1] if model else platform.machine()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GB; {platform.system()} {platform.release()}; Python {platform.python_version()}, "
        f"{libraries}, SQLite {sqlite3.sqlite_version}"
    )


def write(section: str, text: str, *, file: Path = BENCHMARKS) -> None:
    """Put a text between the section's markers, beginning the file with the method if it isn't there."""
    page = file.read_text(encoding="utf-8") if file.exists() else METHOD
    start, end = f"<!-- {section}:start -->", f"<!-- {section}:end -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{file.name} lacks the lines {start} and {end}")
    file.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}", encoding="utf-8")
