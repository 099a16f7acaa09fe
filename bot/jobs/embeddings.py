"""In the background: the published articles' texts get their vectors, a few at a time, by one replica at a time.

Until a text has its vector, only its words count. When the last is there, the knowledge version rises and every process
takes the vectors into its index.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic

from bot.clock import Clock
from bot.knowledge.embedders import Embedder
from bot.knowledge.library import to_article
from bot.knowledge.remote import Breaker, ModelFailed, ModelRefused
from bot.knowledge.semantic import pack, texts_of
from store import articles, embeddings, leases
from store.database import Connection, Database
from store.start import read_off_topic

_LEASE = "embeddings"
_LEASE_SECONDS = 60.0  # longer than any run
_RUN_SECONDS = 2.0  # then the lease is free, and a service that is to stop can
_LOOK_AGAIN = timedelta(minutes=10)  # an article may become valid without a new version
_DELETED_AT_ONCE = 500

_LOG = logging.getLogger("wenming.embeddings")


class ArticleVectors:
    """Makes the vectors that are missing and deletes those that nothing uses."""

    seconds_between = 1.0

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        embedder: Embedder,
        statuses: Sequence[str],
        breaker: Breaker | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._embedder = embedder
        self._statuses = statuses
        self._owner = secrets.token_hex(8)
        self._breaker = breaker or Breaker("article vectors")
        self._at_once = embedder.at_once
        self._refused: set[bytes] = set()  # texts that the provider won't take; tried again after a restart
        self._complete: tuple[int, datetime] | None = None  # which knowledge version was seen with all vectors, when
        self._told: str | None = None

    async def run_once(self) -> int:
        """Make vectors for about two seconds and return how many; none while another replica is at it."""
        version = await self._database.read(articles.read_version)
        if self._is_complete(version) or self._breaker.is_open() or not self._can_work():
            return 0
        held = await self._database.write(leases.take_lease, _LEASE, owner=self._owner, seconds=_LEASE_SECONDS)
        if held is None:
            return 0
        try:
            return await self._work(version)
        finally:
            await self._database.write(leases.release_lease, held)

    def _is_complete(self, version: int) -> bool:
        if self._complete is None:
            return False
        seen_version, when = self._complete
        return seen_version == version and abs(self._clock.now() - when) < _LOOK_AGAIN

    def _can_work(self) -> bool:
        reason = self._embedder.reason_against()
        if reason is not None and reason != self._told:
            _LOG.warning("no vectors, words alone count", extra={"reason": reason})
        self._told = reason
        return reason is None

    async def _work(self, version: int) -> int:
        published = await self._database.read(articles.list_published, statuses=self._statuses, now=self._clock.now())
        found = [to_article(stored) for stored in published]
        wanted = await asyncio.to_thread(texts_of, found, read_off_topic())
        there = await self._database.read(embeddings.measure_many, wanted, model=self._embedder.model)
        missing = {key: text for key, text in wanted.items() if key not in there and key not in self._refused}
        made, left = await self._make(missing, lengths=set(there.values()))
        if made:
            _LOG.info("vectors", extra={"made": made, "left": left, "model": self._embedder.model})
        if not left:
            await self._clean_up(wanted)
            self._at_once = self._embedder.at_once
            self._complete = (version, self._clock.now())
        return made

    async def _make(self, missing: Mapping[bytes, str], *, lengths: set[int]) -> tuple[int, int]:
        """Return how many were made and how many are left for the next run."""
        until = monotonic() + _RUN_SECONDS
        rest, made, left = iter(missing.items()), 0, len(missing)
        while left and monotonic() < until:
            piece = dict(islice(rest, self._at_once))
            try:
                vectors = await self._embed(piece)
            except ModelFailed as failure:
                self._breaker.fail()
                _LOG.warning("vectors failed", extra={"reason": str(failure)})
                return made, left
            if vectors is None:  # the piece was refused; its texts are tried one by one in the next run
                return made, left
            left -= len(piece)
            made += len(vectors)
            await self._database.write(self._put, vectors, lengths=lengths, last=not left)
        return made, left

    async def _embed(self, piece: Mapping[bytes, str]) -> dict[bytes, bytes] | None:
        try:
            vectors = await self._embedder.embed(list(piece.values()))
        except ModelRefused as refusal:
            if len(piece) > 1:
                self._at_once = 1
                return None
            _LOG.warning("a text has no vector", extra={"reason": str(refusal)})
            self._refused.update(piece)
            return {}
        self._breaker.succeed()
        return dict(zip(piece, map(pack, vectors), strict=True))

    def _put(self, conn: Connection, vectors: Mapping[bytes, bytes], *, lengths: set[int], last: bool) -> None:
        length = next((len(vector) for vector in vectors.values()), 0)
        if length and lengths - {length}:  # the provider gives another kind of vector now: the old ones are no use
            embeddings.delete_of_other_length(conn, length, model=self._embedder.model)
            lengths.clear()
        embeddings.put_many(conn, vectors, model=self._embedder.model)
        if last:
            embeddings.announce(conn)

    async def _clean_up(self, wanted: Mapping[bytes, str]) -> None:
        unused = await self._database.read(embeddings.list_unused, wanted.keys(), model=self._embedder.model)
        for start in range(0, len(unused), _DELETED_AT_ONCE):
            await self._database.write(embeddings.delete_many, unused[start : start + _DELETED_AT_ONCE])
