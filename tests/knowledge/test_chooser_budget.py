"""How often the choosing model may be asked a day: counted in the database, for all replicas together."""

import asyncio
from collections.abc import Callable

import pytest

from bot.clock import Clock
from bot.knowledge.chooser import Budget
from store.database import Database, open_database

DAY = 86_400.0


class TurnedClock(Clock):
    ahead = 0.0

    def seconds(self) -> float:
        return super().seconds() + self.ahead


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def budget(database: Database, clock: TurnedClock) -> Callable[[], Budget]:
    """Make the budget of one more process."""
    return lambda: Budget(database, clock=clock, calls_per_day=5)


async def count(budget: Budget, times: int) -> int:
    return sum([await budget.take() for _ in range(times)])


async def test_so_many_a_day_and_anew_the_next(budget: Callable[[], Budget], clock: TurnedClock) -> None:
    one = budget()
    assert await count(one, 8) == 5
    clock.ahead = DAY
    assert await count(one, 8) == 5


async def test_replicas_share_it_and_a_restart_does_not_renew_it(budget: Callable[[], Budget]) -> None:
    assert await count(budget(), 3) == 3
    taken = await asyncio.gather(*(budget().take() for _ in range(10)))
    assert sum(taken) == 2


async def test_a_database_in_trouble_means_no_call() -> None:
    away = open_database("postgresql+asyncpg://nobody@127.0.0.1:9/none")
    try:
        assert not await Budget(away, clock=Clock(), calls_per_day=5).take()
    finally:
        await away.close()
