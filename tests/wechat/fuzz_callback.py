"""Throw mutated requests at a callback and fail on any 5xx or any traceback: `python -m tests.wechat.fuzz_callback`.

Without --url a callback is served in this process. With --url a running service is tried; give its token, app id and
AES key, and with --log the file that it writes its log to, which is then searched for tracebacks.
"""

import argparse
import asyncio
import itertools
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from yarl import URL

from tests.wechat.mutations import Case, Mutations
from tests.wechat.pushes import APP_ID, KEY, TOKEN, Wechat, open_office

_AT_ONCE = 16
_SHOWN = 5


@dataclass
class Outcome:
    """What came of it: how often each kind of case got each status, and what must not be."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def note(self, number: int, case: Case, status: str) -> None:
        """Count one answer."""
        self.counts[case.name, status] += 1
        if status.startswith("5") or (status == "closed" and not case.cut):
            self.faults.append(f"request {number} ({case.name}): {status}")

    def table(self) -> str:
        """Return a row per kind of case, a column per status."""
        statuses = sorted({status for _, status in self.counts})
        names = sorted({name for name, _ in self.counts})
        totals = Counter[str]()
        for (_, status), number in self.counts.items():
            totals[status] += number
        rows: list[list[object]] = [
            [name, *(self.counts[name, status] or "." for status in statuses)] for name in names
        ]
        lines: list[list[object]] = [["", *statuses], *rows, ["all", *(totals[status] for status in statuses)]]
        return "\n".join(f"{line[0]:26}" + "".join(f"{cell:>9}" for cell in line[1:]) for line in lines)


async def fuzz(url: str, mutations: Mutations, *, requests: int) -> Outcome:
    """Send that many requests, some at a time."""
    outcome = Outcome()
    cases = enumerate(itertools.islice(mutations.cases(), requests))
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    timeout = aiohttp.ClientTimeout(30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session, asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(_work(session, url, cases, outcome))
    return outcome


async def _work(session: aiohttp.ClientSession, url: str, cases: Iterator[tuple[int, Case]], outcome: Outcome) -> None:
    for number, case in cases:
        outcome.note(number, case, await _send(session, url, case))


async def _send(session: aiohttp.ClientSession, url: str, case: Case) -> str:
    target = URL(f"{url}?{case.query}", encoded=True)
    if case.name == "cut off":
        return await _cut_off(target, case)
    try:
        async with session.request(case.method, target, data=case.body or None, headers=case.headers) as response:
            await response.read()
            return str(response.status)
    except aiohttp.ClientError:
        return "closed"


async def _cut_off(target: URL, case: Case) -> str:
    """Promise more than is sent, and hang up."""
    _, writer = await asyncio.open_connection(target.host, target.port)
    head = f"POST {target.raw_path_qs} HTTP/1.1\r\nHost: x\r\nContent-Length: {case.headers['Content-Length']}\r\n\r\n"
    writer.write(head.encode() + case.body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    return "closed"


class _Tracebacks(logging.Handler):
    """Collects what was logged with a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.found.append(f"traceback in the log: {record.name}: {record.getMessage()}: {record.exc_info[1]!r}")


async def fuzz_here(seed: int, requests: int) -> tuple[Outcome, int]:
    """Serve a callback in this process and fuzz it; return also how many pushes were received."""
    tracebacks = _Tracebacks()
    root = logging.getLogger()
    root.addHandler(tracebacks)
    try:
        async with open_office(aes_key=KEY, accept_plain=True) as office:
            outcome = await fuzz(office.url, Mutations(seed, Wechat()), requests=requests)
            received = len(office.received)
    finally:
        root.removeHandler(tracebacks)
    outcome.faults += tracebacks.found
    return outcome, received


async def fuzz_there(asked: argparse.Namespace) -> Outcome:
    """Fuzz a running service."""
    wechat = Wechat(token=asked.token, app_id=asked.app_id, key=asked.aes_key)
    start = asked.log.stat().st_size if asked.log else 0
    outcome = await fuzz(asked.url, Mutations(asked.seed, wechat), requests=asked.requests)
    if asked.log:
        written = asked.log.read_bytes()[start:].decode("utf-8", "replace")
        lines = [line for line in written.splitlines() if "Traceback (most recent call last)" in line]
        outcome.faults += [f"traceback in the log: {line[:300]}" for line in lines]
    return outcome


def main(arguments: list[str] | None = None) -> int:
    """Run, print the table, return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", help="the callback of a running service")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--app-id", default=APP_ID)
    parser.add_argument("--aes-key", default=KEY)
    parser.add_argument("--log", type=Path, help="the file that the service logs to")
    asked = parser.parse_args(arguments)
    logging.getLogger("wenming").addHandler(logging.NullHandler())
    if asked.url:
        outcome = asyncio.run(fuzz_there(asked))
    else:
        outcome, received = asyncio.run(fuzz_here(asked.seed, asked.requests))
        print(f"{received} pushes were received")
    print(outcome.table())
    for fault in outcome.faults[:_SHOWN]:
        print(fault)
    print(f"seed {asked.seed}: {len(outcome.faults)} faults in {outcome.counts.total()} requests")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
