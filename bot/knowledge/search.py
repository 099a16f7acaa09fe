"""One question's way through the index: the exact words first, then the best score and how far it can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.knowledge.confidence import Confidence, Marks
from bot.knowledge.findings import SURENESS, Article, Finding, Hit, Outcome, Thresholds
from bot.knowledge.postings import Postings, Scores
from bot.knowledge.question import Reader
from bot.knowledge.semantic import Meanings, Vector, fuse

_HITS: Final = 3
_FEWEST_TOKENS: Final = 2  # that a question answered at once shares with the articles
_WORDS_TOKENS: Final = 6  # of a word of three characters: each, their pairs, a group of synonyms
_NEARLY: Final = 0.85  # of the best article's fit


@dataclass(frozen=True, slots=True)
class Search:
    """All that a question needs; `exact` leads from normalised titles and samples to places in `articles`."""

    articles: tuple[Article, ...]
    exact: dict[str, int]
    reader: Reader
    postings: Postings
    confidence: Confidence
    thresholds: Thresholds
    meanings: Meanings | None = None
    confidence_with_meanings: Confidence | None = None

    def find(self, question: str, vector: Vector | None = None) -> Finding:
        """`question` is normalised; `vector` is what it means, where that is known."""
        if question in self.exact:
            article = self.articles[self.exact[question]]
            return Finding(Outcome.ANSWER, (Hit(article, 1.0, 1.0),), question, lambda: "exact: a title or sample")
        if not question:
            return Finding(Outcome.UNKNOWN, (), question, lambda: "nothing to search")
        scores, confidence = self._score(question, vector)
        ranking = scores.ranking(_HITS)
        seen = Marks.of(scores, ranking[0])
        if not seen.strength:
            return Finding(Outcome.UNKNOWN, (), question, lambda: "no word of it is in any article")
        chance = confidence.chance(seen)
        fits = [scores.fit.item(number) / scores.asked for number in ranking]
        outcome = self.thresholds.outcome(chance, ours=self.articles[ranking[0]].ours)
        is_vague = _is_vague(scores, ranking)
        if is_vague:
            outcome = min(outcome, Outcome.SUGGEST, key=SURENESS.index)
        hits = self._hits(ranking, fits, chance)
        return Finding(outcome, hits, question, partial(self._why, seen, chance, is_vague=is_vague))

    def nearest(self, question: str, vector: Vector | None, count: int) -> tuple[Article, ...]:
        """Return so many articles that fit at all, best first."""
        scores, _ = self._score(question, vector)
        return tuple(self.articles[place] for place in scores.ranking(count) if scores.fit.item(place) > 0)

    def _score(self, question: str, vector: Vector | None) -> tuple[Scores, Confidence]:
        scores = self.postings.score(self.reader.read(question))
        with_meanings = self.confidence_with_meanings
        if vector is None or self.meanings is None or with_meanings is None or not self.meanings.suits(vector):
            return scores, self.confidence
        return fuse(scores, self.meanings.likeness(vector)), with_meanings

    def measures(self, question: str, count: int, vector: Vector | None = None) -> tuple[int, ...]:
        """Return the best different measures of the work plan, best first; `question` is normalised."""
        scores, _ = self._score(question, vector)
        places = [self.exact[question]] if question in self.exact else []
        places += [place for place in scores.ranking(len(self.articles)) if scores.fit.item(place) > 0]
        measures = dict.fromkeys(self.articles[place].measure for place in places)
        return tuple(measure for measure in measures if measure is not None)[:count]

    def _hits(self, ranking: Sequence[int], fits: Sequence[float], chance: float) -> tuple[Hit, ...]:
        # The runners-up share what the best one leaves, and none is surer than the best.
        rest = min(chance, 1 - chance) / fits[0]
        confidences = [chance, *(rest * fit for fit in fits[1:])]
        return tuple(
            Hit(self.articles[number], confidence, fit)
            for number, confidence, fit in zip(ranking, confidences, fits, strict=True)
            if fit > 0
        )

    def _why(self, seen: Marks, chance: float, *, is_vague: bool) -> str:
        limits = (
            f"answer from {self.thresholds.answer:.2f}, another door from {self.thresholds.redirect:.2f}, "
            f"suggest from {self.thresholds.suggest:.2f}"
        )
        return (
            f"{'a bare word that several articles have, ' if is_vague else ''}confidence {chance:.2f} ({limits}): "
            f"strength {seen.strength:.2f}, lead {seen.lead:.2f}, evidence {seen.evidence:.2f}"
        )


def _is_vague(scores: Scores, ranking: Sequence[int]) -> bool:
    """Tell whether only a subject is named, which several articles have: one of them is as good as the next.

    The confidence can't say so: it is fitted on whole questions, of which two articles on one topic both know enough.
    """
    if scores.tokens < _FEWEST_TOKENS:
        return True  # that a single character is in few articles is mere chance
    best, *others = (scores.fit.item(place) for place in ranking[:2])
    return scores.tokens <= _WORDS_TOKENS and any(other >= _NEARLY * best for other in others)
