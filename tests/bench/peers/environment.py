"""The peers' own Python environment, made once from its lock and kept under build/."""

import hashlib
import re
import subprocess
import venv
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.lock")
FOLDER = Path(__file__).resolve().parents[3] / "build" / "bench-peers"


def peers_python() -> Path:
    """Return the interpreter of an environment that holds exactly what the lock says."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python, made_from = FOLDER / "bin" / "python", FOLDER / "made-from"
    if made_from.exists() and made_from.read_text() == wanted:
        return python
    venv.create(FOLDER, with_pip=True, clear=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", str(LOCK)], check=True)
    made_from.write_text(wanted)
    return python


def locked_versions() -> tuple[str, ...]:
    """Return what takes part on the peers' side only, with its version."""
    locked = dict(re.findall(r"^([\w-]+)==(\S+)", LOCK.read_text(), re.MULTILINE))
    return tuple(f"{name} {locked[name.lower()]}" for name in ("WeRoBot", "Tornado", "Flask", "gunicorn"))
