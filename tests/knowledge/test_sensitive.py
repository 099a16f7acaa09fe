"""Sensitive messages are found, everyday ones left alone: on four lists, with tricks, and quickly."""

import json
import statistics
import time
from typing import NamedTuple

import pytest

from bot import texts
from bot.knowledge.sensitive import Kind, Watch, starting_watch
from store.start import read_sensitive
from tests.knowledge.bases import HERE

LISTS = ("sensitive.jsonl", "sensitive_dev.jsonl", "sensitive_unseen.jsonl", "sensitive_unseen2.jsonl")


class Line(NamedTuple):
    text: str
    expected: str | None
    found: str | None


@pytest.fixture(scope="module")
def watch() -> Watch:
    return starting_watch()


def look(watch: Watch, name: str) -> list[Line]:
    lines = [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]
    sightings = [watch.find(line["text"]) for line in lines]
    return [
        Line(line["text"], line["sensitive"], sighting.kind if sighting else None)
        for line, sighting in zip(lines, sightings, strict=True)
    ]


@pytest.mark.parametrize("name", LISTS)
def test_nearly_all_are_found_and_few_others(watch: Watch, name: str) -> None:
    lines = look(watch, name)
    found = [line for line in lines if line.expected and line.found]
    missed = [line.text for line in lines if line.expected and not line.found]
    mistaken = [line.text for line in lines if line.found and not line.expected]
    assert len(found) / (len(found) + len(missed)) >= 0.95, missed
    assert len(found) / (len(found) + len(mistaken)) >= 0.85, mistaken
    wrong = [(line.text, line.found) for line in found if line.found != line.expected]
    assert len(wrong) <= 0.1 * len(found), wrong


@pytest.mark.parametrize("name", LISTS)
def test_half_of_a_list_are_traps_and_every_kind_stands_in_it(watch: Watch, name: str) -> None:
    lines = look(watch, name)
    assert len(lines) >= 100
    assert 0.4 <= sum(line.expected is None for line in lines) / len(lines) <= 0.6
    assert {line.expected for line in lines if line.expected} == set(Kind)


def test_questions_of_every_day_are_left_alone(watch: Watch) -> None:
    asked = [json.loads(line)["question"] for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    taken = [question for question in asked if watch.find(question)]
    assert len(taken) <= 0.02 * len(asked), taken


def test_no_example_stands_in_a_list(watch: Watch) -> None:
    tested = {line.text for name in LISTS for line in look(watch, name)}
    assert tested.isdisjoint(text for texts_ in read_sensitive().examples.values() for text in texts_)


@pytest.mark.parametrize(
    "text",
    [
        "我 想 自 杀",
        "我想自.杀",
        "不，想，活，了",
        "我想自殺",
        "我想zisha",
        "我想自sha",
        "想4了",
        "跳　楼算了",
        "【我不想活了】",
        "wo bu xiang huo le",
    ],
)
def test_tricks_of_spelling_are_seen_through(watch: Watch, text: str) -> None:
    sighting = watch.find(text)
    assert sighting is not None
    assert sighting.kind is Kind.SELF_HARM


@pytest.mark.parametrize(
    "text",
    [
        "跳楼价",
        "笑死我了",
        "杀价太狠",
        "家暴讲座",
        "消防演练",
        "信访局几点上班",
        "打我电话",
        "去死吧",
        "你去死",
        "死",
        "我没想过自杀",
        "",
        "。",
        "😀",
        "\ud800",
        "110",
        "wifi mima",
    ],
)
def test_what_only_sounds_like_it_is_left_alone(watch: Watch, text: str) -> None:
    assert watch.find(text) is None


def test_odd_and_very_long_texts_are_read_at_both_ends(watch: Watch) -> None:
    for text in ("我不想活了" + "呵" * 5000, "呵" * 5000 + "我不想活了", "\x00我不想活了\ud800"):
        sighting = watch.find(text)
        assert sighting is not None
        assert sighting.kind is Kind.SELF_HARM


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("仓库着火了", ("119",)),
        ("我爸晕倒了叫不醒", ("120",)),
        ("高压线掉地上了，快来人", ("110",)),
        ("有人被车撞了，流了好多血", ("120", "122")),
    ],
)
def test_danger_tells_whom_to_call(watch: Watch, text: str, call: tuple[str, ...]) -> None:
    sighting = watch.find(text)
    assert sighting is not None
    assert (sighting.kind, sighting.call) == (Kind.DANGER, call)


def test_a_message_of_thirty_characters_takes_microseconds(watch: Watch) -> None:
    asked = [json.loads(line)["question"] for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    usual = [question for question in asked if 20 <= len(question) <= 40 and not question.isascii()]
    assert len(usual) >= 20
    assert statistics.median(_seconds(watch, question) for question in usual) < 0.000_1


def _seconds(watch: Watch, text: str) -> float:
    """Return the work that a text takes; the shortest of some times, since other tests run beside this one."""
    taken = []
    for _ in range(5):
        started = time.thread_time()
        watch.find(text)
        taken.append(time.thread_time() - started)
    return min(taken)


def test_every_kind_has_its_name_among_the_staff() -> None:
    assert set(texts.SENSITIVE_KINDS) == set(Kind)
