"""Meanings beside words: how likeness is counted, what is hidden from itself, and how it adds to the scores."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.findings import Article
from bot.knowledge.postings import Scores
from bot.knowledge.semantic import Meanings, asked, digest, fuse, pack, texts_of, to_length_one, units_of
from tests.knowledge.bases import an_article
from tests.knowledge.meanings import by_characters, stored

LIBRARY = an_article(1, "图书馆几点开门", "早九点到晚八点。", "图书馆开门时间", "看书去哪儿")
LAMPS = an_article(2, "路灯坏了找谁", "打 12345。", "路灯不亮", "晚上街上黑")
DOGS = an_article(3, "遛狗要牵绳吗", "要牵绳。", "狗咬人了", "大型犬能养吗")
BUSES = an_article(4, "公交卡在哪办", "公交公司。", "坐车老人免费不")
TOWN = (LIBRARY, LAMPS, DOGS)
OFF_TOPIC = ("今天天气怎么样",)


def meanings(*articles: Article, without: tuple[str, ...] = ()) -> Meanings:
    vectors = stored(articles, OFF_TOPIC)
    for text in without:
        del vectors[digest(asked(text))]
    made = Meanings.of(articles, OFF_TOPIC, vectors)
    assert made is not None
    return made


def likeness(question: str, made: Meanings) -> list[float]:
    return [float(one) for one in made.likeness(by_characters([question])[0])]


def test_the_article_that_means_the_same_is_likest_and_the_others_are_not_below_zero() -> None:
    found = likeness("路灯不亮了", meanings(*TOWN))
    assert max(found) == found[1] > 0
    assert min(found) == 0


def test_likeness_is_counted_in_spreads_whatever_the_model_s_scale() -> None:
    """Figures that lie ten times as close together must not count a tenth."""
    made = meanings(*TOWN)
    vectors = {key: np.frombuffer(value, "<f2").astype(np.float32) for key, value in stored(TOWN, OFF_TOPIC).items()}
    crowded = Meanings.of(TOWN, OFF_TOPIC, {key: pack(vector * 0.3 + 0.5) for key, vector in vectors.items()})
    assert crowded is not None
    assert crowded.spread < made.spread / 3
    question = by_characters(["路灯不亮了"])
    near = made.likeness(question[0])[1]
    far = crowded.likeness(to_length_one(question * 0.3 + 0.5)[0])[1]
    assert far == pytest.approx(near, rel=0.2)


def test_an_article_without_vectors_is_neither_helped_nor_harmed() -> None:
    made = meanings(*TOWN, BUSES, without=("遛狗要牵绳吗", "狗咬人了", "大型犬能养吗"))
    assert likeness("狗咬人了怎么办", made)[2] == 0
    assert likeness("路灯不亮了", made)[1] > 0


def test_vectors_count_only_once_half_of_them_are_there() -> None:
    some = dict(list(stored(TOWN).items())[:3])
    assert Meanings.of(TOWN, OFF_TOPIC, some) is None
    assert Meanings.of(TOWN, OFF_TOPIC, {}) is None


def test_one_article_alone_has_nothing_to_be_compared_with() -> None:
    assert Meanings.of((LIBRARY,), (), stored((LIBRARY,))) is None


@pytest.mark.parametrize("broken", [b"", b"x", b"\x00\x7c" * 32, b"ab" * 99])
def test_a_broken_vector_is_as_if_it_were_not_there(broken: bytes) -> None:
    """Empty, of odd length, infinite, of another length."""
    vectors = stored(TOWN, OFF_TOPIC) | {digest(asked("路灯不亮")): broken}
    made = Meanings.of(TOWN, OFF_TOPIC, vectors)
    assert made is not None
    assert made.known.sum() == 8
    assert np.isfinite(made.likeness(by_characters(["路灯"])[0])).all()


def test_all_vectors_broken_is_none_at_all() -> None:
    assert Meanings.of(TOWN, (), dict.fromkeys(stored(TOWN), b"odd")) is None


def test_a_vector_of_another_length_does_not_suit() -> None:
    made = meanings(*TOWN)
    assert made.suits(by_characters(["路灯"])[0])
    assert not made.suits(np.ones(7, np.float32))


def test_a_sample_is_not_found_by_itself_nor_by_its_near_copy() -> None:
    copied = an_article(2, "路灯坏了找谁", "打 12345。", "门口的灯一闪一闪", "门口的灯一闪一闪的")
    made = meanings(LIBRARY, copied, DOGS)
    place = 4  # after three of the library's, and the title
    (hidden,) = made.rehearsed([place])
    assert hidden is not None
    assert hidden[1] < likeness("门口的灯一闪一闪", made)[1] / 2


def test_rehearsing_many_gives_what_each_would_give() -> None:
    made = meanings(*TOWN)
    together = list(made.rehearsed(range(9)))
    for place in range(9):
        (alone,) = made.rehearsed([place])
        assert alone is not None
        assert together[place] == pytest.approx(alone, abs=1e-4)


def test_what_has_no_vector_is_not_rehearsed() -> None:
    made = meanings(*TOWN, without=("路灯不亮",))
    assert list(made.rehearsed([4])) == [None]
    assert made.likeness_off_topic(0) is not None
    bare = Meanings.of(TOWN, OFF_TOPIC, stored(TOWN))
    assert bare is not None
    assert bare.likeness_off_topic(0) is None


def test_fusing_adds_a_fifth_of_the_question_for_each_spread() -> None:
    scores = Scores(
        fit=np.array([10.0, 4.0, 0.0]), known=np.array([5.0, 2.0, 0.0]), asked=20.0, tokens=6, topics=np.arange(3)
    )
    fused = fuse(scores, np.array([0.0, 3.0, 0.5]))
    assert list(fused.fit) == pytest.approx([10.0, 16.0, 2.0])
    assert (fused.asked, fused.tokens) == (20.0, 6)
    assert list(scores.fit) == [10.0, 4.0, 0.0]


def test_texts_are_normalised_cut_and_told_once() -> None:
    long = an_article(1, "标题" * 50, "<a href='https://x'>答</a>" + "案" * 300, "标题" * 60, "!!!")
    units = units_of(long)
    assert units.prompts == (("标题" * 50)[:64], ("标题" * 60)[:64], "")
    assert len(units.body) == 120
    assert "href" not in units.body
    texts = texts_of((long, long), ("", "天气"))
    assert sorted(texts.values()) == sorted({units.prompts[0], units.body, "天气"})


def test_meanings_travel_between_processes() -> None:
    made = meanings(*TOWN)
    back = pickle.loads(pickle.dumps(made))
    assert likeness("路灯", back) == likeness("路灯", made)


@given(
    st.lists(st.text(alphabet="路灯图书狗开门晚上黑 ", min_size=0, max_size=12), min_size=1, max_size=6),
    st.text(max_size=20),
)
def test_any_articles_and_any_question_give_finite_likenesses(samples: list[str], question: str) -> None:
    articles = [an_article(number, sample, sample, *samples) for number, sample in enumerate(samples)]
    made = Meanings.of(articles, OFF_TOPIC, stored(articles))
    if made is None:
        return
    found = made.likeness(by_characters([question])[0])
    assert len(found) == len(articles)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert all(one is None or np.isfinite(one).all() for one in made.rehearsed(range(len(made.known))))
