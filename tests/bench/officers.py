"""Officers for the benchmark: they sign in by HTTP as people do, and click through every page of the route table."""

import asyncio
import contextlib
import itertools
import re
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
import pyotp

from bot.commands import open_seal
from bot.console.page import Access
from bot.console.subjects import SUBJECTS
from bot.domain.passwords import Passwords
from bot.domain.permissions import Permission, Preset
from bot.settings import Settings
from store import staff
from store.database import Connection, open_database
from store.staff import Place

PASSWORD = "槐树 copper 听风 ladder 7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LEADER = "leader"
OFFICERS = 20
SECONDS_BETWEEN_CLICKS = 3.0  # of one officer: time to read
# Pages that aren't asked: streams that don't end, what needs a link of its own, and the signing-in itself.
_NOT_ASKED = frozenset(
    {"/help/feed", "/invitation/{token}", "/kept/{token}", "/sign-in", "/help/{id}/file/{attachment}"}
)
_NOT_ASKED |= {"/account/second-factor", "/account/second-factor.svg"}
_PLACES: Mapping[str, str] = {"slug": "model-street", "kind": "xlsx", "number": "1", "id": "1"}
_QUERIES: Mapping[str, str] = {"/search": "?q=%E5%81%9C%E8%BD%A6", "/knowledge/export": "?format=xlsx"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def pages() -> list[str]:
    """Return an address for every page of the route table, below /desk."""
    routes = [route for subject in SUBJECTS for route in subject.routes if route.method == "GET"]
    asked = [route.path for route in routes if route.path not in _NOT_ASKED]
    return [_fill(path) for path in dict.fromkeys(asked)]


def _fill(path: str) -> str:
    return re.sub(r"\{(\w+)(?::[^}]*)?\}", lambda place: _PLACES[place[1]], path) + _QUERIES.get(path, "")


def clicked() -> list[str]:
    """Return what an officer opens all day: what needs no other permission than a desk officer's."""
    own = {Access.SIGNED_IN, Permission.HELP_ANSWER, Permission.KNOWLEDGE_READ, Permission.UNANSWERED}
    own |= {Permission.OVERVIEW}
    routes = [route for subject in SUBJECTS for route in subject.routes if route.method == "GET" and route.rule in own]
    files = ("export", ".xlsx")
    return [_fill(route.path) for route in routes if route.path not in _NOT_ASKED and not route.path.endswith(files)]


async def hire_everybody(settings: Settings) -> None:
    """Put the officers and a leader who may do everything into the database."""
    kept = await Passwords().hash(PASSWORD)
    now = datetime.now(UTC)

    def hire(conn: Connection) -> None:
        place = Place(preset=Preset.ADMINISTRATOR, granted=list(Permission), taken=[])
        leader = staff.add(conn, LEADER, display=LEADER, place=place, now=now)
        staff.set_password(conn, leader, password=kept, now=now)
        staff.offer_totp(conn, leader, open_seal(settings).close(SECRET))
        staff.accept_totp(conn, leader, step=0)
        for number in range(OFFICERS):
            place = Place(preset=Preset.DESK, granted=[], taken=[])
            row_id = staff.add(conn, f"officer{number}", display=f"officer{number}", place=place, now=now)
            staff.set_password(conn, row_id, password=kept, now=now)

    database = open_database(settings.database_url)
    try:
        await database.write(hire)
    finally:
        await database.close()


@dataclass
class Browser:
    """Somebody signed in."""

    session: aiohttp.ClientSession
    address: str
    taken: dict[str, list[float]] = field(default_factory=dict)  # milliseconds, by page

    async def opens(self, path: str) -> str:
        """Open a page and note how long it took, up to its last byte."""
        started = time.perf_counter()
        async with self.session.get(f"{self.address}/desk{path}", allow_redirects=False) as answer:
            text = await answer.text("utf-8", "replace")
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        self.taken.setdefault(path, []).append(1000 * (time.perf_counter() - started))
        return text

    async def sends(self, page: str, path: str, **fields: str) -> str:
        """Send the form of a page that goes to a path; return what the next page says."""
        form = page[page.index(f'action="/desk{path}"') :].partition("</form>")[0]
        data = {**dict(_HIDDEN.findall(form)), **fields}
        async with self.session.post(f"{self.address}/desk{path}", data=data) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return await answer.text()


@contextlib.asynccontextmanager
async def signed_in(address: str, name: str) -> AsyncIterator[Browser]:
    """Sign somebody in, with the second factor where it is asked for."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(60)) as session:
        browser = Browser(session, address)
        page = await browser.sends(await browser.opens("/sign-in"), "/sign-in", name=name, password=PASSWORD)
        if name == LEADER:
            code = pyotp.TOTP(SECRET).now()
            await browser.sends(page, "/sign-in/second-factor", code=code)
        browser.taken.clear()
        yield browser


@dataclass
class Clicks:
    """How often they clicked; known once they have stopped."""

    number: int = 0


@contextlib.contextmanager
def everybody_clicks(address: str) -> Iterator[Clicks]:
    """Let twenty officers click until the block ends, in a process of their own: not at the generator's expense."""
    words = [sys.executable, "-m", "tests.bench.officers", address]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        clicks = Clicks()
        process.stdout.readline()  # all are signed in
        try:
            yield clicks
        finally:
            process.stdin.close()
            clicks.number = int(process.stdout.read() or 0)


async def _click(address: str) -> int:
    """Sign everybody in, say so, click until the standard input ends, and return how often."""
    stop, count = threading.Event(), [0]
    async with contextlib.AsyncExitStack() as everybody:
        browsers = [
            await everybody.enter_async_context(signed_in(address, f"officer{number}")) for number in range(OFFICERS)
        ]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        async with asyncio.TaskGroup() as tasks:
            for number, browser in enumerate(browsers):
                tasks.create_task(_click_on(browser, number, stop, count))
            await asyncio.to_thread(sys.stdin.read)
            stop.set()
    return count[0]


async def _click_on(browser: Browser, number: int, stop: threading.Event, count: list[int]) -> None:
    paths = clicked()
    await asyncio.sleep(SECONDS_BETWEEN_CLICKS * number / OFFICERS)
    for path in itertools.cycle(paths[number % len(paths) :] + paths[: number % len(paths)]):
        if stop.is_set():
            return
        await browser.opens(path)
        count[0] += 1
        await asyncio.sleep(SECONDS_BETWEEN_CLICKS)


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(_click(sys.argv[1]))}\n")
