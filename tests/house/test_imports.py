"""The import contracts hold, and each of them catches a planted violation."""

import configparser
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house import PACKAGES, ROOT

RUN = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


@dataclass(frozen=True)
class Verdict:
    """What import-linter said."""

    code: int
    output: str

    @property
    def broken(self) -> set[str]:
        return set(re.findall(r"^(.+?) BROKEN", self.output, re.MULTILINE))


def lint(folder: Path) -> Verdict:
    # Not `-m`: that would put the real project on the path before the copy.
    done = subprocess.run(
        [sys.executable, "-c", RUN, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True
    )
    return Verdict(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their contracts in a folder that a test may spoil."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def read_contracts() -> configparser.ConfigParser:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    return contracts


def handler_names() -> list[str]:
    return sorted(file.stem for file in (ROOT / "handlers").glob("*.py") if file.stem != "__init__")


def test_every_contract_is_kept() -> None:
    verdict = lint(ROOT)
    assert verdict.code == 0, verdict.output
    assert "0 broken" in verdict.output


ABOVE = "Layers import downwards only"
PLANTED = [
    ("store/citizens.py", "import bot.wechat.messages", ABOVE),
    ("bot/settings.py", "import bot.clock", ABOVE),
    ("bot/texts.py", "import store.types", ABOVE),
    ("bot/wechat/messages.py", "import bot.outbound", ABOVE),
    ("bot/outbound/__init__.py", "import bot.knowledge", ABOVE),
    ("bot/knowledge/__init__.py", "import bot.dialogue", ABOVE),
    ("bot/domain/__init__.py", "import bot.dialogue", ABOVE),
    ("bot/dialogue/__init__.py", "import bot.jobs", ABOVE),
    ("bot/jobs/__init__.py", "import bot.app", ABOVE),
    ("bot/dialogue/__init__.py", "import handlers", ABOVE),
    ("handlers/__init__.py", "import bot.app", ABOVE),
    ("bot/app.py", "import bot.cli", ABOVE),
    ("bot/app.py", "import bot.service", ABOVE),
    ("bot/service.py", "import bot.demo", ABOVE),
    ("bot/doctor.py", "import bot.questioning", ABOVE),
    ("bot/commands.py", "import bot.control", ABOVE),
    ("bot/pages/__init__.py", "import bot.commands", ABOVE),
    ("bot/dialogue/__init__.py", "import wechatpy", "wechatpy stops in bot.wechat"),
    ("store/citizens.py", "import wechatpy.parser", "wechatpy stops in bot.wechat"),
    ("bot/sandbox/crypto.py", "import wechatpy.crypto", "wechatpy stops in bot.wechat"),
    ("bot/app.py", "import sqlalchemy", "SQL stands in store alone"),
    ("bot/cli.py", "import alembic.command", "SQL stands in store alone"),
    ("handlers/__init__.py", "import sqlite3", "SQL stands in store alone"),
    ("bot/domain/__init__.py", "import asyncpg", "SQL stands in store alone"),
    ("bot/sandbox/crypto.py", "import bot.clock", "The sandbox imports nothing of ours"),
    ("bot/sandbox/crypto.py", "import store.types", "The sandbox imports nothing of ours"),
    ("bot/sandbox/crypto.py", "import handlers", "The sandbox imports nothing of ours"),
    ("bot/cli.py", "import bot.sandbox.crypto", "Nothing imports the sandbox"),
    ("handlers/__init__.py", "import bot.sandbox", "Nothing imports the sandbox"),
]


@pytest.mark.parametrize(("file", "line", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    verdict = lint(copy)
    assert verdict.code == 1, verdict.output
    assert contract in verdict.broken, verdict.output


def test_a_handler_that_imports_another_breaks_its_contract(copy: Path) -> None:
    first, second = handler_names()[:2]
    with (copy / "handlers" / f"{first}.py").open("a", encoding="utf-8") as module:
        module.write(f"\nimport handlers.{second}\n")
    verdict = lint(copy)
    assert verdict.code == 1, verdict.output
    assert "Handlers never import each other" in verdict.broken, verdict.output


def test_every_contract_has_a_planted_violation() -> None:
    contracts = read_contracts()
    names = {contracts[section]["name"] for section in contracts.sections() if "contract" in section}
    assert names == {contract for _, _, contract in PLANTED} | {"Handlers never import each other"}


@pytest.mark.parametrize("section", ["layers", "sandbox-apart"])
def test_every_room_of_bot_is_named(section: str) -> None:
    """A new module in bot/ must get a layer, and stand among what the sandbox may not import."""
    named = set(re.findall(r"bot\.(\w+)", str(dict(read_contracts()[f"importlinter:contract:{section}"]))))
    rooms = {path.stem for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "sandbox"} <= named
