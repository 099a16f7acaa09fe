"""The published articles in memory: an immutable snapshot, rebuilt off-request when the database's version moves."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.clock import Clock
from bot.knowledge.building import Plan, build, build_beside
from bot.knowledge.findings import Article, Finding, Thresholds
from bot.knowledge.index import Index
from bot.knowledge.second_look import SecondLook
from bot.knowledge.semantic import texts_of
from bot.settings import Settings
from store import articles, embeddings, synonyms
from store.articles import APPROVED, SAMPLE, StoredArticle
from store.database import Connection, Database
from store.start import read_off_topic

_LOG = logging.getLogger("wenming.knowledge")


@dataclass(frozen=True, slots=True)
class SelfTested:
    """`share` is that of the samples which find their own subject while they are hidden themselves."""

    articles: int
    samples: int
    share: float


@dataclass(frozen=True, slots=True)
class _Rows:
    """What a snapshot is made from, as it stood at one moment."""

    version: int
    articles: Sequence[StoredArticle]
    synonyms: Sequence[Sequence[str]]
    changes: datetime | None


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: int
    index: Index
    by_id: dict[int, Article]
    changes: datetime | None  # when an article's validity begins or ends next
    moved: dict[int, Article | None] = field(default_factory=dict)  # as they stand now; None: not to be sent any more
    related: dict[int, tuple[Article, ...]] = field(default_factory=dict)  # by article, as far as asked for

    def of_same_measure(self, article: Article) -> tuple[Article, ...]:
        """Return the other articles on a measure of the work plan, those of the same subject first."""
        if article.measure is None:
            return ()
        same = [one for one in self.by_id.values() if one.measure == article.measure and one.id != article.id]
        return tuple(sorted(same, key=lambda one: one.subject != article.subject))


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
        model: str = "",
        second_look: SecondLook | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._thresholds = thresholds
        self._statuses = (APPROVED, SAMPLE) if samples_too else (APPROVED,)
        self._cache = cache
        self._measure = measure  # (version, articles, seconds it took) after each rebuild
        self._model = model  # whose vectors are compared, "" for none
        self._second_look = second_look
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
        finding = self._snapshot.index.find_normalised(question)
        return finding.corrected(self._snapshot.moved) if self._snapshot.moved else finding

    async def look_again(self, finding: Finding, *, said: str, seconds: float) -> Finding:
        """Return what the optional models make of a finding in so many seconds; without them, the same."""
        assert self._snapshot is not None
        if self._second_look is None:
            return finding
        snapshot = self._snapshot
        better = await self._second_look.look(snapshot.index, finding, said=said, seconds=seconds)
        return better.corrected(snapshot.moved) if snapshot.moved else better

    def article(self, article_id: int) -> Article | None:
        """Return a published article."""
        if self._snapshot is None:
            return None
        return self._snapshot.moved.get(article_id, self._snapshot.by_id.get(article_id))

    def nearest(self, question: str, *, count: int) -> tuple[Article, ...]:
        """Return so many published articles that fit a normalised question at all, best first."""
        assert self._snapshot is not None
        snapshot = self._snapshot
        found = (snapshot.moved.get(one.id, one) for one in snapshot.index.nearest(question, count=count))
        return tuple(article for article in found if article is not None)

    def self_test(self) -> SelfTested:
        """Return how well the snapshot finds its own sample questions."""
        assert self._snapshot is not None
        articles = self._snapshot.by_id.values()
        samples = sum(len(article.samples) for article in articles)
        return SelfTested(len(articles), samples, self._snapshot.index.self_test)

    def first_of_measures(self, measures: Sequence[int]) -> tuple[Article, ...]:
        """Return the first article of each of the work plan's measures that has one."""
        assert self._snapshot is not None
        first: dict[int, Article] = {}
        for article in self._snapshot.by_id.values():
            if article.measure is not None:
                first.setdefault(article.measure, article)
        return tuple(first[measure] for measure in measures if measure in first)

    def related(self, article: Article, *, count: int = 2) -> tuple[Article, ...]:
        """Return articles on the same measure of the work plan, those of the same subject first."""
        snapshot = self._snapshot
        assert snapshot is not None
        related = snapshot.related.get(article.id)
        if related is None:
            related = snapshot.related[article.id] = snapshot.of_same_measure(article)
        if snapshot.moved:
            related = tuple(one for one in related if snapshot.moved.get(one.id, one) is not None)
        return related[:count]

    async def reread(self, article_id: int) -> None:
        """Take an article as it stands now, or out of the answers, until the next rebuild does so."""
        assert self._snapshot is not None
        snapshot, now = self._snapshot, self._clock.now()
        stored = await self._database.read(articles.find_published, article_id, statuses=self._statuses, now=now)
        snapshot.moved[article_id] = None if stored is None else to_article(stored)

    async def refresh(self) -> bool:
        """Rebuild the snapshot if the database has moved; return whether it was rebuilt."""
        async with self._rebuilding:
            now = self._clock.now()
            version = await self._database.read(articles.read_version)
            current = self._snapshot
            due = current is None or current.version != version or (current.changes or now) < now
            if not due:
                return False
            self._snapshot = await self._load(now)
            return True

    async def _load(self, now: datetime) -> _Snapshot:
        started = asyncio.get_running_loop().time()

        def read(conn: Connection) -> _Rows:
            return _Rows(
                articles.read_version(conn),
                articles.list_published(conn, statuses=self._statuses, now=now),
                synonyms.list_groups(conn),
                articles.next_validity_change(conn, now=now),
            )

        rows = await self._database.read(read)
        found = [to_article(stored) for stored in rows.articles]
        off_topic = read_off_topic()
        vectors: dict[bytes, bytes] = {}
        if self._model:
            texts = await asyncio.to_thread(texts_of, found, off_topic)
            vectors = await self._database.read(embeddings.get_many, texts, model=self._model)
        plan = Plan(
            articles=found,
            synonyms=rows.synonyms,
            off_topic=off_topic,
            vectors=vectors,
            thresholds=self._thresholds,
            cache=self._cache,
        )
        # The first one is waited for; the others must leave the messages their time.
        index = await (build_beside(plan) if self._snapshot else asyncio.to_thread(build, plan))
        seconds = asyncio.get_running_loop().time() - started
        self._measure(rows.version, len(found), seconds)
        _LOG.info("knowledge", extra={"version": rows.version, "articles": len(found), "seconds": round(seconds, 3)})
        return _Snapshot(rows.version, index, {article.id: article for article in found}, rows.changes)


def read_thresholds(settings: Settings) -> Thresholds:
    """Return how sure an answer must be."""
    return Thresholds(
        answer=settings.answer_confidence, suggest=settings.suggest_confidence, redirect=settings.redirect_confidence
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
        subject=stored.subject,
    )
