"""Starts the real service on SQLite and sends it mutated requests: no 5xx, no traceback, and it still answers after.

python -m tests.fuzz --requests 50000 --seed 1
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.torture.service import Service
from tests.town import AES_KEY, APP_ID, SEAL_KEY, SECRET, TOKEN, free_port
from tests.wechat import fuzz_callback


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenming-fuzz-") as folder:
        return fuzz(Path(folder), requests=asked.requests, seed=asked.seed)


def fuzz(folder: Path, *, requests: int, seed: int) -> int:
    """Fuzz a service that keeps its things in `folder`."""
    settings = settings_of(folder)
    service = Service(settings, folder)
    asyncio.run(service.start_and_wait())
    try:
        address = ["--url", f"http://127.0.0.1:{settings['PORT']}/wechat", "--log", str(folder / "service.log")]
        account = ["--token", TOKEN, "--app-id", APP_ID, "--aes-key", AES_KEY]
        wrong = fuzz_callback.main([*address, *account, "--requests", str(requests), "--seed", str(seed)])
        return wrong or asyncio.run(service.stop())
    finally:
        service.end()


def settings_of(folder: Path) -> dict[str, str]:
    """Return the settings of an account in the middle of changing its mode: plain and encrypted pushes are taken."""
    return {
        "ACCOUNT_KIND": "verified_service",
        "APP_ID": APP_ID,
        "APP_SECRET": SECRET,
        "CALLBACK_TOKEN": TOKEN,
        "AES_KEY": AES_KEY,
        "ACCEPT_PLAIN": "true",
        "WECHAT_API_URL": f"http://127.0.0.1:{free_port()}",
        "PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{folder / 'wenming.db'}",
        "FILES_DIR": str(folder / "files"),
        "ERASURE_LEDGER": str(folder / "erasures.log"),
        "CONTROL_SOCKET": str(folder / "control.sock"),
        "SECRET_KEYS": SEAL_KEY,
        "LIVE": "false",
        "SAMPLE_ARTICLES": "true",
    }


if __name__ == "__main__":
    sys.exit(main())
