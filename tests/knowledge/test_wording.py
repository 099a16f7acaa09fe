"""Exact wordings and words to avoid: slips are found, right phrases and shorter ones in their own right aren't."""

import time

import pytest

from bot.knowledge.wording import Remark, check_text
from store.start import read_articles, read_wordings
from store.wordings import AVOID, EXACT, Wording

RULES = read_wordings()


def rule(phrase: str, kind: str = EXACT, *, blocks: bool = True) -> Wording:
    return Wording(phrase=phrase, kind=kind, blocks=blocks, advice="改。")


def found(text: str, rules: list[Wording] | None = None) -> list[str]:
    return [remark.found for remark in check_text(text, RULES if rules is None else rules)]


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("弘扬社会主义核心价直观", "社会主义核心价直观"),  # sounds alike
        ("社会注意核心价值观", "社会注意核心价值观"),
        ("学习强果怎么下载", "学习强果"),
        ("习进平总书记", "习进平"),
        ("习平近总书记", "习平近"),  # changed places
        ("学习习近平新时代中国特色社会主义思相", "习近平新时代中国特色社会主义思相"),
        ("习近平新时代中国特色社会主主义思想", "习近平新时代中国特色社会主主义思想"),  # one too many
        ("习近平新时代中国特色会主义思想", "习近平新时代中国特色会主义思想"),  # one left out
        ("《习近平新时代中国特色社会主义思想学习刚要》", "习近平新时代中国特色社会主义思想学习刚要"),
        ("践行价值观 文明我先行", "践行价值观 文明我先行"),  # other punctuation
        ("15分钟文化悦读圈", "15分钟文化悦读圈"),
        ("新时代的好少年", "新时代的好少年"),
    ],
)
def test_a_slip_is_found(text: str, slip: str) -> None:
    assert found(text) == [slip]


@pytest.mark.parametrize(
    "text",
    [
        "学习习近平新时代中国特色社会主义思想，践行社会主义核心价值观",
        "《习近平新时代中国特色社会主义思想学习纲要》",
        "社会主义核心价值体系",
        "社会主义核心价值",  # shorter, not mutilated
        "核心价值观",
        "学习水平、学习强军、学习爱国",
        "争做新时代好青年",
        "全国文明城区",
        "手机上装学习强国",
        "十五分钟能走到",
        "",
        "习",
    ],
)
def test_what_is_right_or_something_else_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_words_to_avoid_are_found_wherever_they_stand() -> None:
    remarks = check_text("残废军人和残废证", [rule("残废", AVOID)])
    assert [(remark.found, remark.start) for remark in remarks] == [("残废", 0), ("残废", 5)]


def test_a_remark_says_whether_it_blocks_and_what_to_write() -> None:
    (remark,) = check_text("打工单位的工单", [rule("工单", AVOID, blocks=False)])[1:]
    assert remark == Remark("工单", 5, rule("工单", AVOID, blocks=False))
    assert not remark.blocks


def test_of_two_rules_on_one_passage_the_longer_counts() -> None:
    rules = [rule("习近平"), rule("习近平新时代中国特色社会主义思想")]
    assert found("习进平新时代中国特色社会主义思想", rules) == ["习进平新时代中国特色社会主义思想"]


def test_two_slips_of_one_phrase_are_two_remarks() -> None:
    assert found("学习强果和学习墙国", [rule("学习强国")]) == ["学习强果", "学习墙国"]


def test_the_starting_articles_break_none_of_the_starting_rules() -> None:
    broken = {
        article.slug: found(f"{article.title}\n{article.answer}")
        for article in read_articles()
        if found(f"{article.title}\n{article.answer}")
    }
    assert broken == {}


def test_a_long_text_takes_no_time() -> None:
    text = "广泛开展党的创新理论宣讲，推动社会主义新风尚进社区。" * 200
    started = time.perf_counter()
    assert found(text) == []
    assert time.perf_counter() - started < 1.0
