"""The three acts of the kill test: kills in the middle of everything, a frozen machine, replies that come too late."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import Connection, text

from bot.sandbox.citizens import Citizen
from store.database import Database
from tests.dialogue.holding import hold_up
from tests.torture.ledger import end_leases, find_attempting
from tests.torture.messages import AT_ONCE, LEAVING, ONE_BY_ONE, Act, Sent, follow, puzzle
from tests.torture.platform import Platform
from tests.torture.service import Service

HELD_UP_SECONDS = 5.3  # a little longer than WeChat waits
ALL_CUT_SECONDS = 15.5  # a little longer than its three attempts take
PROMISE_SECONDS = 20.0  # after which a promised reply is due
SETTLE_SECONDS = 60.0
LARGEST_JITTER = 0.03


@dataclass(slots=True, kw_only=True)
class Stage:
    """The parts that the acts play with, and what they note for the judge."""

    platform: Platform
    service: Service
    database: Database
    random: Random
    kills: int = 0
    freezes: int = 0
    talks: list[list[Sent]] = field(default_factory=list)
    excused: frozenset[int] = frozenset()  # deliveries under way when the service was killed

    def kill(self) -> None:
        """Kill the service and start it again at once."""
        self.service.kill()
        self.service.start()
        self.kills += 1

    async def restart(self) -> None:
        """Stop the service as an operator does, let dead processes' leases run out, and start it again."""
        code = await self.service.stop()
        if code != 0:
            raise RuntimeError(f"the service ended with {code} when it was asked to stop")
        await end_leases(self.database)
        await self.service.start_and_wait()

    async def settle(self) -> None:
        """Wait until every delivery has an end."""
        open_rows = "SELECT count(*) FROM outbox WHERE state IN ('ready', 'leased', 'attempting')"
        await self.until(open_rows, lambda rows: rows == 0)

    async def until(self, question: str, enough: Callable[[int], bool]) -> None:
        """Wait until a query counts what is enough, or too long: then the judge will find what is missing."""
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            if enough(await self.database.read(_count, question)):
                return
            await asyncio.sleep(0.02)


def _count(conn: Connection, question: str) -> int:
    return int(conn.scalar(text(question)) or 0)


async def play_kills(stage: Stage, *, messages: int, kills: int) -> None:
    """Put so many messages in flight at once beside some slower talks, and kill the service again and again.

    The moments are random in what has been answered: each kill comes while the others are still in flight.
    """
    platform = stage.platform
    flying = _write_at_once(stage, messages)
    talkers = [(platform.move_in(10_000 + number), number) for number in range(max(2, messages // 20))]
    total = platform.finished + len(flying) + sum(len(_script(number)) for _, number in talkers)
    moments = sorted(stage.random.sample(range(platform.finished + 1, total - max(1, total // 20)), kills))
    platform.disturb(where="push", kind="drop", rate=0.05)
    platform.disturb(where="push", kind="duplicate", rate=0.1)
    async with asyncio.TaskGroup() as group:
        for sent in flying:
            group.create_task(platform.push(sent))
        for citizen, number in talkers:
            group.create_task(_talk(stage, citizen, number))
        for moment in moments:
            await platform.until_finished(moment)
            await asyncio.sleep(stage.random.uniform(0, LARGEST_JITTER))
            stage.kill()
    platform.calm_down()
    await stage.restart()
    await stage.settle()


def _write_at_once(stage: Stage, messages: int) -> list[Sent]:
    written: list[Sent] = []
    while len(written) < messages:
        number = len(stage.platform.sent)
        citizen = stage.platform.move_in(number)
        own = [stage.platform.write(citizen, act, number + at) for at, act in enumerate(AT_ONCE)]
        written += own
    stage.random.shuffle(written)
    return written


def _script(number: int) -> Sequence[Act]:
    return LEAVING if number % 3 == 2 else ONE_BY_ONE


async def _talk(stage: Stage, citizen: Citizen, number: int) -> None:
    """Say one thing after the other, each when the one before was answered."""
    talk: list[Sent] = []
    stage.talks.append(talk)
    for act in _script(number):
        talk.append(stage.platform.write(citizen, act, 10_000 + len(stage.platform.sent)))
        await stage.platform.push(talk[-1])


async def play_freeze(stage: Stage, *, messages: int, seconds: float) -> None:
    """Freeze the service in the middle of answering for longer than one attempt of WeChat's, or than all three.

    What it hasn't read yet lies in the kernel meanwhile, and looks as fresh as ever when it is read.
    """
    before = stage.platform.finished
    async with asyncio.TaskGroup() as group:
        for sent in _write_at_once(stage, messages):
            group.create_task(stage.platform.push_once(sent))
        await stage.platform.until_finished(before + stage.random.randrange(1, max(2, messages // 2)))
        stage.service.freeze()
        await asyncio.sleep(seconds)
        stage.service.thaw()
    stage.freezes += 1
    await stage.platform.advance_clock(PROMISE_SECONDS)
    await stage.settle()


async def play_late(stage: Stage, *, messages: int) -> None:
    """Hold the database until no attempt of WeChat's is left, and kill the service while it delivers what it promised.

    WeChat's second and third attempts are lost on the way here: `play_freeze` shows what they bring.
    """
    platform = stage.platform
    citizens = [platform.move_in(20_000 + number) for number in range(messages)]
    async with asyncio.TaskGroup() as group:
        for citizen in citizens:
            group.create_task(platform.push(platform.write(citizen, follow, 0)))
    platform.try_only(1)
    openids = [citizen.openid for citizen in citizens]
    async with asyncio.TaskGroup() as group, hold_up(stage.database.url, openids, seconds=HELD_UP_SECONDS):
        for number, citizen in enumerate(citizens):
            group.create_task(platform.push_once(platform.write(citizen, puzzle, 20_000 + number)))
    platform.try_only(3)
    await _kill_while_delivering(stage, messages)


async def _kill_while_delivering(stage: Stage, messages: int) -> None:
    """Have half of the sends take long on the way there or back, and kill the service when some are through."""
    promises = "SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state"
    await stage.until(f"{promises} = 'ready'", lambda rows: rows == messages)
    sent_before = await stage.database.read(_count, f"{promises} = 'sent'")
    for kind in ("delay", "slow"):
        stage.platform.disturb(where="api", kind=kind, rate=0.3, seconds=0.5)
    await stage.platform.advance_clock(PROMISE_SECONDS)
    await stage.until(f"{promises} = 'sent'", lambda rows: rows > sent_before)
    await asyncio.sleep(stage.random.uniform(0, LARGEST_JITTER))
    stage.service.kill()
    stage.kills += 1
    stage.excused |= await find_attempting(stage.database)
    stage.platform.calm_down()
    await end_leases(stage.database)
    await stage.service.start_and_wait()
    await stage.settle()
