"""Sounds of characters, and syllables in Latin letters."""

import subprocess
import sys

import pytest

from bot.knowledge.pinyin import blurred, is_pinyin, readings, sound_pairs, spelt_pairs, syllables


def test_readings_are_toneless_and_the_usual_ones() -> None:
    assert readings()["书"] == ("shu",)
    assert readings()["长"] == ("zhang", "chang")
    assert readings()["女"][0] == "nv"
    assert sound_pairs("书房") == [("shu", "fang"), ("shu", "pang")]
    assert sound_pairs("书x") == []


def test_the_syllables_are_those_of_mandarin() -> None:
    assert {"a", "shu", "zhuang", "nv", "xiong"} <= syllables()
    assert not {"", "b", "ng", "hm", "vu", "hello"} & syllables()


def test_sounds_that_people_mix_up_are_blurred_together() -> None:
    assert blurred("nong") == blurred("long")
    assert blurred("shang") == blurred("san")
    assert blurred("zheng") == blurred("zen")
    assert blurred("shu") != blurred("fu")


@pytest.mark.parametrize("typed", ["chengshi shufang", "cheng shi shu fang", "chengshishufang"])
def test_pinyin_is_split_with_or_without_spaces(typed: str) -> None:
    assert spelt_pairs(typed.split()) == [("cheng", "shi"), ("shi", "shu"), ("shu", "fang")]


def test_an_ambiguous_word_is_split_in_every_way() -> None:
    assert set(spelt_pairs(["fangan"])) == {("fang", "an"), ("fan", "gan")}


def test_a_space_is_a_border() -> None:
    assert spelt_pairs(["xi", "an"]) == [("xi", "an")]
    assert spelt_pairs(["fang", "an"]) == [("fang", "an")]


def test_one_syllable_has_no_neighbour() -> None:
    assert is_pinyin("shu")
    assert spelt_pairs(["shu"]) == []


@pytest.mark.parametrize("typed", ["hello", "wifi", "app", "x", "", "a" * 5000])
def test_other_words_are_not_pinyin(typed: str) -> None:
    assert not is_pinyin(typed)
    assert spelt_pairs([typed]) == []


def test_the_phrase_dictionary_stays_on_the_disk() -> None:
    """It would cost 59 MB in every process."""
    check = (
        "import sys, bot.knowledge.pinyin as p; p.readings(); sys.exit(any('phrases_dict' in m for m in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
