"""Every way of typing leads to the same spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.normalise import LONGEST, normalise


@pytest.mark.parametrize(
    "typed",
    [
        "城市书房在哪里",
        "城市书房,在哪里??",
        "城 市 书 房 在 哪 里",
        "😀城市书房👍🏽在哪里\ufe0f",
        "城市書房在哪裡",
        "\u3000城市书房\n\n在哪里\t",
        "城市书\0房在\ud83d哪里",
        "“城市书房”……在哪里~",
    ],
)
def test_the_same_words_are_spelt_the_same(typed: str) -> None:
    assert normalise(typed) == "城市书房在哪里"


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("APP在哪下载", "app在哪下载"),
        ("A P P 在 哪", "a p p在哪"),
        ("15分钟", "15分钟"),
        ("WiFi,密码", "wifi密码"),
        ("Hello,  World!", "hello world"),
        ("㊣㈱", "正株"),
        ("", ""),
        ("?!。😀", ""),
        ("\ud800", ""),
    ],
)
def test_letters_and_digits_keep_their_order(typed: str, spelling: str) -> None:
    assert normalise(typed) == spelling


def test_both_ends_of_a_long_message_are_kept() -> None:
    spelling = normalise("请问" + "说来话长" * 5000 + "书房几点开门?")
    assert len(spelling) == LONGEST
    assert spelling.startswith("请问")
    assert spelling.endswith("书房几点开门")


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=600))
def test_any_text_gives_letters_digits_and_single_spaces(typed: str) -> None:
    spelling = normalise(typed)
    assert len(spelling) <= LONGEST
    assert spelling == spelling.strip()
    assert "  " not in spelling
    assert all(sign == " " or sign.isalnum() for sign in spelling)


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("毛坏", "毛坯"),  # a character that only some words write otherwise
        ("弄坏了", "弄坏了"),
        ("沈船", "沉船"),
        ("彷彿", "仿佛"),
        ("答覆", "答复"),
        ("覆盖", "覆盖"),
        ("藉口", "借口"),
        ("\U00020676呀", "\U00020676呀"),
    ],
)
def test_words_that_only_their_neighbours_betray_are_simplified(typed: str, spelling: str) -> None:
    assert normalise(typed) == spelling
