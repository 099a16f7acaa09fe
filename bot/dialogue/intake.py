"""Group commit of messages: those that wait while others are being committed share the next transaction.

With little to do a message goes alone and at once. Under load many share the journeys to the database and the wait for
its disk. If anything fails, nothing of the group has happened, and each message is tried alone, so that one that fails
takes no other with it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.router import Router
from bot.dialogue.transaction import Attempt, Done, Stale, act_together, people_of
from bot.dialogue.turn import Town
from store.database import Database

_GROUP = 32  # messages a transaction
_GROUPS_AT_ONCE = 3  # on PostgreSQL; a SQLite file has one writer


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    attempt: Attempt
    people: tuple[str, ...]
    outcome: asyncio.Future[Done | Stale]


class Intake:
    """Takes attempts and returns their outcomes once they are committed."""

    def __init__(self, database: Database, *, router: Router, town: Town) -> None:
        self._database = database
        self._router = router
        self._town = town
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._groups_at_once = 1 if database.url.startswith("sqlite") else _GROUPS_AT_ONCE

    async def commit(self, attempt: Attempt) -> Done | Stale:
        """Have the attempt handled in a transaction, alone or with others; raises what the handling raised.

        The caller sees to it that no two attempts of one citizen are under way.
        """
        outcome: asyncio.Future[Done | Stale] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(attempt, people_of(attempt.push), outcome))
        self._arrived.set()
        return await outcome

    async def run(self, stop: asyncio.Event) -> None:
        """Commit what comes in until asked to stop and nothing waits any more."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(self._groups_at_once):
                workers.create_task(self._work(stop))
            await stop.wait()
            self._arrived.set()

    async def _work(self, stop: asyncio.Event) -> None:
        while True:
            while self._waiting:
                await self._commit_group(self._next_group())
            if stop.is_set():
                return
            self._arrived.clear()
            await self._arrived.wait()

    def _next_group(self) -> list[_Waiting]:
        """Take those who wait; a push about somebody besides its sender goes alone, lest it meet that person's own."""
        group = [self._waiting.popleft()]
        while self._waiting and len(group) < _GROUP and len(group[-1].people) == len(self._waiting[0].people) == 1:
            group.append(self._waiting.popleft())
        return group

    async def _commit_group(self, group: Sequence[_Waiting]) -> None:
        try:
            outcomes = await self._transact([one.attempt for one in group])
        except Exception as error:  # noqa: BLE001 - part of the receiving side's one: each is tried alone, its owner told
            if len(group) == 1:
                _fail(group[0], error)
                return
            for one in group:
                await self._commit_group([one])
            return
        for one, outcome in zip(group, outcomes, strict=True):
            if not one.outcome.done():
                one.outcome.set_result(outcome)

    async def _transact(self, attempts: Sequence[Attempt]) -> list[Done | Stale]:
        people = {openid for attempt in attempts for openid in people_of(attempt.push)}
        return await self._database.write_in_turn(people, act_together, attempts, router=self._router, town=self._town)


def _fail(one: _Waiting, error: Exception) -> None:
    if not one.outcome.done():
        one.outcome.set_exception(error)
