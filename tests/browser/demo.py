"""The demo as a stranger starts it: a process of its own, found through what it prints."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.settings import AccountKind
from tests.town import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 20.0
_ADDRESS = re.compile(r"Open (http://\S+)/ and write")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: where its page is, and the sandbox behind it."""

    address: str
    session: aiohttp.ClientSession

    async def moves_in(self, name: str) -> str:
        """Add a citizen who doesn't follow yet and return the openid."""
        async with self.session.post(f"{self.address}/control/citizens", json={"name": name}) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["openid"])

    async def calls(self) -> list[dict[str, Any]]:
        """Return every API call that the service made, oldest first."""
        async with self.session.get(f"{self.address}/control/calls") as answer:
            found: list[dict[str, Any]] = (await answer.json())["calls"]
            return found


@asynccontextmanager
async def run_demo(folder: Path, *, account: AccountKind = AccountKind.VERIFIED_SERVICE) -> AsyncIterator[Demo]:
    """Run `python -m bot demo` until the block ends; it must stop by itself when asked, without a traceback."""
    folder.mkdir(parents=True, exist_ok=True)
    complaints = folder / "stderr.txt"
    words = ["-m", "bot", "demo", "--port", str(free_port()), "--account", account.value, "--folder", str(folder)]
    with complaints.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, stdout=PIPE, stderr=stderr)
    try:
        address = await _announced(process, complaints)
        async with aiohttp.ClientSession() as session:
            yield Demo(address, session)
    finally:
        await _stop(process)
    assert process.returncode == 0, complaints.read_text()
    assert complaints.read_text() == ""


async def _announced(process: Process, complaints: Path) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS_TO_START):
        async for line in process.stdout:
            if found := _ADDRESS.search(line.decode()):
                return found[1]
    raise AssertionError(f"the demo ended without an address: {complaints.read_text()}")


async def _stop(process: Process) -> None:
    """Ask it to stop, as Ctrl-C does; one that doesn't is killed, and its exit code tells."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(SECONDS_TO_STOP):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
