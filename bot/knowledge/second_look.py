"""What is done where a question's words alone leave its answer open: compare meanings, then have a model choose.

Both helpers are optional, work before the message's transaction, and only ever replace one finding by another over the
same approved articles. If they are off, late or broken, what the words found stands.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Final, Protocol

from bot.knowledge.asking import QuestionVectors
from bot.knowledge.chooser import CHOICES, Chooser
from bot.knowledge.findings import Article, Finding, Hit, Outcome
from bot.knowledge.semantic import Vector

_SURE: Final = 0.9  # from this confidence on meanings change nothing: about half of all questions
_SHORTEST: Final = 5  # characters; "what now", "how much" and "when" are like something in any town


class Finder(Protocol):
    """An index. Questions are normalised; a vector is ignored where the index has none to compare it with."""

    @property
    def has_meanings(self) -> bool:
        """Tell whether vectors make a difference."""

    def find_normalised(self, question: str, vector: Vector | None = None) -> Finding:
        """Return the articles nearest to the question's words, and to its vector."""

    def nearest(self, question: str, vector: Vector | None = None, *, count: int) -> Sequence[Article]:
        """Return so many articles that fit at all, best first."""


class SecondLook:
    """Looks again with whatever helpers there are."""

    def __init__(self, vectors: QuestionVectors | None = None, chooser: Chooser | None = None) -> None:
        self._vectors = vectors
        self._chooser = chooser

    async def look(self, index: Finder, finding: Finding, *, said: str, seconds: float) -> Finding:
        """Return the finding, or a better one for what the citizen `said`, within `seconds`.

        What leaves this machine is made from `said`, since normalising hides what makes an address an address.
        """
        started, words = monotonic(), finding.question
        vector = await self.vector(index, finding, said=said, seconds=seconds)
        if vector is not None:
            finding = await asyncio.to_thread(index.find_normalised, words, vector)
        if self._chooser is None or finding.outcome is not Outcome.SUGGEST:
            return finding
        candidates = await asyncio.to_thread(index.nearest, words, vector, count=CHOICES)
        titles = [article.title for article in candidates]
        place = await self._chooser.choose(said, titles, seconds=seconds - (monotonic() - started))
        return finding if place is None else _chosen(finding, candidates[place])

    async def vector(self, index: Finder, finding: Finding, *, said: str, seconds: float) -> Vector | None:
        """Return the vector of what was said if the finding needs it and it comes in time."""
        if self._vectors is None or not index.has_meanings:
            return None
        if len(finding.question) < _SHORTEST or _is_sure(finding):
            return None
        return await self._vectors.find(said, seconds=seconds)


def _is_sure(finding: Finding) -> bool:
    return bool(finding.hits) and finding.best.confidence >= _SURE


def _chosen(finding: Finding, article: Article) -> Finding:
    best = finding.best
    others = tuple(hit for hit in finding.hits if hit.article.id != article.id)
    hits = (Hit(article, best.confidence, best.score), *others)[: len(finding.hits)]
    return replace(finding, outcome=Outcome.ANSWER, hits=hits, reason=lambda: f"chosen by a model; {finding.why}")
