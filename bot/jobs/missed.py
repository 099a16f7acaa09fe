"""Every ten minutes: the questions that were missed this month and the last are grouped, for the leader's page."""

import asyncio

from bot.clock import Clock
from bot.domain.months import Month, month_of
from bot.knowledge.clusters import Cluster, cluster
from store import missed
from store.database import Database
from store.missed import Group
from store.unanswered import OpenQuestion

_SHOWN = 10
_ROWS_OF_A_GROUP = 5  # so that one erased citizen doesn't take a group's words away
_MOST = 2000  # questions compared, the newest: a quarter of a second in a thread


class MissedQuestions:
    """Groups them anew when there are new ones."""

    seconds_between = 600.0

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen: tuple[Month, int] | None = None

    async def run_once(self) -> int:
        """Group what is new and return how many groups are kept."""
        month = month_of(self._clock.now())
        seen = (month, await self._database.read(missed.newest_id))
        if seen == self._seen:
            return 0
        kept = await self._group(month) + await self._group(month.before)
        self._seen = seen
        return kept

    async def _group(self, month: Month) -> int:
        questions = await self._database.read(missed.list_between, month.begins, month.ends, most=_MOST)
        groups = await asyncio.to_thread(_largest, questions)
        await self._database.write(missed.put, month.name, groups)
        return len(groups)


def _largest(questions: list[OpenQuestion]) -> list[Group]:
    by_id = {one.id: one for one in questions}
    return [Group(one.count, _rows(one, by_id)) for one in cluster(questions)[:_SHOWN]]


def _rows(found: Cluster, by_id: dict[int, OpenQuestion]) -> list[int]:
    """Return some rows, those with the wording that stands for the group first."""
    own = [row_id for row_id in found.ids if " ".join(by_id[row_id].question.split()) == found.example]
    return [*own[:1], *(row_id for row_id in found.ids if row_id not in own[:1])][:_ROWS_OF_A_GROUP]
