"""The chance that the best article is the right one, from three marks of how it was found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.postings import Scores

_ROUNDS: Final = 12
_TRUST_IN_USUAL: Final = 4.0  # how much evidence it takes to move away from the usual coefficients
_USUAL: Final = (-5.5, 2.5, 3.5, 1.2)  # about what the starting articles give

_Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Marks:
    """Three marks of a result, each from 0 (bad) up."""

    strength: float  # logarithm of the best article's score per weight asked
    lead: float  # the best article's distance to the next one on another topic, as a part of its score
    evidence: float  # logarithm of the weight that the best article covers

    @classmethod
    def of(cls, scores: Scores, place: int) -> Self:
        """Return the marks of the best article, which stands at `place`."""
        best = scores.fit.item(place)
        if best <= 0:
            return cls(0.0, 0.0, 0.0)
        rivals = scores.fit[scores.topics != scores.topics.item(place)]
        # Without a rival there is no lead, and that a single character is in one article only is mere chance.
        lead = 1 - rivals.max().item() / best if len(rivals) and scores.tokens > 1 else 0.0
        return cls(math.log1p(best / scores.asked), lead, math.log1p(scores.known.item(place)))


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic model of the marks."""

    base: float
    strength: float
    lead: float
    evidence: float

    def chance(self, seen: Marks) -> float:
        if not seen.strength:
            return 0.0
        odds = self.base + self.strength * seen.strength + self.lead * seen.lead + self.evidence * seen.evidence
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))

    @classmethod
    def fitted(cls, trials: Sequence["Trial"]) -> Self:
        """Fit by iteratively reweighted least squares; few trials stay near the usual coefficients."""
        marks = np.array(
            [(1.0, seen.strength, seen.lead, seen.evidence) for seen in (trial.seen for trial in trials)]
        ).reshape(-1, len(_USUAL))
        right = np.array([trial.right for trial in trials], np.float64)
        weights = np.array([trial.weight for trial in trials], np.float64)
        coefficients = np.array(_USUAL)
        for _ in range(_ROUNDS):
            coefficients = coefficients + _step(marks, right, weights, coefficients)
        return cls(*map(float, coefficients))


@dataclass(frozen=True, slots=True)
class Trial:
    """One question whose right article was known, and whether it was found."""

    seen: Marks
    right: bool
    weight: float


def _step(marks: _Matrix, right: _Matrix, weights: _Matrix, coefficients: _Matrix) -> _Matrix:
    odds = np.clip((marks * coefficients).sum(axis=1), -30, 30)
    chances = 1 / (1 + np.exp(-odds))
    slope = (marks * (weights * (right - chances))[:, None]).sum(axis=0) + _TRUST_IN_USUAL * (_USUAL - coefficients)
    curve = np.einsum("ij,i,ik->jk", marks, weights * chances * (1 - chances), marks)
    return np.linalg.solve(curve + _TRUST_IN_USUAL * np.eye(len(coefficients)), slope)
