"""The real service as a process of its own, to be killed, frozen and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0


class Service:
    """`python -m bot serve` with the given settings; its log grows over all its lives."""

    def __init__(self, settings: Mapping[str, str], folder: Path) -> None:
        self.port = int(settings["PORT"])
        self._environment = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **settings}
        self._folder = folder
        self._log = folder / "service.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; the folder has no `.env`, so that nothing but the given settings counts."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def start_and_wait(self) -> None:
        """Start it and wait until it accepts messages.

        Raises:
            RuntimeError: it ended instead, or took too long; the message holds the end of its log.
        """
        self.start()
        until = time.monotonic() + START_SECONDS
        while not self._listens():
            if self._running.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the service didn't start:\n{self._log.read_text(errors='replace')[-3000:]}")
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """Kill it with SIGKILL, in the middle of whatever it does."""
        self._running.kill()
        self._running.wait()
        self._process = None

    def freeze(self) -> None:
        """Stop its every thread until `thaw`, as a machine does that is moved or swaps."""
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._running.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self._running.terminate()
        code = await asyncio.to_thread(self._running.wait, STOP_SECONDS)
        self._process = None
        return code

    def end(self) -> None:
        """Make sure that no process is left."""
        if self._process is not None:
            self.kill()

    def log_lines(self) -> Iterator[Mapping[str, object]]:
        """Yield what it logged over all its lives; a line that was cut by a kill is left out."""
        for line in self._log.read_bytes().splitlines():
            try:
                entry = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(entry, dict):
                yield entry

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the service isn't running")
        return self._process

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
