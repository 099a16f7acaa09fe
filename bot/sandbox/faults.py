"""Troubles ordered by a test or a curious visitor: what goes wrong, where, how often."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from bot.sandbox.wire import Json

Where = Literal["push", "api", "job"]
KINDS: dict[str, frozenset[str]] = {
    "push": frozenset({"delay", "drop", "duplicate", "reorder", "truncate", "slow", "lose"}),
    "api": frozenset({"delay", "drop", "error", "status", "html", "truncate", "slow", "revoke"}),
    "job": frozenset({"delay", "fail"}),
}
SECONDS = 1.0


@dataclass
class Fault:
    """`rate` is the share of calls hit (None: all), `times` how many are still to be hit (None: no end).

    `after` fitting calls go by unharmed first; `path` is an API path, of a push its event or message type.
    """

    id: int
    where: Where
    kind: str
    path: str | None = None
    rate: float | None = None
    times: int | None = None
    seconds: float | None = None
    errcode: int | None = None
    status: int | None = None
    after: int = 0

    def as_json(self) -> Json:
        return dict(vars(self))

    @property
    def lasting(self) -> float:
        """Seconds of a delay, of a slow transfer or of holding back."""
        return self.seconds if self.seconds is not None else SECONDS


class Faults:
    """The ordered troubles; `rate` draws from a seeded source, so a run can be repeated."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._numbers = itertools.count(1)
        self._random = Random(1)  # noqa: S311  repeatable, not secret

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults.values())

    def next_id(self) -> int:
        return next(self._numbers)

    def add(self, fault: Fault) -> None:
        self._faults[fault.id] = fault

    def remove(self, fault_id: int) -> bool:
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        self._faults.clear()

    def seed(self, number: int) -> None:
        self._random.seed(number)

    def draw(self, where: Where, *, kinds: Collection[str], path: str | None = None) -> dict[str, Fault]:
        """The troubles that hit this call, by kind; each hit is used up."""
        if not self._faults:
            return {}
        hit: dict[str, Fault] = {}
        for fault in list(self._faults.values()):
            if fault.where == where and fault.kind in kinds and fault.path in (None, path) and self._strikes(fault):
                hit[fault.kind] = fault
        return hit

    def _strikes(self, fault: Fault) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.rate is not None and self._random.random() >= fault.rate:
            return False
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self.remove(fault.id)
        return True
