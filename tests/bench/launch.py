"""Starts servers and the load generator as processes, each on its own core, and stops them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.bench.plan import STARTED, Plan, Result
from tests.ports import free_port as free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 15.0


@dataclass(frozen=True)
class Running:
    """A server that accepts connections."""

    port: int
    pid: int


def cores() -> tuple[int, int]:
    """Return the core for the server under test and the core for the generator; the same one if there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


@contextmanager
def server(
    command: Sequence[str], *, port: int, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run a server pinned to its core until the block ends.

    Raises:
        RuntimeError: it ended, or didn't accept a connection in time; the message holds the end of its output.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # Threads and children started from now on inherit it; the interpreter has hardly begun.
    os.sched_setaffinity(process.pid, {cores()[0]})
    try:
        _await_port(process, port, log)
        yield Running(port, process.pid)
    finally:
        _stop(process)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}:\n{_tail(log)}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_load(plan: Plan, *, meanwhile: Callable[[], None] | None = None) -> Result:
    """Run one burst in the generator's process; `meanwhile` is called when its clock has started."""
    plan = replace(plan, core=cores()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(plan)))
        process.stdin.close()
        if process.stdout.readline().strip() != STARTED:
            raise RuntimeError("the load generator didn't start; its error stands above")
        if meanwhile is not None:
            meanwhile()
        last = process.stdout.read()
    if process.returncode:
        raise RuntimeError("the load generator failed; its error stands above")
    return Result(**json.loads(last))


def resident_megabytes(pid: int) -> float:
    """Return the memory that a process holds now (VmRSS), in MB of 1,000,000 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1_000_000
    raise RuntimeError(f"process {pid} has ended")
