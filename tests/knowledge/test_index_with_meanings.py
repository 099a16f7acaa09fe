"""The index with vectors: they change what is found where words leave it open, and nothing where they aren't there."""

import pickle
from collections.abc import Sequence

import numpy as np
import pytest

from bot.knowledge.findings import Article, Outcome
from bot.knowledge.index import Index
from bot.knowledge.semantic import Vector, digest, pack, texts_of, units_of
from store.start import read_off_topic
from tests.knowledge.bases import Base

SIZE = 48
FOREIGN = "咿呀咿呀"  # in no article: the words alone say nothing


def vectors_by_subject(articles: Sequence[Article], off_topic: Sequence[str]) -> dict[bytes, bytes]:
    """Return vectors in which the texts of one article lie together, apart from the others'."""
    dice = np.random.default_rng(3)

    def near(centre: Vector) -> bytes:
        return pack(centre + dice.normal(0, 0.1, SIZE).astype(np.float32))

    everybody = np.ones(SIZE, np.float32)
    made = {key: near(everybody) for key in texts_of(articles, off_topic)}
    for place, article in enumerate(articles):
        units = units_of(article)
        for text in (*units.prompts, units.body):
            made[digest(text)] = near(everybody + direction(place))
    return made


def direction(place: int) -> Vector:
    return np.random.default_rng(place).normal(0, 1, SIZE).astype(np.float32)


def question_about(place: int) -> Vector:
    vector: Vector = (direction(place) + 1).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


@pytest.fixture(scope="module")
def index(town_base: Base) -> Index:
    vectors = vectors_by_subject(town_base.articles, town_base.off_topic)
    return Index.build(town_base.articles, synonyms=town_base.synonyms, off_topic=town_base.off_topic, vectors=vectors)


def test_what_no_word_tells_is_found_by_its_meaning(index: Index, town_base: Base) -> None:
    assert index.has_meanings
    assert index.find_normalised(FOREIGN).outcome is Outcome.UNKNOWN
    for place in (3, 11, 20):
        found = index.find_normalised(FOREIGN, question_about(place))
        assert found.best.article is town_base.articles[place]
        assert index.nearest(FOREIGN, question_about(place), count=5)[0] is town_base.articles[place]


def test_meaning_and_words_that_agree_give_more_confidence(index: Index, town_base: Base) -> None:
    place, words = 4, town_base.articles[4].samples[0][1:]
    by_words = index.find_normalised(words)
    with_meaning = index.find_normalised(words, question_about(place))
    assert with_meaning.best.article is town_base.articles[place]
    assert with_meaning.best.confidence > by_words.best.confidence or by_words.best.confidence > 0.95


def test_exact_words_need_no_meaning(index: Index, town_base: Base) -> None:
    article = town_base.articles[2]
    assert index.find_normalised(article.title.rstrip("？"), question_about(9)).best.confidence == 1.0


def test_a_vector_of_another_model_is_not_compared(index: Index) -> None:
    other = np.ones(7, np.float32)
    assert index.find_normalised("图书馆几点开", other) == index.find_normalised("图书馆几点开")


def test_without_vectors_nothing_changes(town_base: Base, town_index: Index) -> None:
    bare = Index.build(town_base.articles, synonyms=town_base.synonyms, off_topic=town_base.off_topic, vectors={})
    assert not bare.has_meanings
    assert not town_index.has_meanings
    for question in ("图书馆几点开", FOREIGN, ""):
        assert bare.find_normalised(question, question_about(3)) == town_index.find_normalised(question)


def test_it_travels_between_processes(index: Index) -> None:
    back: Index = pickle.loads(pickle.dumps(index))
    assert back.find_normalised(FOREIGN, question_about(3)) == index.find_normalised(FOREIGN, question_about(3))


def test_words_alone_are_found_as_before_beside_vectors(index: Index, town_index: Index) -> None:
    for question in ("图书馆几点开", "路灯坏了", "狗没拴绳"):
        assert index.find_normalised(question) == town_index.find_normalised(question)


def test_no_articles_have_no_meanings() -> None:
    empty = Index.build([], vectors={b"k" * 32: b"ab"})
    assert not empty.has_meanings
    assert empty.nearest("图书馆", question_about(1), count=5) == ()
    assert empty.find_normalised("图书馆", question_about(1)).outcome is Outcome.UNKNOWN


def test_off_topic_sentences_have_texts_too() -> None:
    assert len(texts_of([], read_off_topic())) >= 75
