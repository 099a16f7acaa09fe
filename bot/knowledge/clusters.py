"""Questions without an answer, grouped by likeness, so that the office sees twenty askings as one gap.

Leaders: the most asked questions come first, each opens a group unless it is like one that opened one before; then each
question goes to the leader that it is most like. Likeness is the cosine of characters and of pairs of them (a Latin
word or a number counts as one), each weighed by how rare it is here. The result depends on nothing but the questions.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.normalise import normalise
from bot.knowledge.tokens import pieces
from store.unanswered import OpenQuestion

_ALIKE: Final = 0.36  # of a cosine; found on the starting samples: three pairs of four belong together
_SAME_NEAREST: Final = 0.08  # what it adds that the engine thought of the same article
_PAIR: Final = 1.0
_PIECE: Final = 0.8  # tells less than a pair, but holds together what was worded differently
_OTHERS: Final = 100  # imagined questions: without them what all of a few speak of would count for nothing
_LONGEST: Final = 60  # characters compared

_Numbers = NDArray[np.float64]
_Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions alike. `name` is c and the number of the oldest row: it stays while that row is open."""

    name: str
    ids: tuple[int, ...]
    example: str  # the wording asked most often, of those the shortest
    wordings: tuple[str, ...]  # all different ones, the most frequent first
    nearest_article_id: int | None
    first: datetime
    last: datetime

    @property
    def count(self) -> int:
        """Return how many times it was asked."""
        return len(self.ids)


def cluster(questions: Sequence[OpenQuestion]) -> list[Cluster]:
    """Return the groups, the largest first, of equal ones the one asked last."""
    groups: dict[str, list[OpenQuestion]] = {}
    for question in sorted(questions, key=lambda one: one.id):
        groups.setdefault(normalise(question.question)[:_LONGEST], []).append(question)
    texts = sorted(groups, key=lambda text: (-len(groups[text]), len(text), text))
    members: dict[int, list[OpenQuestion]] = {}
    nearest = [_nearest(groups[text]) for text in texts]
    for text, leader in zip(texts, _leaders(texts, nearest), strict=True):
        members.setdefault(leader, []).extend(groups[text])
    found = [_describe(sorted(rows, key=lambda one: one.id)) for rows in members.values()]
    return sorted(found, key=lambda one: (-one.count, -one.last.timestamp(), one.ids))


def _describe(rows: Sequence[OpenQuestion]) -> Cluster:
    wordings = Counter(" ".join(row.question.split()) for row in rows)
    ranked = sorted(wordings, key=lambda words: (-wordings[words], len(words), words))
    return Cluster(
        name=f"c{rows[0].id}",
        ids=tuple(row.id for row in rows),
        example=ranked[0],
        wordings=tuple(ranked),
        nearest_article_id=_nearest(rows),
        first=min(row.asked for row in rows),
        last=max(row.asked for row in rows),
    )


def _nearest(rows: Sequence[OpenQuestion]) -> int | None:
    """Return the article that the engine thought of most often."""
    counted = Counter(row.nearest_article_id for row in rows if row.nearest_article_id is not None)
    return min(counted, key=lambda article: (-counted[article], article), default=None)


def _leaders(texts: Sequence[str], nearest: Sequence[int | None]) -> list[int]:
    """Return the leader of each text, by its place."""
    likeness = _Likeness(texts, nearest)
    is_leader = np.zeros(len(texts), np.bool_)
    for place in range(len(texts)):
        alike = likeness.of(place)
        is_leader[place] = not (alike[is_leader] >= _ALIKE).any()
    leaders = np.flatnonzero(is_leader)
    return [
        place if is_leader[place] else int(leaders[likeness.of(place)[leaders].argmax()]) for place in range(len(texts))
    ]


class _Likeness:
    """The cosine between one text and all, and a little for those that the engine takes for the same."""

    def __init__(self, texts: Sequence[str], nearest: Sequence[int | None]) -> None:
        self._count = len(texts)
        self._nearest = np.array([-1 if article is None else article for article in nearest])
        counted = [_features(text) for text in texts]
        held = Counter(feature for features in counted for feature in features)
        rarity = {feature: np.log1p((len(texts) + _OTHERS) / number) for feature, number in held.items()}
        self._weights = [_weigh(features, rarity) for features in counted]
        self._postings = _postings(self._weights)

    def of(self, place: int) -> _Numbers:
        """Return how like each text is to this one."""
        own = self._weights[place]
        if not own:
            return np.zeros(self._count)
        held = [self._postings[feature] for feature in own]
        texts = np.concatenate([texts for texts, _ in held])
        values = np.concatenate([values * weight for (_, values), weight in zip(held, own.values(), strict=True)])
        cosine = np.bincount(texts, values, minlength=self._count).astype(np.float64, copy=False)
        if (nearest := self._nearest[place]) >= 0:
            cosine[self._nearest == nearest] += _SAME_NEAREST
        return cosine


def _features(text: str) -> dict[str, float]:
    parts = pieces(text)
    pairs = (f"{left} {right}" for left, right in pairwise(parts))
    return dict.fromkeys(parts, _PIECE) | dict.fromkeys(pairs, _PAIR)


def _weigh(features: Mapping[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    weights = {feature: worth * rarity[feature] for feature, worth in features.items()}
    length = sum(weight * weight for weight in weights.values()) ** 0.5
    return {feature: weight / length for feature, weight in weights.items()}


def _postings(weights: Sequence[Mapping[str, float]]) -> dict[str, tuple[_Places, _Numbers]]:
    held: dict[str, tuple[list[int], list[float]]] = {}
    for place, features in enumerate(weights):
        for feature, weight in features.items():
            texts, values = held.setdefault(feature, ([], []))
            texts.append(place)
            values.append(weight)
    return {feature: (np.array(texts, np.intp), np.array(values)) for feature, (texts, values) in held.items()}
