"""No text whatever upsets the index or holds it up."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.findings import Finding, Outcome
from bot.knowledge.index import Index
from tests.knowledge.bases import an_article, small_town

INDEX = small_town().index()
MOST_SECONDS = 2.0  # of this thread's work, a thousand times the usual: what grows out of bounds takes minutes

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=400)
LIKE_QUESTIONS = st.lists(
    st.sampled_from(
        ["城市", "书房", "在哪", " ", "輸房", "chengshi", "shu fang", "ang", "15", "😀", "?", "\0", "\ud800", "的"]
    ),
    max_size=300,
).map("".join)


def check(finding: Finding) -> None:
    assert len(finding.hits) <= 3
    assert all(0 <= hit.confidence <= 1 and hit.score > 0 for hit in finding.hits)
    assert finding.hits or finding.outcome is Outcome.UNKNOWN
    assert finding.why


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT | LIKE_QUESTIONS)
def test_any_text_is_found_or_not(question: str) -> None:
    started = time.thread_time()
    check(INDEX.find(question))
    assert time.thread_time() - started < MOST_SECONDS


@pytest.mark.parametrize(
    "unit",
    [
        "书",
        "城市书房在哪里",
        "a",
        "shu",
        "shu ",
        "xian",
        "😀",
        "\0",
        "\ud800",
        " ",
        "\n",
        "1",
        "1a",
        "ﷺ",
        "é",
        "书 ",
        "ng",
        "伪建",
    ],
)
def test_twenty_thousand_characters_are_no_trouble(unit: str) -> None:
    question = (unit * 20_000)[:20_000]
    started = time.thread_time()
    check(INDEX.find(question))
    assert time.thread_time() - started < MOST_SECONDS


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(ANY_TEXT, ANY_TEXT, st.lists(ANY_TEXT, max_size=4)), max_size=6),
    st.lists(ANY_TEXT, max_size=3),
    st.lists(st.lists(ANY_TEXT, max_size=3), max_size=3),
    ANY_TEXT,
)
def test_articles_of_any_text_can_be_indexed(
    texts: list[tuple[str, str, list[str]]], off_topic: list[str], synonyms: list[list[str]], question: str
) -> None:
    articles = [an_article(n, title, answer, *samples) for n, (title, answer, samples) in enumerate(texts)]
    index = Index.build(articles, off_topic=off_topic, synonyms=synonyms)
    assert 0 <= index.self_test <= 1
    check(index.find(question))
    for article in articles:
        check(index.find(article.title))
