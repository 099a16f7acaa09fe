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


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one wheel in it: the user's package source."""
    folder = tmp_path_factory.mktemp("shelf")
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("tiny.py", "word = 'installed'\n")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    return folder


@pytest.fixture(scope="module")
def environment(shelf: Path) -> dict[str, str]:
    """pip's settings as a user has them in the environment, one of which a venv would refuse."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_CONFIG_FILE": os.devnull, "PIP_USER": "yes"}
    return {**mine, **pip, "HOME": "/nonexistent"}


@pytest.fixture
def project(tmp_path: Path, shelf: Path) -> Path:
    """The script and two lock files that want the one package."""
    return make_project(tmp_path / "the project", shelf)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, shelf: Path, environment: dict[str, str]) -> Path:
    """A project that is set up, to be copied: making a venv takes seconds."""
    project = make_project(tmp_path_factory.mktemp("finished") / "project", shelf)
    code, err = set_up(project, environment)
    assert code == 0, err
    return project


@pytest.fixture
def ready(tmp_path: Path, finished: Path) -> Path:
    """A project that is set up."""
    shutil.copytree(finished, tmp_path / "ready", symlinks=True)
    return tmp_path / "ready"


def make_project(folder: Path, shelf: Path) -> Path:
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "set_up.py", folder / "tools")
    digest = hashlib.sha256((shelf / WHEEL).read_bytes()).hexdigest()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (folder / lock).write_text(f"tiny==1.0 --hash=sha256:{digest}\n")
    return folder


def begin(project: Path, environment: dict[str, str], lock: str = "requirements.lock") -> subprocess.Popen[str]:
    command: list[str | Path] = [sys.executable, project / "tools" / "set_up.py", lock]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)


def set_up(project: Path, environment: dict[str, str], lock: str = "requirements.lock") -> tuple[int, str]:
    process = begin(project, environment, lock)
    _, err = process.communicate(timeout=300)
    return process.returncode, err


def installed(project: Path) -> str:
    command: list[str | Path] = [project / ".venv/bin/python", "-c", "import tiny; print(tiny.word)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_it_installs_what_the_lock_says_and_leaves_its_copy(ready: Path) -> None:
    assert installed(ready) == "installed"
    assert (ready / ".venv/requirements.lock").read_bytes() == (ready / "requirements.lock").read_bytes()
    assert not (ready / ".venv/requirements-dev.lock").exists()
    assert not (ready / ".venv-unfinished").exists()


def test_the_developers_set_up_serves_the_program_too(ready: Path, environment: dict[str, str]) -> None:
    assert set_up(ready, environment, "requirements-dev.lock")[0] == 0
    assert (ready / ".venv/requirements.lock").exists()
    assert (ready / ".venv/requirements-dev.lock").exists()


def test_a_package_with_another_hash_is_refused(ready: Path, environment: dict[str, str]) -> None:
    (ready / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    shutil.rmtree(next(ready.glob(".venv/lib/*/site-packages/tiny-1.0.dist-info")))
    code, err = set_up(ready, environment)
    assert code != 0
    assert "hash" in err.lower()
    assert not (ready / ".venv/requirements.lock").exists()
    assert (ready / ".venv-unfinished").exists()


def test_two_at_once_make_it_once(project: Path, environment: dict[str, str]) -> None:
    both = [begin(project, environment), begin(project, environment)]
    said = [process.communicate(timeout=300)[1] for process in both]
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


def test_a_venv_that_works_is_kept(ready: Path, environment: dict[str, str]) -> None:
    mark = ready / ".venv/mark"
    mark.touch()
    with (ready / "requirements.lock").open("a") as lock:
        lock.write("# newer\n")
    assert set_up(ready, environment)[0] == 0
    assert mark.exists()
    assert (ready / ".venv/requirements.lock").read_bytes() == (ready / "requirements.lock").read_bytes()


def test_a_venv_whose_python_is_gone_is_made_anew(ready: Path, environment: dict[str, str]) -> None:
    mark = ready / ".venv/mark"
    mark.touch()
    (ready / ".venv/bin/python").unlink()
    assert set_up(ready, environment)[0] == 0
    assert not mark.exists()
    assert installed(ready) == "installed"
