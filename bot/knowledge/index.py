"""The immutable index of the approved articles: built off-request, asked from any thread."""

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Self

from bot.knowledge.findings import Article, Finding, Outcome, Thresholds
from bot.knowledge.gathering import ArticleTexts, gather
from bot.knowledge.normalise import normalise, spell_plainly
from bot.knowledge.question import Reader
from bot.knowledge.rehearsal import rehearse
from bot.knowledge.search import Search
from bot.knowledge.semantic import Meanings, Vector
from bot.knowledge.sounds import Sounds
from bot.knowledge.synonyms import Synonyms

_TAG: Final = re.compile(r"<[^<>]*>")  # answers may hold links, whose addresses nobody asks for


class Index:
    """Finds the article that answers a question, or says how unsure it is.

    `self_test` is the share of the sample questions that find their own article while they are hidden themselves.
    """

    def __init__(self, search: Search | None, *, self_test: float, cache: int) -> None:
        self.self_test = self_test
        # Bound to the search, not to the index: no cycle, so an index that was replaced is freed at once.
        self._find_by_words = functools.lru_cache(cache)(search.find if search else _nothing)
        self._made_of = (search, self_test, cache)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes without the answers kept."""
        return _make, self._made_of

    @classmethod
    def build(
        cls,
        articles: Sequence[Article],
        *,
        synonyms: Sequence[Sequence[str]] = (),
        off_topic: Sequence[str] = (),
        thresholds: Thresholds | None = None,
        cache: int = 4096,
        vectors: Mapping[bytes, bytes] | None = None,
    ) -> Self:
        """Index the articles, and fit the confidence on their samples and the off-topic sentences.

        `cache`: answers kept. `vectors`: of the texts of `semantic.texts_of`, as far as there are any.
        """
        if not articles:
            return cls(None, self_test=0.0, cache=cache)
        texts = [_read(article, place) for place, article in enumerate(articles)]
        groups = Synonyms(synonyms)
        sentences = [normalise(sentence) for sentence in off_topic]
        gathered = gather(texts, synonyms=groups, off_topic=sentences)
        reader = Reader(gathered.vocabulary, Sounds(gathered.spoken), groups)
        meanings = Meanings.of(articles, off_topic, vectors) if vectors else None
        rehearsal = rehearse(gathered.postings, reader, texts=texts, off_topic=sentences, meanings=meanings)
        search = Search(
            articles=tuple(articles),
            exact=_exact(texts),
            reader=reader,
            postings=gathered.postings,
            confidence=rehearsal.confidence,
            thresholds=thresholds or Thresholds(),
            meanings=meanings,
            confidence_with_meanings=rehearsal.with_meanings,
        )
        return cls(search, self_test=rehearsal.recall, cache=cache)

    def __len__(self) -> int:
        search = self._made_of[0]
        return len(search.articles) if search else 0

    def find(self, question: str) -> Finding:
        """Return the articles nearest to the question, which may be any string."""
        return self.find_normalised(normalise(question))

    @property
    def has_meanings(self) -> bool:
        """Tell whether vectors make a difference."""
        search = self._made_of[0]
        return search is not None and search.meanings is not None

    def find_normalised(self, question: str, vector: Vector | None = None) -> Finding:
        """Do the same for what went through `normalise` already, and compare its vector if there is one."""
        search = self._made_of[0]
        return self._find_by_words(question) if vector is None or search is None else search.find(question, vector)

    def nearest(self, question: str, vector: Vector | None = None, *, count: int) -> tuple[Article, ...]:
        """Return so many articles that fit a normalised question at all, best first."""
        search = self._made_of[0]
        return search.nearest(question, vector, count) if search else ()

    def measures(self, question: str, *, count: int = 3, vector: Vector | None = None) -> tuple[int, ...]:
        """Return the different measures of the work plan nearest to the question, best first."""
        search = self._made_of[0]
        return search.measures(normalise(question), count, vector) if search else ()


def _make(search: Search | None, self_test: float, cache: int) -> Index:
    return Index(search, self_test=self_test, cache=cache)


def _nothing(question: str) -> Finding:
    return Finding(Outcome.UNKNOWN, (), question, lambda: "there are no articles")


def _read(article: Article, place: int) -> ArticleTexts:
    topic = article.measure if article.measure is not None else -1 - place
    body = _TAG.sub(" ", f"{article.title} {article.answer}")
    return ArticleTexts([normalise(text) for text in (article.title, *article.samples)], spell_plainly(body), topic)


def _exact(texts: Sequence[ArticleTexts]) -> dict[str, int]:
    """Lead from words to the place of their article, unless two articles have the same."""
    owners = {(prompt, place) for place, text in enumerate(texts) for prompt in text.prompts if prompt}
    shared = Counter(prompt for prompt, _ in owners)
    return {prompt: place for prompt, place in owners if shared[prompt] == 1}
