"""The peers' own Python environment, made once from its lock and kept under build/."""

import hashlib
import subprocess
import sys
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


if __name__ == "__main__":
    sys.exit(subprocess.call([str(peers_python()), "-m", "pip", "list"]))
