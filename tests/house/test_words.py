"""Words stand in their places: Chinese for citizens in bot/texts.py, no address of anybody's machine anywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import PACKAGES, ROOT

HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
WITH_CHINESE = ("bot/texts.py", "bot/sandbox/")
"""The citizens' sentences, and the sandbox, which plays WeChat and its users and may import nothing of ours."""

IGNORED = {".git", ".venv", ".venv-lock", "__pycache__", "var", "build", "dist", "htmlcov"}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".db", ".amr", ".mp3", ".mp4"}


def chinese_strings(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of each string that holds Han characters and isn't a docstring.

    Docstrings and comments may quote the platform's and the town's own terms; no citizen reads them. A string that
    only spells a range of characters with escapes, as a regular expression does, holds none.
    """
    tree = ast.parse(source)
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            written = ast.get_source_segment(source, node) or ""
            if HAN.search(node.value) and HAN.search(written):
                yield node.lineno, node.value


def modules() -> list[str]:
    files = [file for folder in (*PACKAGES, "tools") for file in (ROOT / folder).rglob("*.py")]
    return sorted(str(file.relative_to(ROOT)) for file in files)


@pytest.mark.parametrize("module", [name for name in modules() if not name.startswith(WITH_CHINESE)])
def test_chinese_stands_in_texts_alone(module: str) -> None:
    found = list(chinese_strings((ROOT / module).read_text(encoding="utf-8")))
    assert not found, f"{module}: move to bot/texts.py: {found}"


@pytest.mark.parametrize(
    "planted",
    [
        'reply = "您好"',
        'reply = f"{name},您好"',
        'reply = "a" "好"',
        'WORDS = {"取消": 1}',
        'def f(word="好"): ...',
        'def f():\n    """Docstring."""\n    return "好"',
    ],
)
def test_a_planted_chinese_string_is_found(planted: str) -> None:
    assert list(chinese_strings(planted))


@pytest.mark.parametrize(
    "allowed",
    [
        '"""关于 this module."""',
        'def f():\n    """Answer 取消."""',
        "size = 1  # 一个",
        r'HAN = "[\u4e00-\u9fff]"',
        'A = 1\n"""What 甲 is."""',
    ],
)
def test_docstrings_comments_and_ranges_are_let_be(allowed: str) -> None:
    assert not list(chinese_strings(allowed))


# Put together from halves, so that this file doesn't find itself.
FOREIGN = re.compile(
    "|".join(
        [
            "/" + r"(root|home/\w+|work)/",
            "/" + r"tmp/\w",
            r"pypi\." + r"org",
            "python" + "hosted",
            "--(extra-)?index" + "-url",
            "--find" + "-links",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian",
        ]
    )
)


def project_files() -> list[Path]:
    found = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = IGNORED.intersection(parts) or parts[0].endswith("_cache") or parts[0] in {".hypothesis", ".env"}
        if path.is_file() and not hidden and path.suffix not in BINARY:
            found.append(path)
    return found


def test_no_file_names_a_machine_or_an_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FOREIGN.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    "line", ["cd /" + "work/main", "--index" + "-url x", "https://pypi." + "org/simple", "/" + "tmp/x"]
)
def test_a_planted_address_is_found(line: str) -> None:
    assert FOREIGN.search(line)
