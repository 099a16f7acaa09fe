"""The index is quick enough, counted in work and not in waiting: other tests run at the same time."""

import random
import statistics
import time

from bot.knowledge.findings import Article
from bot.knowledge.index import Index
from tests.knowledge.bases import Base, an_article, starting


def timed(index: Index, questions: list[str]) -> list[float]:
    """Return the seconds of work that each question takes, in order of length."""
    seconds = []
    for question in questions:
        started = time.thread_time()
        index.find(question)
        seconds.append(time.thread_time() - started)
    return sorted(seconds)


def a_thousand_articles(base: Base) -> list[Article]:
    """The starting articles and invented ones of five samples each, made of their words."""
    dice = random.Random(7)
    text = "".join(article.answer + "".join(article.samples) for article in base.articles)

    def words(length: int) -> str:
        starts = (dice.randrange(len(text) - 3) for _ in range(length // 3 + 1))
        return "".join(text[start : start + 3] for start in starts)[:length]

    invented = (
        an_article(number, words(10), words(160), *(words(dice.randint(6, 18)) for _ in range(5)))
        for number in range(len(base.articles), 1000)
    )
    return [*base.articles, *invented]


def test_a_question_to_the_starting_articles_takes_a_fraction_of_a_millisecond(starting_index: Index) -> None:
    questions = [sample[1:] + "呢" for article in starting().articles for sample in article.samples[:3]]
    assert statistics.median(timed(starting_index, questions)) < 0.001


def test_a_thousand_articles_are_built_in_seconds_and_asked_in_milliseconds() -> None:
    base = starting()
    started = time.thread_time()
    index = Index.build(a_thousand_articles(base), off_topic=base.off_topic, synonyms=base.synonyms, cache=0)
    assert time.thread_time() - started < 4
    assert len(index) == 1000
    seconds = timed(index, [sample[1:] + "呢" for article in base.articles for sample in article.samples[:3]])
    assert seconds[len(seconds) * 95 // 100] < 0.005
