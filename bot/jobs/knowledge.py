"""Every second: see whether the published articles have changed; once they have, note how good they are."""

from bot.clock import TOWN, Clock
from bot.knowledge.library import Library
from store import scores
from store.database import Database
from store.scores import Score


class KnowledgeRefresh:
    """Keeps the library's snapshot fresh: a withdrawn article is out of the answers within two seconds."""

    seconds_between = 1.0

    def __init__(self, library: Library) -> None:
        self._library = library

    async def run_once(self) -> int:
        """Rebuild the snapshot if the database has moved."""
        return int(await self._library.refresh())


class KnowledgeScores:
    """Keeps each day's last self-test, which every snapshot brings with it."""

    seconds_between = 10.0

    def __init__(self, database: Database, *, clock: Clock, library: Library) -> None:
        self._database = database
        self._clock = clock
        self._library = library
        self._kept = ("", 0)  # day and version of the last row: nothing is written while they stay

    async def run_once(self) -> int:
        """Write the day's row if the day or the snapshot is another one; return how many rows."""
        now = self._clock.now()
        day, version = now.astimezone(TOWN).date().isoformat(), self._library.version
        if not version or self._kept == (day, version):
            return 0
        tested = self._library.self_test()
        score = Score(
            day=day,
            version=version,
            articles=tested.articles,
            samples=tested.samples,
            self_test=tested.share,
            measured=now,
        )
        await self._database.write(scores.put, score)
        self._kept = (day, version)
        return 1
