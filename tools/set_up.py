"""Make or mend `.venv` from a lock file; the launcher calls it when the two don't agree. Standard library only.

Usage: python3 tools/set_up.py requirements.lock

Safe to interrupt anywhere and to start twice at once: the second waits, and a folder that was left half done (its mark
stands beside it) is made anew. The copy of the lock file inside `.venv`, written last, is what the launcher compares.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
UNFINISHED = ROOT / ".venv-unfinished"
PYTHON = VENV / "bin" / "python"
RUN, DEV = "requirements.lock", "requirements-dev.lock"


def main(lock: str) -> None:
    with only_one() as held:
        if not is_ready(lock):
            make(lock, held=held)


@contextmanager
def only_one() -> Iterator[int]:
    """Lock the project's folder. The kernel lets go when the last process that holds it ends, however it ends."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is setting up .venv; waiting for it …")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def is_ready(lock: str) -> bool:
    copy = VENV / lock
    same = copy.exists() and copy.read_bytes() == (ROOT / lock).read_bytes()
    return same and not UNFINISHED.exists() and works()


def works() -> bool:
    """Tell whether `.venv` has a Python that is new enough and its pip; an upgrade of the system can take them away."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], stderr=subprocess.DEVNULL).returncode == 0  # noqa: S603


def make(lock: str, *, held: int) -> None:
    if UNFINISHED.exists() or not works():
        UNFINISHED.touch()
        if VENV.exists():
            shutil.rmtree(VENV)
        # The real path, so that `python3` becoming another version later is noticed as a Python that is gone.
        run([os.path.realpath(sys.executable), "-m", "venv", VENV], held=held)
    UNFINISHED.touch()
    for name in (RUN, DEV):
        (VENV / name).unlink(missing_ok=True)
    say(f"installing {lock} …")
    # --no-deps: the lock is complete, so nothing needs resolving. PIP_USER: a venv refuses it.
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    run([PYTHON, "-m", "pip", "install", *options, "--requirement", ROOT / lock], held=held)
    for name in (RUN, DEV) if lock == DEV else (RUN,):
        shutil.copyfile(ROOT / name, VENV / name)
    UNFINISHED.unlink()
    say("ready.")


def run(command: list[str | Path], *, held: int) -> None:
    """Run a step that keeps the lock alive should this process be killed; stop with its exit code if it fails."""
    done = subprocess.run(command, env={**os.environ, "PIP_USER": "no"}, pass_fds=[held])  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode if done.returncode > 0 else 1)


def say(words: str) -> None:
    sys.stderr.write(f"wenming: {words}\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except OSError as wrong:
        sys.exit(f"wenming: {wrong}")
    except KeyboardInterrupt:
        sys.exit(130)
