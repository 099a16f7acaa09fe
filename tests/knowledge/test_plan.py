"""A work plan cut into drafts: garbled as such plans come, and the real one where it is at hand."""

from pathlib import Path

import pytest

from bot.knowledge.documents.entries import BadDocument
from bot.knowledge.documents.files import read_text
from bot.knowledge.documents.plan import Measure, find_gaps, split_plan, to_draft

PLAN = """某区文明城市创建工作方案

为深入推进创建工作,现部署如下:

一、学习宣传

1.推进宣讲进基层.用好学习平台,到2020.5万人次。
广泛开展活动,经费增长12.5%。

2．开展“文明我先行”活动。持续打造一批示范点,分三步走:
(一)摸底;
1.先做的事不算一条。

二、城市管理

３、清洁城市行动：每周五一次大扫除。

5.建设X座城市书房。今年内完成“升级
"""
REAL = Path(__file__).parent / "plan.txt"  # the district's own, as it was published


def headings(text: str) -> dict[int, str]:
    return {measure.number: measure.heading for measure in split_plan(text)}


def test_each_number_begins_a_measure_whatever_its_dot() -> None:
    assert headings(PLAN) == {
        1: "推进宣讲进基层",
        2: "开展“文明我先行”活动",
        3: "清洁城市行动",
        5: "建设X座城市书房",
    }
    assert list(find_gaps(split_plan(PLAN))) == [4]


def test_broken_lines_stay_with_their_measure_and_chapters_dont() -> None:
    first, second, third, _ = split_plan(PLAN)
    assert first.text.endswith("广泛开展活动,经费增长12.5%。")
    assert second.text.endswith("(一)摸底;\n1.先做的事不算一条。")
    assert third.text == "清洁城市行动：每周五一次大扫除。"


def test_what_needs_eyes_is_said() -> None:
    *_, whole, broken = split_plan(PLAN)
    assert whole.remarks() == []
    assert broken.remarks() == ["有没填的“X”。", "引号不成对，原文可能有错。", "结尾没有句号，后面可能少了几个字。"]


def test_numbers_that_begin_anew_in_each_chapter_are_counted_on() -> None:
    text = "一、学习\n1.甲。\n2.乙。\n二、城市\n1.丙。\n2.丁。"
    assert headings(text) == {1: "甲", 2: "乙", 3: "丙", 4: "丁"}


def test_a_draft_holds_the_plans_words_and_no_questions() -> None:
    draft = to_draft(split_plan(PLAN)[0])
    assert (draft.slug, draft.measure, draft.title, draft.samples) == ("plan-01", 1, "推进宣讲进基层", ())
    assert draft.answer.startswith("推进宣讲进基层.用好学习平台")
    assert to_draft(Measure(24, ["其他。"])).measure is None


def test_a_heading_without_an_end_is_cut() -> None:
    assert len(Measure(1, ["很长" * 60]).heading) == 60


def test_a_text_without_measures_is_refused() -> None:
    with pytest.raises(BadDocument, match="没有认出"):
        split_plan("没有编号的文字\n2020.5万\n")


def test_the_real_plan_gives_twenty_three_drafts() -> None:
    measures = split_plan(read_text(REAL))
    assert [measure.number for measure in measures] == list(range(1, 24))
    assert list(find_gaps(measures)) == []
    assert all(4 <= len(measure.heading) <= 30 for measure in measures), headings(read_text(REAL))
    assert [measure.number for measure in measures if "有没填的“X”。" in measure.remarks()] == [4, 19, 20, 21, 22, 23]
