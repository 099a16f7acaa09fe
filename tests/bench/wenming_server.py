"""Starts the real service by its real entry point, with the starting knowledge, on SQLite or PostgreSQL."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.launch import ROOT, Running, free_port, server
from tests.bench.pushes import Account
from tests.postgres import Cluster

PLAIN = Account(token="benchmark-token", app_id="wxbe0000000000be00", original_id="gh_be0000000000")
SAFE = replace(PLAIN, aes_key="benchmarkbenchmarkbenchmarkbenchmark0123456")
LOOP = "uvloop"  # the event loop that `serve` runs on; the bare handler it is compared with runs on the same


@dataclass(frozen=True)
class Setup:
    """How the service under test is set up; without a cluster it stores in SQLite."""

    folder: Path
    account: Account = PLAIN
    cluster: Cluster | None = None
    answer_cache: bool = True

    @property
    def database_file(self) -> Path:
        return self.folder / "wenming.db"


@contextmanager
def wenming(setup: Setup, *, before_start: Callable[[], None] = lambda: None) -> Iterator[Running]:
    """Run the service on a new database until the block ends; `before_start` may put more into the database."""
    if setup.cluster is not None:
        setup.cluster.sql(f"CREATE DATABASE {_database_name(setup)}")
    port = free_port()
    environment = environment_of(setup, port)
    _command(environment, "migrate")  # also brings the starting articles
    before_start()
    with server(
        [sys.executable, "-m", "bot", "serve"],
        port=port,
        log=setup.folder / "serve.log",
        environment=environment,
    ) as running:
        yield running


def _command(environment: dict[str, str], *words: str) -> None:
    """Run one `wenming` command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"wenming {' '.join(words)} failed: {done.stdout}{done.stderr}")


def environment_of(setup: Setup, port: int) -> dict[str, str]:
    """Return the settings of the service under test."""
    account = setup.account
    return {
        "ACCOUNT_KIND": "verified_service",
        "APP_ID": account.app_id,
        "APP_SECRET": "benchmark-secret",
        "CALLBACK_TOKEN": account.token,
        "AES_KEY": account.aes_key or "",
        "PREVIOUS_AES_KEY": "",
        # A closed port: nothing in the measured path calls the platform.
        "WECHAT_API_URL": f"http://127.0.0.1:{free_port()}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": database_url(setup),
        "FILES_DIR": str(setup.folder / "files"),
        "ERASURE_LEDGER": str(setup.folder / "erasures.log"),
        "CONTROL_SOCKET": str(setup.folder / "control.sock"),
        "SECRET_KEYS": base64.urlsafe_b64encode(b"benchmark-key-of-thirty-two-byte").decode(),
        "ANSWER_CACHE": str(int(setup.answer_cache)),
        "LIVE": "false",
        "SAMPLE_ARTICLES": "true",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
    }


def database_url(setup: Setup) -> str:
    if setup.cluster is None:
        return f"sqlite:///{setup.database_file}"
    return setup.cluster.url(_database_name(setup))


def _database_name(setup: Setup) -> str:
    return "bench_" + setup.folder.name.replace("-", "_")
