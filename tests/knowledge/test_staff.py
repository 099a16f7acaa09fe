"""What is said to staff: every remark has its words, and all of them are used."""

import re
from pathlib import Path

import bot
from bot.knowledge.staff import Say, say, words

SOURCES = [file.read_text("utf-8") for file in Path(bot.__file__).parent.rglob("*.py")]


def test_every_remark_has_its_words() -> None:
    assert {one.value for one in Say} == set(words().says)


def test_every_remark_is_made_somewhere() -> None:
    unused = [one.name for one in Say if not any(f"Say.{one.name}" in source for source in SOURCES)]
    assert unused == []


def test_what_a_remark_is_about_is_filled_in() -> None:
    assert say(Say.FEW_SAMPLES, length=1, least=3) == "只有 1 条问法，至少要 3 条。"
    assert all(sentence.endswith("。") or re.search("{advice}$", sentence) for sentence in words().says.values())
