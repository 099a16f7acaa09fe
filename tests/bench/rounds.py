"""Bursts that alternate between servers: the machine drifts, so only ratios of neighbouring bursts are compared."""

import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.launch import run_load
from tests.bench.plan import Plan, Result
from tests.bench.pushes import Account

WARM_UP = 1_500  # messages: three times through all questions, so that a warm cache is warm
LEAST = 200


@dataclass(frozen=True)
class Contender:
    """A running server and how it is written to."""

    name: str
    port: int
    account: Account
    fixed_reply: bool = False
    path: str = "/wechat"


@dataclass(frozen=True)
class Pace:
    """How often and how long is measured; `seconds` is about the length of a burst."""

    rounds: int = 5
    seconds: float = 4.0


@dataclass(frozen=True)
class Spread:
    """A median and the range it comes from."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


class WrongAnswersError(Exception):
    """A server under test answered wrongly or not at all, so that its speed means nothing."""


class Messages:
    """Plans bursts over the same questions; every message of a whole benchmark has a MsgId of its own."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = tuple(questions)
        self._next_id = time.time_ns() // 1000

    def plan(self, contender: Contender, count: int, *, connections: int = 32, rate: float | None = None) -> Plan:
        first_id, self._next_id = self._next_id, self._next_id + count
        return Plan(
            port=contender.port,
            account=contender.account,
            questions=self._questions,
            count=count,
            first_id=first_id,
            connections=connections,
            rate=rate,
            path=contender.path,
            fixed_reply=contender.fixed_reply,
        )


def measure(plan: Plan, name: str) -> Result:
    """Run a burst that must be answered rightly to the last message.

    Raises:
        WrongAnswersError: some weren't.
    """
    result = run_load(plan)
    if result.failed:
        raise WrongAnswersError(f"{name}: {result.failed} of {result.sent} messages: {result.errors}")
    return result


def alternate(
    contenders: Sequence[Contender], messages: Messages, pace: Pace, *, connections: int = 32
) -> dict[str, list[Result]]:
    """Measure all contenders in turn, `pace.rounds` times, each burst sized to take `pace.seconds`."""
    counts = {one.name: _size(one, messages, pace, connections) for one in contenders}
    results: dict[str, list[Result]] = {one.name: [] for one in contenders}
    for _, one in itertools.product(range(pace.rounds), contenders):
        plan = messages.plan(one, counts[one.name], connections=connections)
        results[one.name].append(measure(plan, one.name))
    return results


def _size(contender: Contender, messages: Messages, pace: Pace, connections: int) -> int:
    """Warm a server up and return how many messages it answers in the time of a burst."""
    probe = measure(messages.plan(contender, LEAST, connections=connections), contender.name)
    warm_up = min(WARM_UP, max(LEAST, int(probe.rate * pace.seconds)))
    warm = measure(messages.plan(contender, warm_up, connections=connections), contender.name)
    return max(LEAST, int(warm.rate * pace.seconds))


def rates(results: Sequence[Result]) -> Spread:
    return Spread.of([result.rate for result in results])


def ratios(results: Sequence[Result], yardstick: Sequence[Result]) -> Spread:
    """Divide each round's rate by the yardstick's in the same round."""
    return Spread.of([one.rate / other.rate for one, other in zip(results, yardstick, strict=True)])
