"""`wenming evaluate`: the decisions line by line, the figures, and files that aren't what they should be."""

import json
from pathlib import Path

import pytest

from bot.cli import main

LINES = (
    '{"question": "每周五的大扫除怎么参加", "measure": 10, "kind": "plain"}',
    "",
    '{"question": "每周五的大扫除怎么参加？", "measure": 21}',
    '{"question": "你好", "measure": null}',
    '{"question": "医保的事问哪里？", "measure": null}',
)


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(LINES), "utf-8")
    return file


def test_each_question_gets_a_decision_and_all_are_counted(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answers.jsonl"
    assert main(["evaluate", "questions", str(questions), "--answers", str(out), "--json"]) == 0
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [answer["decision"] for answer in answers] == ["answer", "answer", "refuse", "redirect"]
    assert [answer["measures"][:1] for answer in answers[:2]] == [[10], [10]]
    assert all(set(answer) == {"question", "decision", "measures", "article", "ms"} for answer in answers)
    assert [answer["article"] is None for answer in answers] == [False, False, True, False]
    figures = json.loads(capsys.readouterr().out)
    assert (figures["on"], figures["off"]) == (2, 2)
    assert (figures["recall_1"], figures["wrong_direct"]) == (0.5, 0.5)
    assert (figures["off_answer"], figures["off_redirect"], figures["off_refuse"]) == (0, 0.5, 0.5)


def test_the_measures_are_three_different_ones_whatever_the_decision(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answers.jsonl"
    questions.write_text('{"question": "书房和菜市场还有大扫除", "measure": 21}', "utf-8")
    assert main(["evaluate", "questions", str(questions), "--answers", str(out)]) == 0
    measures = json.loads(out.read_text("utf-8"))["measures"]
    assert len(measures) == len(set(measures)) == 3
    assert "recall@1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("not json", "line 1 is no JSON"),
        ('{"measure": 1}', 'line 1 lacks "question"'),
        ('{"question": "书房", "measure": 24}', '"measure" is 1 to 23 or null'),
        ('{"question": "书房", "measure": "21"}', '"measure" is 1 to 23 or null'),
    ],
)
def test_a_bad_line_is_named(questions: Path, capsys: pytest.CaptureFixture[str], line: str, trouble: str) -> None:
    questions.write_text(line, "utf-8")
    assert main(["evaluate", "questions", str(questions)]) == 1
    assert trouble in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said(questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "questions", str(questions) + "x"]) == 1
    assert "No such file" in capsys.readouterr().err
