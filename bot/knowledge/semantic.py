"""What texts mean, beside the words that they are written in: vectors of the articles, and how they add to the scores.

Titles, samples and answers have a vector each; an article is as like a question as its most like title or sample, plus
half of what its answer is. Likeness is counted in spreads: how far above the average article, measured in the usual
distance between articles. So models whose figures lie close together and those whose lie far apart count the same.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain
from re import compile as pattern
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.findings import Article
from bot.knowledge.normalise import normalise, spell_plainly
from bot.knowledge.postings import Numbers, Places, Scores

LONGEST_QUESTION: Final = 64  # characters, also of titles and samples; a vector's cost grows with them
_LONGEST_BODY: Final = 120
_BODY_SHARE: Final = 0.5
_WORTH: Final = 0.2  # of the whole question a spread; leave-one-out on the starting articles: a plateau begins here
_ENOUGH: Final = 0.5  # of the titles and samples: below this part, vectors would favour the articles that have them
_NEAR_COPY: Final = 0.6  # of the way from the average likeness to sameness; such samples say the same thing again
_PROBES: Final = 100  # titles and samples from which the spread is measured
_AT_ONCE: Final = 64  # titles and samples: together they take a tenth of the time
_BYTES: Final = 2  # of a number in a stored vector
_TAG: Final = pattern(r"<[^<>]*>")

Vector: TypeAlias = NDArray[np.float32]  # of length 1
Vectors: TypeAlias = NDArray[np.float32]  # one a row


@dataclass(frozen=True, slots=True)
class Units:
    """An article's texts that get a vector each; `prompts` are its title and samples, "" where nothing is left."""

    prompts: tuple[str, ...]
    body: str


def units_of(article: Article) -> Units:
    """Return the texts of an article as an embedder gets them."""
    prompts = tuple(asked(text) for text in (article.title, *article.samples))
    return Units(prompts, spell_plainly(_TAG.sub(" ", article.answer))[:_LONGEST_BODY])


def asked(text: str) -> str:
    """Return a question, a title or a sample as an embedder gets it."""
    return normalise(text)[:LONGEST_QUESTION]


def texts_of(articles: Sequence[Article], off_topic: Sequence[str]) -> dict[bytes, str]:
    """Return every text that needs a vector by its digest: units, and sentences for fitting the confidence."""
    every = chain(map(asked, off_topic), *((*units.prompts, units.body) for units in map(units_of, articles)))
    return {digest(text): text for text in every if text}


def digest(text: str) -> bytes:
    """Return what a text's vector is stored under."""
    return sha256(text.encode()).digest()


def pack(vector: Vector) -> bytes:
    """Return a vector as it is stored: float16, little endian."""
    return vector.astype("<f2").tobytes()


def to_length_one(vectors: Vectors) -> Vectors:
    """Return the vectors with length 1, so that products are cosines; a zero vector stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = np.divide(vectors, np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
    return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """The articles' vectors in the order of the index. A row of zeros stands for a vector that isn't there yet."""

    prompts: Vectors
    bodies: Vectors
    known: NDArray[np.bool_]  # by prompt
    starts: Places  # of each article's first prompt
    owners: Places  # each prompt's article
    off_topic: Vectors  # of the sentences that no article should answer
    spread: float = 1.0

    @classmethod
    def of(cls, articles: Sequence[Article], off_topic: Sequence[str], stored: Mapping[bytes, bytes]) -> Self | None:
        """Put together what is stored; None if that is less than half of it, or of no use."""
        every = [units_of(article) for article in articles]
        prompts = [text for units in every for text in units.prompts]
        vectors = _Stored(stored)
        matrix = vectors.rows(prompts)
        known = _present(matrix)
        if not known.size or known.mean() < _ENOUGH:
            return None
        sizes = np.array([len(units.prompts) for units in every])
        meanings = cls(
            prompts=matrix,
            bodies=vectors.rows([units.body for units in every]),
            known=known,
            starts=sizes.cumsum() - sizes,
            owners=np.arange(len(every)).repeat(sizes),
            off_topic=vectors.rows([asked(sentence) for sentence in off_topic]),
        )
        spread = meanings._usual_spread()
        return replace(meanings, spread=spread) if spread > 0 else None

    def suits(self, vector: Vector) -> bool:
        """Tell whether a vector comes from the same model, as far as can be seen: a provider may change it."""
        return vector.shape == self.prompts.shape[1:]

    def likeness(self, vector: Vector) -> Numbers:
        """Return by how many spreads each article is liker to the vector than the average one, 0 if it isn't."""
        return self._above_average(self._raw(self.prompts @ vector, self.bodies @ vector))

    def rehearsed(self, prompts: Sequence[int]) -> Iterator[Numbers | None]:
        """Yield for each title or sample its vector's likeness as if it weren't there, nor what says much the same.

        Only texts of its own article are hidden. None if it has no vector.
        """
        for start in range(0, len(prompts), _AT_ONCE):
            some = list(prompts[start : start + _AT_ONCE])
            likenesses = self.prompts[some] @ self.prompts.T
            bodies = self.prompts[some] @ self.bodies.T
            for row, prompt in enumerate(some):
                hidden = self._hidden(likenesses[row], prompt)
                raw = self._raw(np.where(hidden, -np.inf, likenesses[row]), bodies[row])
                yield self._above_average(raw) if self.known[prompt] else None

    def _hidden(self, likenesses: Vector, prompt: int) -> NDArray[np.bool_]:
        average = float(likenesses[self.known].mean())
        hidden: NDArray[np.bool_] = likenesses > average + _NEAR_COPY * (1 - average)
        hidden[prompt] = True
        hidden &= self.owners == self.owners[prompt]
        return hidden

    def likeness_off_topic(self, sentence: int) -> Numbers | None:
        """Return what `likeness` gives for an off-topic sentence by its place, None if it has no vector."""
        vector = self.off_topic[sentence]
        return self.likeness(vector) if vector.any() else None

    def _raw(self, prompts: Vector, bodies: Vector) -> Numbers:
        """Return each article's likeness from those of its texts; NaN where no title or sample has a vector."""
        best = np.maximum.reduceat(np.where(self.known, prompts, -np.inf), self.starts).astype(np.float64)
        has_body = _present(self.bodies)
        average = float(bodies[has_body].mean()) if has_body.any() else 0.0
        best += _BODY_SHARE * np.where(has_body, bodies, average)
        return np.where(np.isfinite(best), best, np.nan)

    def _above_average(self, raw: Numbers) -> Numbers:
        return np.nan_to_num(np.maximum(raw - np.nanmean(raw), 0.0)) / self.spread

    def _usual_spread(self) -> float:
        """Return how far the articles usually lie apart, as seen from a title or sample of another one."""
        numbers = np.flatnonzero(self.known)
        probes = numbers[:: len(numbers) // _PROBES + 1]
        likenesses, bodies = self.prompts[probes] @ self.prompts.T, self.prompts[probes] @ self.bodies.T
        spreads = []
        for row, owner in enumerate(self.owners[probes]):
            raw = np.delete(self._raw(likenesses[row], bodies[row]), owner)
            if np.isfinite(raw).sum() > 1:
                spreads.append(np.nanstd(raw))
        return float(np.mean(spreads)) if spreads else 0.0


def fuse(scores: Scores, likeness: Numbers) -> Scores:
    """Add what the articles mean to how well their words fit: a spread counts like a fifth of the question's words.

    The unit stays the weight of tokens, so that ranking, marks and confidence work on the result as on words alone.
    """
    return replace(scores, fit=scores.fit + _WORTH * scores.asked * likeness)


def _present(vectors: Vectors) -> NDArray[np.bool_]:
    present: NDArray[np.bool_] = np.abs(vectors).max(axis=1, initial=0.0) > 0
    return present


class _Stored:
    """The stored vectors of the length that most have: a provider may have changed it on the way."""

    def __init__(self, stored: Mapping[bytes, bytes]) -> None:
        self._stored = stored
        usable = [len(vector) for vector in stored.values() if vector and len(vector) % _BYTES == 0]
        self._length = Counter(usable).most_common(1)[0][0] if usable else _BYTES

    def rows(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts, zeros for one that has none."""
        nothing = bytes(self._length)
        found = (self._stored.get(digest(text), nothing) if text else nothing for text in texts)
        rows = b"".join(vector if len(vector) == self._length else nothing for vector in found)
        matrix = np.frombuffer(rows, "<f2").astype(np.float32).reshape(len(texts), self._length // _BYTES)
        return to_length_one(np.nan_to_num(matrix, posinf=0.0, neginf=0.0))
