"""The published articles in memory: an immutable snapshot, rebuilt off-request when the database's version moves."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.knowledge.findings import Article, Finding, Thresholds
from bot.knowledge.index import Index
from store import articles
from store.articles import APPROVED, SAMPLE, StoredArticle
from store.database import Connection, Database
from store.start import read_off_topic, read_synonyms

_WORK_SECONDS = 0.001
_REST_SHARE = 2.5

_LOG = logging.getLogger("wenming.knowledge")


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: int
    index: Index
    by_id: dict[int, Article]
    changes: datetime | None  # when an article's validity begins or ends next


class Library:
    """Finds answers in the current snapshot. One per process; a job keeps it fresh."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        thresholds: Thresholds,
        samples_too: bool,
        cache: int,
        measure: Callable[[int, int, float], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._thresholds = thresholds
        self._statuses = (APPROVED, SAMPLE) if samples_too else (APPROVED,)
        self._cache = cache
        self._measure = measure  # (version, articles, seconds it took) after each rebuild
        self._snapshot: _Snapshot | None = None
        self._rebuilding = asyncio.Lock()

    @property
    def version(self) -> int:
        """Return the knowledge version of the snapshot, 0 before the first."""
        return self._snapshot.version if self._snapshot else 0

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return the statuses of articles that may be sent."""
        return self._statuses

    def find(self, question: str) -> Finding:
        """Find the answer to a normalised question in the snapshot."""
        assert self._snapshot is not None, "refresh() comes before the first question"
        return self._snapshot.index.find_normalised(question)

    def article(self, article_id: int) -> Article | None:
        """Return a published article."""
        return self._snapshot.by_id.get(article_id) if self._snapshot else None

    def first_of_measures(self, measures: Sequence[int]) -> tuple[Article, ...]:
        """Return the first article of each of the work plan's measures that has one."""
        assert self._snapshot is not None
        first: dict[int, Article] = {}
        for article in self._snapshot.by_id.values():
            if article.measure is not None:
                first.setdefault(article.measure, article)
        return tuple(first[measure] for measure in measures if measure in first)

    async def refresh(self, *, force: bool = False) -> bool:
        """Rebuild the snapshot if the database has moved, or in any case; return whether it was rebuilt."""
        async with self._rebuilding:
            now = self._clock.now()
            version = await self._database.read(articles.read_version)
            current = self._snapshot
            due = current is None or current.version != version or (current.changes or now) < now
            if not due and not force:
                return False
            self._snapshot = await self._load(now)
            return True

    async def _load(self, now: datetime) -> _Snapshot:
        started = asyncio.get_running_loop().time()

        def read(conn: Connection) -> tuple[int, list[StoredArticle], datetime | None]:
            version = articles.read_version(conn)
            published = articles.list_published(conn, statuses=self._statuses, now=now)
            return version, published, articles.next_validity_change(conn, now=now)

        version, published, changes = await self._database.read(read)
        found = [to_article(stored) for stored in published]
        # The first one is waited for; the others are built beside the citizens' messages, and leave them the time.
        breathe = _Rests() if self._snapshot else _go_on
        index = await asyncio.to_thread(
            build_index, found, thresholds=self._thresholds, cache=self._cache, breathe=breathe
        )
        seconds = asyncio.get_running_loop().time() - started
        self._measure(version, len(found), seconds)
        _LOG.info("knowledge", extra={"version": version, "articles": len(found), "seconds": round(seconds, 3)})
        return _Snapshot(version, index, {article.id: article for article in found}, changes)


def _go_on() -> None:
    """Take no rest."""


class _Rests:
    """Leaves the messages most of the time: a rest after each millisecond of work, longer than the work was."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def __call__(self) -> None:
        worked = time.perf_counter() - self._since
        if worked >= _WORK_SECONDS:
            time.sleep(_REST_SHARE * worked)
            self._since = time.perf_counter()


def build_index(
    found: Sequence[Article], *, thresholds: Thresholds, cache: int, breathe: Callable[[], None] = _go_on
) -> Index:
    """Build the index over articles with the starting synonyms and off-topic sentences."""
    synonyms, off_topic = read_synonyms(), read_off_topic()
    return Index.build(
        found, synonyms=synonyms, off_topic=off_topic, thresholds=thresholds, cache=cache, breathe=breathe
    )


def to_article(stored: StoredArticle) -> Article:
    """Return an article as citizens get it: its web links under the answer."""
    links = "".join(f'\n<a href="{link.url}">{link.text}</a>' for link in stored.links)
    return Article(
        id=stored.id,
        version=stored.version,
        ours=stored.ours,
        measure=stored.measure,
        title=stored.title,
        answer=stored.answer + links,
        samples=stored.samples,
    )
