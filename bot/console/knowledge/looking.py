"""What to know about a text before it is sent for approval: wording, what it lacks, and whom it resembles."""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.domain.articles import describe, faults, wording_remarks
from bot.knowledge.normalise import normalise
from store import article_list, wordings
from store.article_list import Titled
from store.articles import NewArticle, StoredArticle
from store.database import Connection

_ALIKE = 0.6  # of two titles' pairs of characters, from which a colleague should look at both
_MOST_TWINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """`blocks` keep it from being approved; the rest should be looked at."""

    blocks: Sequence[str]
    warnings: Sequence[str]
    taken: Mapping[str, Titled]  # questions that another article has already
    twins: Sequence[Titled]  # articles whose title is nearly the same

    @property
    def is_clean(self) -> bool:
        """Tell whether there is nothing to say."""
        return not (self.blocks or self.warnings or self.taken or self.twins)


def look_over(conn: Connection, article: StoredArticle | NewArticle) -> Looked:
    """Look a text over."""
    rules, titles = wordings.list_all(conn), article_list.list_titles(conn)
    questions = (article.title, *article.samples)
    return Looked(
        blocks=faults(article, rules),
        warnings=[describe(remark) for remark in wording_remarks(article, rules) if not remark.blocks],
        taken=article_list.find_same_questions(conn, questions, but=article.slug, titles=titles),
        twins=_find_twins(article, titles),
    )


def _find_twins(article: StoredArticle | NewArticle, titles: Sequence[Titled]) -> list[Titled]:
    """Return the articles with nearly the same title, the likest first."""
    own = _pairs(article.title)
    alike = [(_likeness(own, _pairs(one.title)), one) for one in titles if one.slug != article.slug]
    found = sorted((pair for pair in alike if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return [one for _, one in found[:_MOST_TWINS]]


@functools.lru_cache(4096)
def _pairs(title: str) -> Counter[str]:
    return Counter(left + right for left, right in pairwise(normalise(title)))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of pairs that two titles have in common (Dice), 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
