"""`tools/set_up.py` makes `.venv` from a lock file: whole, once, from the user's own package source. No network."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT

WHEEL = "tiny-1.0-py3-none-any.whl"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with one wheel in it: the user's package source."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("tiny.py", "word = 'installed'\n")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    return folder


@pytest.fixture
def project(tmp_path: Path, shelf: Path) -> Path:
    """The script and two lock files that want the one package."""
    folder = tmp_path / "the project"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "set_up.py", folder / "tools")
    digest = hashlib.sha256((shelf / WHEEL).read_bytes()).hexdigest()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return folder


@pytest.fixture
def environment(shelf: Path) -> dict[str, str]:
    """pip's settings as a user has them in the environment, one of which a venv would refuse."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_CONFIG_FILE": os.devnull, "PIP_USER": "yes"}
    return {**mine, **pip, "HOME": "/nonexistent"}


def begin(project: Path, environment: dict[str, str], lock: str = "requirements.lock") -> subprocess.Popen[str]:
    command: list[str | Path] = [sys.executable, project / "tools" / "set_up.py", lock]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)


def set_up(project: Path, environment: dict[str, str], lock: str = "requirements.lock") -> tuple[int, str]:
    process = begin(project, environment, lock)
    _, err = process.communicate(timeout=120)
    return process.returncode, err


def installed(project: Path) -> str:
    command: list[str | Path] = [project / ".venv/bin/python", "-c", "import tiny; print(tiny.word)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_it_installs_what_the_lock_says_and_leaves_its_copy(project: Path, environment: dict[str, str]) -> None:
    assert set_up(project, environment)[0] == 0
    assert installed(project) == "installed"
    assert (project / ".venv/requirements.lock").read_bytes() == (project / "requirements.lock").read_bytes()
    assert not (project / ".venv/requirements-dev.lock").exists()
    assert not (project / ".venv-unfinished").exists()


def test_the_developers_set_up_serves_the_program_too(project: Path, environment: dict[str, str]) -> None:
    assert set_up(project, environment, "requirements-dev.lock")[0] == 0
    assert (project / ".venv/requirements.lock").exists()
    assert (project / ".venv/requirements-dev.lock").exists()


def test_a_package_with_another_hash_is_refused(project: Path, environment: dict[str, str]) -> None:
    (project / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    code, err = set_up(project, environment)
    assert code != 0
    assert "hash" in err.lower()
    assert not (project / ".venv/requirements.lock").exists()


def test_two_at_once_make_it_once(project: Path, environment: dict[str, str]) -> None:
    both = [begin(project, environment), begin(project, environment)]
    said = [process.communicate(timeout=240)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("installing" in err for err in said) == 1
    assert installed(project) == "installed"


def wait_for(lines: Iterator[str], word: str) -> None:
    assert any(word in line for line in lines)


def test_killed_in_the_middle_it_starts_anew(project: Path, environment: dict[str, str]) -> None:
    process = begin(project, environment)
    assert process.stderr is not None
    with process.stderr:
        wait_for(process.stderr, "installing")
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (project / ".venv-unfinished").exists()
    left_over = project / ".venv/left-over"
    left_over.touch()
    assert set_up(project, environment)[0] == 0
    assert installed(project) == "installed"
    assert not left_over.exists()


def test_a_venv_that_works_is_kept_and_one_that_broke_is_made_anew(project: Path, environment: dict[str, str]) -> None:
    assert set_up(project, environment)[0] == 0
    mark = project / ".venv/mark"
    mark.touch()
    (project / "requirements.lock").write_bytes((project / "requirements.lock").read_bytes() + b"# newer\n")
    assert set_up(project, environment)[0] == 0
    assert mark.exists()
    (project / ".venv/bin/python").unlink()
    assert set_up(project, environment)[0] == 0
    assert not mark.exists()
    assert installed(project) == "installed"
