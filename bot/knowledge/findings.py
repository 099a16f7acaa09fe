"""What goes into the index and what comes out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Article:
    """An approved answer with the questions that people ask for it; where not `ours`, it names the right door."""

    id: int
    version: int
    ours: bool
    measure: int | None
    title: str
    answer: str
    samples: tuple[str, ...]
    subject: str = ""  # what it is about, for questions that leave it out


@dataclass(frozen=True, slots=True)
class Hit:
    """`confidence` is the chance that this is what was asked; `score` only compares hits of one question."""

    article: Article
    confidence: float
    score: float


class Outcome(StrEnum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    UNKNOWN = "unknown"


SURENESS = (Outcome.UNKNOWN, Outcome.SUGGEST, Outcome.ANSWER)


@dataclass(frozen=True, slots=True)
class Finding:
    """At most three hits on different articles, best first; there may be some even where the outcome is UNKNOWN."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    question: str
    reason: Callable[[], str] = field(compare=False, repr=False)

    @property
    def best(self) -> Hit:
        """Return the best hit; there must be one."""
        return self.hits[0]

    @property
    def why(self) -> str:
        """Return what led to the outcome, for people who keep the knowledge; put into words only when asked for."""
        return self.reason()

    def corrected(self, moved: Mapping[int, Article | None]) -> Self:
        """Put articles as they stand now in the place of older ones; without its best hit it is only a suggestion."""
        if not any(hit.article.id in moved for hit in self.hits):
            return self
        articles = [moved.get(hit.article.id, hit.article) for hit in self.hits]
        now = zip(self.hits, articles, strict=True)
        hits = tuple(replace(hit, article=article) for hit, article in now if article is not None)
        outcome = self.outcome
        if not hits:
            outcome = Outcome.UNKNOWN
        elif hits[0].article.id != self.hits[0].article.id:
            outcome = min(outcome, Outcome.SUGGEST, key=SURENESS.index)
        return replace(self, outcome=outcome, hits=hits)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on an article is sent at once, and from which it is offered.

    One that names another office's door is sent from `redirect` on: a wrong door costs less than a wrong answer.
    """

    answer: float = 0.7
    suggest: float = 0.35
    redirect: float = 0.45

    def outcome(self, confidence: float, *, ours: bool = True) -> Outcome:
        if confidence >= (self.answer if ours else min(self.redirect, self.answer)):
            return Outcome.ANSWER
        return Outcome.SUGGEST if confidence >= self.suggest else Outcome.UNKNOWN
