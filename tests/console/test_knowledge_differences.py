"""Differences that people can read, and a draft held against its rivals."""

import pytest

from bot.console.knowledge.differences import compare_lines, compare_texts
from bot.knowledge.findings import Article
from bot.knowledge.tryout import rank

MARKS = {"same": "", "gone": "-", "new": "+"}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("一样的话。", "一样的话。", "一样的话。"),
        ("", "新写的。", "+[新写的。]"),
        ("旧的。", "", "-[旧的。]"),
        ("每天九点开门。", "每天九点半开门。", "每天九点+[半]开门。"),
        ("电话 12345。", "电话 12346。", "电话 -[12345]+[12346]。"),
        ("甲乙丙丁", "天乙地丁", "-[甲乙丙]+[天乙地]丁"),  # a single character between changes is no island
        ("周一闭馆。\n周二开。", "周一闭馆。\n周三开。", "周一闭馆。\n周-[二]+[三]开。"),
    ],
)
def test_texts_are_compared_word_by_word(old: str, new: str, shown: str) -> None:
    pieces = compare_texts(old, new)
    marked = "".join(f"{MARKS[one.kind]}[{one.text}]" if MARKS[one.kind] else one.text for one in pieces)
    assert marked == shown
    assert "".join(one.text for one in pieces if one.kind != "new") == old
    assert "".join(one.text for one in pieces if one.kind != "gone") == new


def test_lists_are_compared_line_by_line() -> None:
    pieces = compare_lines("一\n二\n三", "三\n一\n四")
    assert [(one.kind, one.text) for one in pieces] == [("gone", "二"), ("same", "三"), ("same", "一"), ("new", "四")]


def test_two_thousand_characters_are_compared_quickly() -> None:
    old = "".join(chr(0x4E00 + number % 700) for number in range(2000))
    pieces = compare_texts(old, old[500:] + old[:500])
    assert "".join(one.text for one in pieces if one.kind != "new") == old


def article(number: int, title: str, *samples: str) -> Article:
    return Article(id=number, version=1, ours=True, measure=None, title=title, answer="答案。", samples=samples)


def test_a_draft_is_held_against_its_rivals() -> None:
    draft = article(0, "书房能打印吗？", "哪里可以打印材料", "打印多少钱")
    rival = article(7, "书房几点开门？", "书房开放时间", "周一闭馆吗")
    assert rank("想打印点材料", [draft, rival], synonyms=())[0].id == 0
    assert rank("书房什么时间开门呀", [draft, rival], synonyms=())[0].id == 7
    assert rank("打印多少钱？", [rival, draft], synonyms=()) == (draft,)  # word for word
    assert rank("", [draft], synonyms=()) == ()
    assert rank("火箭", [draft, rival], synonyms=()) == ()
