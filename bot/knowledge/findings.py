"""What goes into the index and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Finding:
    """At most three hits on different articles, best first; there may be some even where the outcome is UNKNOWN."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    question: str
    reason: Callable[[], str] = field(compare=False, repr=False)

    @property
    def why(self) -> str:
        """Return what led to the outcome, for people who keep the knowledge; put into words only when asked for."""
        return self.reason()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on an article is sent at once, and from which it is offered."""

    answer: float = 0.65
    suggest: float = 0.3

    def outcome(self, confidence: float) -> Outcome:
        if confidence >= self.answer:
            return Outcome.ANSWER
        return Outcome.SUGGEST if confidence >= self.suggest else Outcome.UNKNOWN
