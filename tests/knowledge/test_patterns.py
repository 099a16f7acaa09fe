"""The language of patterns, the likeness to examples, and pinyin written out."""

from dataclasses import replace

import pytest

from bot.knowledge.likeness import Likeness
from bot.knowledge.patterns import Patterns
from bot.knowledge.spoken import Spoken
from store.start import SensitiveWords, read_sensitive


@pytest.fixture(scope="module")
def words() -> SensitiveWords:
    return replace(read_sensitive(), groups={"kin": ["老公", "丈夫"], "hit": ["打", "踢"]}, negations="不没")


def matches(words: SensitiveWords, pattern: str, text: str) -> bool:
    patterns = Patterns([pattern], words, usual="老公在家打扫")
    assert set(patterns.matching(text)) <= patterns.candidates(text)
    return bool(list(patterns.matching(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("{kin}~{hit}我", "我老公天天打我", True),
        ("{kin}~{hit}我", "我老公从来不打我", False),
        ("{kin}…{hit}我", "我老公从来不打我", True),
        ("{kin}{hit}我", "老公又打我", False),
        ("{kin}(又|总|){hit}我", "丈夫踢我", True),
        ("{kin}(又(在|开始)|总){hit}我", "丈夫又开始踢我", True),
        ("({kin}|邻居)打", "邻居打", True),
        ("^打", "别打", False),
        ("#个人", "来了三十个人", True),
        ("#个人", "来了个人", False),
        ("打&老公", "打我的是老公", True),
        ("打&老公", "打" + "啊" * 60 + "老公", False),
        ("(a|b)c", "bc", True),
        ("(a|)c", "c", True),
    ],
)
def test_patterns(words: SensitiveWords, pattern: str, text: str, matched: bool) -> None:
    assert matches(words, pattern, text) is matched


@pytest.mark.parametrize("pattern", ["(a|b", "a)", "~", "(a|)", ""])
def test_what_is_no_pattern_is_refused(words: SensitiveWords, pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|bracket"):
        Patterns([pattern], words, usual="")


def test_an_unknown_group_is_refused(words: SensitiveWords) -> None:
    with pytest.raises(KeyError):
        Patterns(["{nobody}打"], words, usual="")


def test_what_is_harmless_is_taken_out(words: SensitiveWords) -> None:
    patterns = Patterns(["跳楼价", "打(车|球)", "刀&菜"], words, usual="")
    assert patterns.take_out("跳楼价打车去") == "□□□□□去"
    assert patterns.take_out("切菜的刀") == "切菜的□"
    assert patterns.take_out("拿刀") == "拿刀"


def test_likeness_tells_examples_from_ordinary_texts_and_their_kinds_apart() -> None:
    likeness = Likeness({"fire": ["着火了快来", "起火了"], "flood": ["水淹了", "掉水里了"]}, ["几点开门", "在哪报名"])
    assert likeness.score("仓库着火了") > 0 > likeness.score("几点报名")
    assert likeness.nearest("着火", {}) == "fire"
    assert likeness.nearest("着火", {"flood": 9.0}) == "flood"
    assert likeness.score("") == 0.0


def test_pinyin_is_written_out_and_other_words_stay() -> None:
    spoken = Spoken(["我不想活了", "不想活", "老公打我", "活动在哪"])
    assert spoken.write_out("wo bu xiang huo le") == "我不想活了"
    assert spoken.write_out("wobuxianghuole") == "我不想活了"
    assert spoken.write_out("老公da我") == "老公打我"
    assert spoken.write_out("wifi在哪") == "wifi在哪"
    assert spoken.write_out("在哪") == "在哪"
    assert Spoken([]).write_out("wo bu") == "wobu"
