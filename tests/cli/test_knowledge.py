"""`wenming knowledge …` as an office types it: files in and out, the check, the loop, beside a service or within."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from store import unanswered
from store.database import open_database
from store.start import read_articles

ROOT = Path(__file__).parents[2]
SLUG = read_articles()[0].slug
PAGE = """## 书房能打印吗？

- 编号：print
- 措施：21
- 主题：书房打印

能，在服务台打，一张一毛。

### 问法

- 书房能打印吗
- 书房可以复印不
- 在书房打印要钱不
"""


@pytest.fixture
def office(environment: dict[str, str], tmp_path: Path) -> Path:
    """A folder with complete settings, whose platform isn't there."""
    (tmp_path / "page.md").write_text(PAGE, "utf-8")
    return tmp_path


@pytest.fixture
def service(office: Path) -> Iterator[None]:
    """The running service, as its own process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=office,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("wenming: listening on"):
            break
    yield
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


class Terminal:
    """Types commands and reads what they say."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def runs(self, *words: str) -> str:
        """Run a command that works; return what it printed."""
        code = main(["knowledge", *words])
        said = self._capsys.readouterr()
        assert code == 0, said.err + said.out
        return said.out

    def says(self, *words: str) -> Any:
        """Do the same, for JSON."""
        return json.loads(self.runs(*words))

    def fails(self, *words: str) -> str:
        """Run a command that ends with 1; return what it complained of, or else printed."""
        code = main(["knowledge", *words])
        said = self._capsys.readouterr()
        assert code == 1
        return said.err or said.out


@pytest.fixture
def terminal(office: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def ask(folder: Path, *questions: str) -> None:
    """Have citizens ask in vain."""

    async def put() -> None:
        database = open_database(f"sqlite:///{folder}/wenming.db")
        for number, question in enumerate(questions):
            await database.write(
                unanswered.add,
                citizen_id=f"c{number}",
                question=question,
                cause="refused",
                nearest_article_id=1,
                asked=datetime.now(UTC),
            )
        await database.close()

    asyncio.run(put())


@pytest.mark.parametrize("name", ["all.md", "all.xlsx"])
def test_what_is_exported_comes_back_unchanged(terminal: Terminal, name: str) -> None:
    count = len(read_articles())
    assert terminal.says("export", name)["written"] == count
    imported = terminal.says("import", name, "--by", "张三")
    assert (len(imported["unchanged"]), imported["added"], imported["changed"]) == (count, [], [])
    assert terminal.says("status") == {"articles": {"sample": count}}


def test_an_article_is_brought_looked_at_and_approved_by_another(terminal: Terminal) -> None:
    assert "say who brings these texts" in terminal.fails("import", "page.md")
    assert terminal.says("import", "page.md", "--dry-run")["added"] == ["print"]
    assert terminal.runs("list", "--status", "draft") == ""
    assert terminal.says("import", "page.md", "--by", "李四")["added"] == ["print"]
    assert "书房能打印吗？" in terminal.runs("list", "--status", "draft")
    assert "要换一个人来批准" in terminal.fails("approve", "print", "--by", "李四")
    assert terminal.says("approve", "print", "--by", "张三")["approved"] == 1
    versions = terminal.says("history", "print")["versions"]
    assert [(one["status"], one["editor"], one["approver"]) for one in versions] == [
        ("draft", "李四", None),
        ("approved", "李四", "张三"),
    ]
    assert terminal.says("withdraw", "print", "--by", "张三")["withdrawn"] == 1
    assert "没有编号是“nothing”" in terminal.fails("withdraw", "nothing", "--by", "张三")


def test_a_file_with_a_mistake_is_not_imported_at_all(terminal: Terminal, office: Path) -> None:
    (office / "page.md").write_text(f"{PAGE}\n## 第二条\n\n- 措施：99\n", "utf-8")
    words = terminal.fails("import", "page.md", "--by", "李四")
    assert "page.md：第 15 行“第二条”：措施是 1 到 23 的数字" in words
    assert "draft" not in terminal.says("status")["articles"]


def test_all_that_can_be_is_approved_and_the_rest_named(terminal: Terminal, office: Path) -> None:
    (office / "page.md").write_text(PAGE.split("### 问法")[0], "utf-8")
    terminal.says("import", "page.md", "--by", "李四")
    said = json.loads(terminal.fails("approve", "--all", "--by", "张三"))
    assert said["approved"] == len(read_articles())
    assert said["refused"] == {"print": ["只有 0 条问法，至少要 3 条。"]}


def test_the_starting_articles_pass_the_check(terminal: Terminal) -> None:
    assert "blocks: 0, warning: 0" in terminal.runs("check")


def test_the_check_works_before_anything_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["knowledge", "check"]) == 0
    assert f"{len(read_articles())} articles" in capsys.readouterr().out


def test_the_check_fails_where_citizens_would_get_the_wrong_thing(terminal: Terminal, office: Path) -> None:
    terminal.says("import", "page.md", "--by", "李四")
    terminal.says("approve", "print", "--by", "张三")
    terminal.runs("check")
    terminal.says("wording", "add", "一张一毛", "--avoid", "--blocks", "--advice", "请写全。", "--by", "张三")
    said = terminal.fails("check")
    assert "blocks   print" in said
    assert "“一张一毛”：请写全。" in said
    assert json.loads(terminal.fails("check", "--json"))["findings"][0]["slug"] == "print"
    (office / "page.md").write_text(PAGE.replace("一张一毛", "每张一毛钱"), "utf-8")
    assert terminal.says("import", "page.md", "--by", "李四")["to_approve"] == ["print"]
    terminal.runs("check")


def test_word_lists_are_kept_by_the_office(terminal: Terminal) -> None:
    groups = terminal.says("synonyms", "list")["groups"]
    added = terminal.says("synonyms", "add", "浇花机", "洒水器", "--by", "张三")["groups"]
    (number,) = added
    assert number not in groups
    assert terminal.says("synonyms", "list")["groups"][number] == ["浇花机", "洒水器"]
    assert terminal.says("synonyms", "remove", number) == {"removed": int(number)}
    assert "no group" in terminal.fails("synonyms", "remove", number)
    terminal.says("wording", "add", "文明城", "--exact", "--advice", "名字要写对。", "--by", "张三")
    assert "文明城" in terminal.runs("wording", "list")
    assert terminal.says("wording", "remove", "文明城") == {"removed": "文明城"}
    assert "no wording" in terminal.fails("wording", "remove", "文明城")
    assert "3 characters" in terminal.fails("wording", "add", "文明", "--exact", "--advice", "a", "--by", "张三")


def test_a_plan_gives_a_draft_for_each_measure_and_spares_what_was_rewritten(terminal: Terminal, office: Path) -> None:
    (office / "plan.txt").write_bytes("一、城市\n1．扫街。每周五。\n3.种树.今年种X棵".encode("gb18030"))
    looked = terminal.runs("draft-from", "plan.txt", "--dry-run")
    assert "plan-01  第 1 条  扫街" in looked
    assert "缺第 2 条" in looked
    assert "有没填的“X”" in looked
    assert "draft" not in terminal.says("status")["articles"]
    assert "say who begins" in terminal.fails("draft-from", "plan.txt")
    assert '"drafts": 2' in terminal.runs("draft-from", "plan.txt", "--by", "李四")
    again = terminal.runs("draft-from", "plan.txt", "--by", "李四")
    assert "plan-01  第 1 条  扫街  已经有了，没有动。" in again
    assert '"drafts": 0' in again


def test_what_was_asked_in_vain_is_shown_in_groups_and_settled(
    terminal: Terminal, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.says("status")
    ask(office, "书房能打印吗", "医保卡丢了", "书房可以打印吗", "啊啊啊")
    shown = terminal.runs("unanswered")
    assert shown.startswith("c1          2 x  书房能打印吗  [")
    assert "书房可以打印吗" in shown
    assert "4 questions in 3 groups, 3 shown" in shown
    assert terminal.runs("unanswered", "--most", "1").endswith("4 questions in 3 groups, 1 shown\n")
    assert terminal.says("unanswered", "--json")["groups"][0]["ids"] == [1, 3]
    settled = terminal.says("resolve", "c1", "--as-sample", SLUG, "--by", "张三")
    assert (settled["count"], settled["slug"], len(settled["samples"])) == (2, SLUG, 2)
    assert "no group c1 any more" in terminal.fails("resolve", "c1", "--drop", "--by", "张三")
    assert "neither a group" in terminal.fails("resolve", "x1", "--drop", "--by", "张三")
    assert terminal.says("resolve", "4", "--drop", "--by", "张三")["count"] == 1
    assert terminal.says("resolve", "2", "--not-ours", "--by", "张三")["count"] == 1
    assert "已经处理过了" in terminal.fails("resolve", "2", "--not-ours", "--by", "张三")
    assert "0 questions" in terminal.runs("unanswered")
    assert main(["evaluate", "regressions", "--json"]) == 0
    found = {one["question"]: one["verdict"] for one in json.loads(capsys.readouterr().out)["questions"]}
    assert found == {"书房能打印吗": "right", "书房可以打印吗": "right", "医保卡丢了": "right"}


def test_a_question_that_is_missed_again_is_named(
    terminal: Terminal, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.says("status")
    ask(office, read_articles()[0].samples[0])
    terminal.says("resolve", "1", "--not-ours", "--by", "张三")
    assert main(["evaluate", "regressions"]) == 1
    said = capsys.readouterr().out
    assert f"missed: {read_articles()[0].samples[0]}  (not ours, got: answer)" in said
    assert "1 questions missed once: 0 right, 0 offered, 1 missed, 0 waiting" in said


def test_a_new_draft_is_a_regression_that_waits(
    terminal: Terminal, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.says("status")
    ask(office, "量子浇花机怎么装")
    settled = terminal.says("resolve", "1", "--new", "装浇花机找谁？", "--answer", "找物业。", "--by", "李四")
    assert settled["slug"] == "asked-1"
    assert main(["evaluate", "regressions"]) == 0
    assert "1 questions missed once: 0 right, 0 offered, 0 missed, 1 waiting" in capsys.readouterr().out


def test_regressions_need_no_file_and_questions_do(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "questions"]) == 1
    assert main(["evaluate", "regressions", "page.md"]) == 1
    assert "questions come from a file" in capsys.readouterr().err


def test_all_of_it_works_inside_the_running_service(service: None, terminal: Terminal) -> None:
    terminal.says("export", "all.xlsx")
    assert len(terminal.says("import", "all.xlsx", "--by", "张三")["unchanged"]) == len(read_articles())
    assert terminal.says("import", "page.md", "--by", "李四")["added"] == ["print"]
    assert "要换一个人来批准" in terminal.fails("approve", "print", "--by", "李四")
    assert terminal.says("synonyms", "add", "浇花机", "洒水器", "--by", "张三")["groups"]
    assert "blocks: 0" in terminal.runs("check")
    assert "0 questions" in terminal.runs("unanswered")


def test_a_thousand_articles_travel_through_the_service(service: None, terminal: Terminal, office: Path) -> None:
    sections = [
        PAGE.replace("print", f"print-{number}")
        .replace("书房能打印吗", f"书房能打印吗{number}")
        .replace("一毛。", "一毛。" * 200)
        for number in range(1000)
    ]
    (office / "many.md").write_text("\n".join(sections), "utf-8")
    assert len(terminal.says("import", "many.md", "--by", "李四")["added"]) == 1000
