"""The launcher `./wenming`: which Python it takes, when it sets up, what it starts. The Pythons here are stubs."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import ROOT

SHOW = 'echo "pid $$"; echo "in $PWD"; for word; do echo "word $word"; done; exit 7'
SET_UP = """
case "$1" in
  --version) echo "Python 3.12.0" ;;
  tools/set_up.py) echo "set up $2"; mkdir -p .venv/bin; cp requirements*.lock .venv/; cp "$0.venv" .venv/bin/python ;;
esac"""
OLD = 'case "$1" in --version) echo "Python 3.9.2";; *) exit 3;; esac'
WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; *) echo python3.11-venv;; esac'


@dataclass(frozen=True)
class Outcome:
    """How a start ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> list[str]:
        return [line.removeprefix("word ") for line in self.out.splitlines() if line.startswith("word ")]


def write_program(file: Path, body: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The launcher alone, in a folder with blanks and Chinese in its name."""
    folder = tmp_path / "a town's 文明 project"
    folder.mkdir()
    shutil.copy(ROOT / "wenming", folder)
    (folder / "requirements.lock").write_text("a==1\n")
    (folder / "requirements-dev.lock").write_text("a==1\nb==2\n")
    return folder


@pytest.fixture
def ready(project: Path) -> Path:
    """The same after a set-up, with a Python that shows how it was called."""
    write_program(project / ".venv/bin/python", SHOW)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        shutil.copy(project / lock, project / ".venv")
    return project


def path_with(folder: Path, **pythons: str) -> Path:
    """Make a folder for PATH that holds the few tools of any system, and stubs for Pythons."""
    for tool in ("cmp", "cp", "mkdir", "readlink"):
        found = shutil.which(tool)
        assert found, f"{tool} is part of every POSIX system"
        folder.mkdir(exist_ok=True)
        (folder / tool).symlink_to(found)
    for name, body in pythons.items():
        write_program(folder / name.replace("_", "."), body)
        write_program(folder / (name.replace("_", ".") + ".venv"), SHOW)
    return folder


def start(launcher: Path, *words: str, cwd: Path | None = None, **environment: str) -> Outcome:
    clean = {name: value for name, value in os.environ.items() if name != "WENMING_PYTHON"}
    done = subprocess.run(
        ["/bin/sh", launcher, *words],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_every_shell_reads_it(shell: str) -> None:
    if found := shutil.which(shell):
        subprocess.run([found, "-n", ROOT / "wenming"], check=True)
    assert os.access(ROOT / "wenming", os.X_OK)


def test_words_exit_code_and_folder_are_passed_on(ready: Path, tmp_path: Path) -> None:
    outcome = start(ready / "wenming", "ask", "两个 词", "", "--x=*", cwd=tmp_path)
    assert outcome.words == ["-m", "bot", "ask", "两个 词", "", "--x=*"]
    assert f"in {ready}" in outcome.out
    assert (outcome.code, outcome.err) == (7, "")


@pytest.mark.parametrize("target", ["absolute", "relative", "twice"])
def test_it_is_found_through_a_symlink(ready: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "wm"
    relative = Path("..") / ready.name / "wenming"
    link.symlink_to(ready / "wenming" if target == "absolute" else relative)
    if target == "twice":
        link = tmp_path / "again"
        link.symlink_to("elsewhere/wm")
    assert f"in {ready}" in start(link, "doctor", cwd=tmp_path).out


def test_it_is_found_without_a_path(ready: Path) -> None:
    assert start(Path("wenming"), "doctor", cwd=ready).words == ["-m", "bot", "doctor"]


def test_the_program_takes_the_launchers_place_so_that_signals_reach_it(ready: Path) -> None:
    with subprocess.Popen(["/bin/sh", ready / "wenming", "serve"], stdout=subprocess.PIPE, text=True) as process:
        out, _ = process.communicate(timeout=120)
    assert f"pid {process.pid}" in out.splitlines()


def test_the_suite_runs_on_all_processors_unless_tests_are_named(ready: Path) -> None:
    assert start(ready / "wenming", "test").words == ["-m", "pytest", "--numprocesses", "auto", "--dist", "loadfile"]
    assert start(ready / "wenming", "test", "-k", "a b").words == ["-m", "pytest", "-k", "a b"]


def test_develop_starts_a_module(ready: Path) -> None:
    assert start(ready / "wenming", "develop", "ruff", "check").words == ["-m", "ruff", "check"]


def test_check_runs_all_four_and_names_those_that_fail(ready: Path) -> None:
    write_program(ready / ".venv/bin/python", 'echo "$*"; case "$*" in *mypy*|*"ruff check"*) exit 1;; esac')
    outcome = start(ready / "wenming", "check")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 4
    assert outcome.err == "wenming: check failed: ruff mypy\n"
    write_program(ready / ".venv/bin/python", "true")
    assert start(ready / "wenming", "check").code == 0


def test_no_python_is_said_in_both_languages(project: Path, tmp_path: Path) -> None:
    outcome = start(project / "wenming", "demo", PATH=str(path_with(tmp_path / "bin")))
    assert outcome.code == 1
    assert "Python 3.11 or newer is needed" in outcome.err
    assert "apt install python3 python3-venv" in outcome.err
    assert "需要 Python 3.11" in outcome.err
    assert outcome.out == ""


def test_an_old_python_is_named(project: Path, tmp_path: Path) -> None:
    outcome = start(project / "wenming", "demo", PATH=str(path_with(tmp_path / "bin", python3=OLD)))
    assert outcome.code == 1
    assert "older: Python 3.9.2" in outcome.err
    assert "版本过旧" in outcome.err


def test_a_python_without_venv_names_the_package(project: Path, tmp_path: Path) -> None:
    outcome = start(project / "wenming", "demo", PATH=str(path_with(tmp_path / "bin", python3=WITHOUT_VENV)))
    assert outcome.code == 1
    assert "On Debian and Ubuntu: apt install python3.11-venv" in outcome.err
    assert "请运行：apt install python3.11-venv" in outcome.err


def test_the_first_that_fits_is_taken(project: Path, tmp_path: Path) -> None:
    stubs = path_with(tmp_path / "bin", python3_13=OLD, python3_12=WITHOUT_VENV, python3_11=SET_UP, python3="exit 9")
    outcome = start(project / "wenming", "demo", PATH=str(stubs))
    assert "set up requirements.lock" in outcome.out
    assert outcome.words == ["-m", "bot", "demo"]
    assert "python 3.12.0" in outcome.err.lower()
    assert "只需一次" in outcome.err


def test_a_named_python_is_taken_and_no_other(project: Path, tmp_path: Path) -> None:
    stubs = path_with(tmp_path / "bin", python3=SET_UP)
    mine = write_program(tmp_path / "my python", OLD)
    outcome = start(project / "wenming", "demo", PATH=str(stubs), WENMING_PYTHON=str(mine))
    assert outcome.code == 1
    assert "older: Python 3.9.2" in outcome.err
    write_program(mine, SET_UP)
    write_program(tmp_path / "my python.venv", SHOW)
    assert start(project / "wenming", "demo", PATH=str(stubs), WENMING_PYTHON=str(mine)).code == 7


@pytest.mark.parametrize(
    ("command", "lock"),
    [("serve", "requirements.lock"), ("test", "requirements-dev.lock"), ("develop", "requirements-dev.lock")],
)
def test_a_changed_lock_is_set_up_once(ready: Path, tmp_path: Path, command: str, lock: str) -> None:
    stubs = path_with(tmp_path / "bin", python3=SET_UP)
    with (ready / lock).open("a") as file:
        file.write("c==3\n")
    assert f"set up {lock}" in start(ready / "wenming", command, PATH=str(stubs)).out
    assert "set up" not in start(ready / "wenming", command, PATH=str(stubs)).out


def test_an_unfinished_set_up_is_done_again(ready: Path, tmp_path: Path) -> None:
    (ready / ".venv-unfinished").touch()
    outcome = start(ready / "wenming", "demo", PATH=str(path_with(tmp_path / "bin", python3=SET_UP)))
    assert "set up requirements.lock" in outcome.out


def test_a_failed_set_up_starts_nothing(project: Path, tmp_path: Path) -> None:
    failing = 'case "$1" in tools/*) echo "no route to the index" >&2; exit 4;; --version) echo "Python 3.12.0";; esac'
    outcome = start(project / "wenming", "demo", PATH=str(path_with(tmp_path / "bin", python3=failing)))
    assert outcome.code == 1
    assert outcome.words == []
    assert "no route to the index" in outcome.err
    assert "PIP_INDEX_URL" in outcome.err
    assert "环境准备没有完成" in outcome.err
