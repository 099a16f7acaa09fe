"""The sandbox shares no code with the service, so it can't share its mistakes."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SANDBOX = Path(__file__).parents[2] / "bot" / "sandbox"
OTHERS = {"aiohttp", "cryptography", "yarl"}


def imported(source: str) -> Iterator[str]:
    """Every module that the source imports, relative ones with their dots."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def is_allowed(module: str) -> bool:
    root = module.partition(".")[0]
    return module == "bot.sandbox" or module.startswith("bot.sandbox.") or root in OTHERS | sys.stdlib_module_names


@pytest.mark.parametrize("file", sorted(SANDBOX.rglob("*.py")), ids=lambda file: file.name)
def test_sandbox_imports_nothing_of_ours(file: Path) -> None:
    assert [module for module in imported(file.read_text(encoding="utf-8")) if not is_allowed(module)] == []


@pytest.mark.parametrize(
    "source", ["import bot.clock", "from bot import texts", "from store import x", "import wechatpy"]
)
def test_a_planted_import_is_caught(source: str) -> None:
    assert [module for module in imported(source) if not is_allowed(module)]
