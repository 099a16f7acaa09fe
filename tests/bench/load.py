"""The load generator: its own process and core, raw HTTP/1.1; every reply is kept and checked after the clock stops."""

import asyncio
import gc
import json
import os
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from random import Random
from typing import cast

import uvloop

from tests.bench.plan import LATE_SECONDS, STARTED, Plan, Result, percentile, plan_from
from tests.bench.pushes import Push, ReplyError, build_pushes, check_answer, check_fixed


class Run:
    """The state of one burst: which push is next, when each was due and answered, and what came back."""

    def __init__(self, plan: Plan, pushes: list[Push]) -> None:
        self.plan = plan
        self.pushes = pushes
        self.replies: list[bytes | None] = [None] * len(pushes)
        self.due_at = [0.0] * len(pushes)
        self.answered_at = [0.0] * len(pushes)
        self.broken: list[str] = []
        self.finished = asyncio.Event()
        self.connected = asyncio.Event()
        self._missing = plan.connections
        self._due = iter(range(len(pushes))) if plan.rate is None else iter(())
        self._backlog: deque[int] = deque()
        self._idle: deque[Connection] = deque()
        self._open = len(pushes)

    def joined(self, connection: "Connection") -> None:
        """Count a new connection in, and give it something to do."""
        self._missing -= 1
        if self._missing <= 0:
            self.connected.set()
        self.next_for(connection)

    def next_for(self, connection: "Connection") -> None:
        """Give a free connection its next push, or let it wait for one."""
        if self._backlog:
            connection.send(self._backlog.popleft())
        elif (number := next(self._due, None)) is not None:
            self.due_at[number] = time.perf_counter()
            connection.send(number)
        else:
            self._idle.append(connection)

    def falls_due(self, number: int, due: float) -> None:
        """Send a push now on a free connection, or as soon as one is free."""
        self.due_at[number] = due
        while self._idle:
            connection = self._idle.popleft()
            if connection.is_free:
                connection.send(number)
                return
        self._backlog.append(number)

    def answered(self, number: int, reply: bytes) -> None:
        self.answered_at[number] = time.perf_counter()
        self.replies[number] = reply
        self._close_one()

    def lost(self, why: str) -> None:
        self.broken.append(why)
        self._close_one()

    def _close_one(self) -> None:
        self._open -= 1
        if not self._open:
            self.finished.set()


class Connection(asyncio.Protocol):
    """One connection: a request at a time, the next one in the same turn as the answer."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._number: int | None = None
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.gone = asyncio.get_running_loop().create_future()

    @property
    def is_free(self) -> bool:
        return self._number is None and self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own isn't a subclass
        self._run.joined(self)

    def send(self, number: int) -> None:
        assert self._transport is not None
        self._number = number
        self._received = b""
        self._transport.write(self._run.pushes[number].wire)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        head_end = self._received.find(b"\r\n\r\n")
        if head_end < 0 or self._number is None:
            return
        head = self._received[:head_end].lower()
        length = _content_length(head)
        if length is None or len(self._received) < head_end + 4 + length:
            return
        self._complete()
        if b"connection: close" in head:
            self.close()
        else:
            self._run.next_for(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._number is not None:
            self._run.lost(f"connection lost: {exc}" if exc else "connection closed without an answer")
            self._number = None
        if not self.gone.done():
            self.gone.set_result(None)

    def close(self) -> None:
        """Close from our side; a message still under way stays without an answer."""
        self._number = None
        if self._transport is not None:
            self._transport.close()

    def _complete(self) -> None:
        assert self._number is not None
        number, self._number = self._number, None
        self._run.answered(number, self._received)


def _content_length(head: bytes) -> int | None:
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return None
    end = head.find(b"\r\n", at + 17)
    return int(head[at + 17 : end if end > 0 else len(head)])


async def drive(plan: Plan) -> Result:
    """Build the pushes, run the burst, check every reply."""
    pushes = build_pushes(
        plan.account,
        plan.questions,
        count=plan.count,
        citizens=plan.citizens,
        first_id=plan.first_id,
        path=plan.path,
    )
    run = Run(plan, pushes)
    print(STARTED, flush=True)
    with _no_collector():
        started = time.perf_counter()
        try:
            async with asyncio.timeout(plan.limit_seconds):
                await _send_all(run)
        except TimeoutError:
            pass  # what has no answer by now is counted as unanswered
        seconds = time.perf_counter() - started
    return _sum_up(run, seconds)


@contextmanager
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _send_all(run: Run) -> None:
    async with asyncio.TaskGroup() as tasks:
        connected = [tasks.create_task(_stay_connected(run)) for _ in range(run.plan.connections)]
        if run.plan.rate is not None:
            tasks.create_task(_release(run, run.plan.rate))
        await run.finished.wait()
        for task in connected:
            task.cancel()


async def _stay_connected(run: Run) -> None:
    """Keep one connection, opening it again when the server closes it as some do after every answer."""
    loop = asyncio.get_running_loop()
    while True:
        _, connection = await loop.create_connection(lambda: Connection(run), "127.0.0.1", run.plan.port)
        try:
            await connection.gone
        finally:
            connection.close()


async def _release(run: Run, rate: float) -> None:
    """Let the messages fall due at random moments: independent citizens, `rate` a second on average.

    The first waits until all connections stand: opening hundreds at once is no part of what is measured.
    """
    chance = Random(run.plan.first_id)
    await run.connected.wait()
    due = time.perf_counter()
    for number in range(len(run.pushes)):
        due += chance.expovariate(rate)
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        run.falls_due(number, due)


def _sum_up(run: Run, seconds: float) -> Result:
    errors: Counter[str] = Counter(run.broken)
    texts: set[str] = set()
    latencies: list[float] = []
    for number, (push, reply) in enumerate(zip(run.pushes, run.replies, strict=True)):
        if reply is None:
            continue
        try:
            texts.add(_check(run.plan, push.openid, reply))
        except ReplyError as wrong:
            errors[str(wrong)] += 1
        else:
            latencies.append(run.answered_at[number] - run.due_at[number])
    if unanswered := len(run.pushes) - len(latencies) - errors.total():
        errors["no answer"] = unanswered
    latencies.sort()
    return Result(
        sent=len(run.pushes),
        right=len(latencies),
        seconds=seconds,
        rate=len(latencies) / seconds,
        p50=percentile(latencies, 0.50),
        p95=percentile(latencies, 0.95),
        p99=percentile(latencies, 0.99),
        worst=percentile(latencies, 1.0),
        late=sum(latency > LATE_SECONDS for latency in latencies),
        distinct=len(texts),
        errors=dict(errors.most_common(5)),
    )


def _check(plan: Plan, openid: str, reply: bytes) -> str:
    head, _, body = reply.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1].decode()
    if status != "200":
        raise ReplyError(f"HTTP {status}")
    return check_fixed(body) if plan.fixed_reply else check_answer(plan.account, openid, body)


def main() -> None:
    """Read a plan from standard input, print the result to standard output, both as JSON."""
    plan = plan_from(sys.stdin.read())
    if plan.core is not None:
        os.sched_setaffinity(0, {plan.core})
    print(json.dumps(asdict(uvloop.run(drive(plan)))), flush=True)


if __name__ == "__main__":
    main()
