"""Which text of the knowledge base holds which token, and how well a question fits every article."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.question import Question

_BODY_SHARE: Final = 1.2
_WHOLE_SHARE: Final = 0.4
_LIKE: Final = 0.4  # of the sample's weight: then a prompt is but another wording of it

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
_Row: TypeAlias = tuple[Places, Numbers, float]  # a token's texts, what it counts in each, its weight


@dataclass(frozen=True, slots=True)
class Scores:
    """How well a question fits each article; all of it in the same unit, the summed weight of tokens."""

    fit: Numbers
    known: Numbers  # the part of the question that the article's words cover
    asked: float  # the whole question
    tokens: int  # how many different ones of the question the knowledge base has
    topics: Places  # by article

    def ranking(self, count: int) -> list[int]:
        """Return the places of the best articles, best first."""
        fit = self.fit.copy()
        places = []
        for _ in range(min(count, len(fit))):
            places.append(fit.argmax().item())
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
    weights: Numbers  # by token
    weights_if_fewer: Numbers  # by token, were it in one article less
    rarest: float  # the rarity of a token that no article has
    prompt_starts: Places  # by article
    owners: Places  # the article of each text
    topics: Places  # by article, alike for those on the same measure
    prompts: int
    articles: int
    rows: dict[int, _Row] = field(default_factory=dict, init=False)  # by token asked for so far

    def score(self, question: Question) -> Scores:
        """An article's fit is that of its best prompt, plus its body's, plus a little for all that it covers."""
        tokens, shares = question.tokens, question.shares
        if not tokens:
            return self._scores(question, 0.0, np.zeros(0, np.intp), np.zeros(0))
        rows = self.rows
        found = [rows.get(token) or self._row(token) for token in tokens]
        texts = np.concatenate([row[0] for row in found])
        values = np.concatenate([row[1] for row in found])
        if question.as_written:
            weight = sum([row[2] for row in found])
        else:
            weight = sum([row[2] * share for row, share in zip(found, shares, strict=True)])
            values *= np.repeat(shares, [len(row[0]) for row in found])
        return self._scores(question, weight, texts, values)

    def _row(self, token: int) -> _Row:
        """Return the postings of a token, found once and kept: slicing arrays would be most of a search's time."""
        first = int(self.firsts[token])
        span = slice(first, first + int(self.counts[token]))
        weight = float(self.weights[token])
        values: Numbers = np.multiply(self.impacts[span], weight, dtype=np.float64)
        row = self.rows[token] = (self.texts[span].astype(np.intp), values, weight)
        return row

    def score_without(self, question: Question, prompt: int) -> Scores:
        """Score as if the title or sample with this number, and what its article has much like it, were not there."""
        tokens, shares = np.array(question.tokens, np.intp), np.array(question.shares)
        places, counts = self._places(tokens)
        rows = np.arange(len(counts)).repeat(counts)
        texts = self.texts[places].astype(np.intp)
        weights = self.weights[tokens] * shares
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
        weights = np.where(lost, self.weights_if_fewer[tokens], self.weights[tokens])
        weights *= shares
        hidden |= (texts == whole) & lost[rows]
        return self._scores(
            question, float(weights.sum()), texts, np.where(hidden, 0.0, weights[rows] * self.impacts[places])
        )

    def _places(self, tokens: Places) -> tuple[Places, Places]:
        """Return where the postings of tokens stand, token after token, and how many each has."""
        counts = self.counts[tokens]
        ends = counts.cumsum()
        offsets = self.firsts[tokens] + counts - ends
        return np.arange(int(ends[-1]) if len(ends) else 0) + offsets.repeat(counts), counts

    def _scores(self, question: Question, weight: float, texts: Places, values: Numbers) -> Scores:
        size = self.prompts + 2 * self.articles
        totals = np.bincount(texts, values, minlength=size).astype(np.float64, copy=False)
        whole = totals[-self.articles :]
        fit = np.maximum.reduceat(totals[: self.prompts], self.prompt_starts)
        fit += _BODY_SHARE * totals[self.prompts : -self.articles]
        fit += _WHOLE_SHARE * whole
        return Scores(fit, whole, weight + question.strange * self.rarest, len(question.tokens), self.topics)
