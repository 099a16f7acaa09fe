"""Questions without an answer, grouped by likeness."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.knowledge.clusters import cluster
from store.start import read_articles
from store.unanswered import OpenQuestion

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def asked(*questions: str, nearest: int | None = None) -> list[OpenQuestion]:
    return [
        OpenQuestion(number, question, "refused", nearest, NOW + timedelta(minutes=number))
        for number, question in enumerate(questions, 1)
    ]


def groups(questions: list[OpenQuestion]) -> list[set[int]]:
    return [set(one.ids) for one in cluster(questions)]


def test_askings_of_the_same_come_together() -> None:
    questions = asked(
        "小区啥时候装充电桩",
        "大扫除几点开始",
        "我们小区没有充电桩",
        "小区 啥时候装 充电桩？",
        "周五大扫除几点",
        "医保卡丢了",
    )
    assert groups(questions) == [{1, 3, 4}, {2, 5}, {6}]


def test_a_group_tells_how_often_when_and_in_which_words() -> None:
    (found,) = cluster(asked("周五几点大扫除呀", "几点大扫除", "几点 大扫除", "几点大扫除", nearest=7))
    assert (found.name, found.count, found.example) == ("c1", 4, "几点大扫除")
    assert found.wordings == ("几点大扫除", "几点 大扫除", "周五几点大扫除呀")
    assert (found.first, found.last) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=4))
    assert found.nearest_article_id == 7


def test_the_nearest_article_is_the_one_named_most() -> None:
    rows = [
        OpenQuestion(number, "几点大扫除", "refused", nearest, NOW) for number, nearest in enumerate([3, 9, 9, None], 1)
    ]
    assert cluster(rows)[0].nearest_article_id == 9


def test_questions_without_words_are_one_group() -> None:
    assert groups(asked("？？", "😂", "👍👍")) == [{1, 2, 3}]


def test_pinyin_is_compared_by_its_syllables() -> None:
    assert groups(asked("da sao chu ji dian", "gong yi guang gao shi sha")) == [{2}, {1}]


def test_nothing_gives_nothing() -> None:
    assert cluster([]) == []


def test_the_order_of_the_rows_changes_nothing() -> None:
    questions = asked(*(sample for article in read_articles()[:40] for sample in article.samples[:6]))
    shuffled = random.Random(7).sample(questions, len(questions))
    assert cluster(shuffled) == cluster(questions)


def test_every_question_is_in_one_group() -> None:
    questions = asked(*(sample for article in read_articles()[:40] for sample in article.samples[:6]))
    counted = Counter(row for one in cluster(questions) for row in one.ids)
    assert counted == Counter(question.id for question in questions)


def test_of_five_thousand_questions_none_is_lost() -> None:
    dice = random.Random(5)
    samples = [sample for article in read_articles() for sample in article.samples]
    tails = ["", "呀", "请问", "急", "在哪", "怎么办", "谁管"]
    questions = asked(
        *(f"{dice.choice(tails)}{dice.choice(samples)}{dice.choice(tails)}{dice.randrange(99)}" for _ in range(5000))
    )
    assert sum(one.count for one in cluster(questions)) == 5000
