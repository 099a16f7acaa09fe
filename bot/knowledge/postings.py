"""Which text of the knowledge base holds which token, and how well a question fits every article."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.question import Question

_BODY_SHARE: Final = 1.2
_WHOLE_SHARE: Final = 0.4
_LIKE: Final = 0.4  # of the sample's weight: then a prompt is but another wording of it

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a question fits each article; all of it in the same unit, the summed weight of tokens."""

    fit: Numbers
    known: Numbers  # the part of the question that the article's words cover
    asked: float  # the whole question
    tokens: int  # how many different ones of the question the knowledge base has

    def ranking(self, count: int) -> list[int]:
        """Return the places of the best articles, best first."""
        fit = self.fit.copy()
        places = []
        for _ in range(min(count, len(fit))):
            places.append(int(fit.argmax()))
            fit[places[-1]] = -1.0
        return places


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Three kinds of texts are numbered in a row: titles and samples ("prompts"), then bodies, then whole articles.

    The postings of a token stand together, `counts` many from `firsts` on: each a text and what the token counts there.
    """

    firsts: Places
    counts: Places
    texts: NDArray[np.int32]
    impacts: NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]  # by token: its first posting and the end of them
    worths: Numbers  # impacts times the weight of their token
    weights: Numbers  # by token
    weights_if_fewer: Numbers  # by token, were it in one article less
    rarest: float  # the rarity of a token that no article has
    prompt_starts: Places  # by article
    owners: Places  # the article of each text
    prompts: int
    articles: int

    def score(self, question: Question) -> Scores:
        """An article's fit is that of its best prompt, plus its body's, plus a little for all that it covers."""
        if not len(question.tokens):
            return self._scores(question, self.weights[:0], self.texts[:0], self.worths[:0])
        spans = [self.spans[token] for token in question.tokens.tolist()]
        texts = np.concatenate([self.texts[first:end] for first, end in spans])
        values = np.concatenate([self.worths[first:end] for first, end in spans])
        weights = self.weights[question.tokens]
        if not question.as_written:
            weights = weights * question.shares
            values = values * question.shares.repeat(self.counts[question.tokens])
        return self._scores(question, weights, texts, values)

    def score_without(self, question: Question, prompt: int) -> Scores:
        """Score as if the title or sample with this number, and what its article has much like it, were not there."""
        places, counts = self._places(question)
        rows = np.arange(len(counts)).repeat(counts)
        texts = self.texts[places]
        weights = self.weights[question.tokens] * question.shares
        values = weights[rows] * self.impacts[places]
        # Hide the prompt and those like it from its article …
        article = self.owners[prompt]
        whole = self.prompts + self.articles + article
        own = (self.owners[texts] == article) & (texts != whole)
        like = np.bincount(texts[own], values[own], minlength=self.prompts + self.articles) > _LIKE * weights.sum()
        like[prompt] = True
        like[self.prompts :] = False
        hidden = own & like[np.where(own, texts, 0)]
        # … and make the tokens that nothing else of the article has rarer, and unknown to the article as a whole.
        holders, hiding = (np.bincount(rows[some], minlength=len(counts)) for some in (own, hidden))
        lost = (holders > 0) & (holders == hiding)
        weights = np.where(lost, self.weights_if_fewer[question.tokens], self.weights[question.tokens])
        weights *= question.shares
        hidden |= (texts == whole) & lost[rows]
        return self._scores(question, weights, texts, np.where(hidden, 0.0, weights[rows] * self.impacts[places]))

    def _places(self, question: Question) -> tuple[Places, Places]:
        """Return where the postings of the question's tokens stand, token after token, and how many each has."""
        counts = self.counts[question.tokens]
        ends = counts.cumsum()
        offsets = self.firsts[question.tokens] + counts - ends
        return np.arange(int(ends[-1]) if len(ends) else 0) + offsets.repeat(counts), counts

    def _scores(self, question: Question, weights: Numbers, texts: NDArray[np.int32], values: Numbers) -> Scores:
        size = self.prompts + 2 * self.articles
        totals = np.bincount(texts, values, minlength=size).astype(np.float64, copy=False)
        whole = totals[-self.articles :]
        fit = np.maximum.reduceat(totals[: self.prompts], self.prompt_starts)
        fit += _BODY_SHARE * totals[self.prompts : -self.articles]
        fit += _WHOLE_SHARE * whole
        return Scores(fit, whole, float(weights.sum()) + question.strange * self.rarest, len(question.tokens))
