"""A subject of the tests' own, so that the frame's promises are tried apart from any real subject's rules."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import aiohttp
from aiohttp import web

from bot.app import build_api, describe_town, open_library
from bot.clock import Clock
from bot.commands import open_seal
from bot.console.console import Console
from bot.console.desk import Means
from bot.console.feed import Feed
from bot.console.page import Access, Hit, Route, Subject
from bot.console.subjects import SUBJECTS
from bot.console.visit import Audited, Visit
from bot.domain.permissions import Permission, Preset, may_see
from bot.domain.staff import Staff
from bot.metrics import Metrics
from bot.outbound.files import ReceivedFiles
from bot.settings import Settings
from bot.wechat.server import server_options
from store import service
from store.database import Connection, Database
from tests.console.colleague import Colleague, hire, sign_in
from tests.town import Town

MOST_BYTES = 300_000
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


@dataclass(slots=True)
class Trial:
    """What the acts of the trial's pages did, and what they wait for."""

    done: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None  # the act stops here after its change

    def subject(self) -> Subject:
        """Return the subject."""
        return Subject(
            name="search",  # whose title it borrows: it has no templates
            routes=(
                Route("GET", "/trial", self.show, Permission.QUIET),
                Route("GET", "/trial/rows/{id}", self.row, Access.SIGNED_IN),
                Route("GET", "/trial/broken", self.broken, Access.SIGNED_IN),
                Route("GET", "/trial/open", self.show, Access.OPEN),
                Route("GET", "/trial/set-up", self.show, Access.SETTING_UP),
                Route("POST", "/trial/keep", self.keep, Permission.QUIET),
                Route("POST", "/trial/refuse", self.refuse, Permission.QUIET),
                Route("POST", "/trial/stay", self.stay, Permission.QUIET),
                Route("POST", "/trial/echo", self.echo, Access.SIGNED_IN, most_bytes=MOST_BYTES),
                Route("POST", "/trial/echo-open", self.echo, Access.OPEN),
            ),
            rule=Permission.QUIET,
            home="/trial",
            search=_search,
            in_menu=False,
            waiting_first=_waiting,
            waiting=lambda conn, staff, now: 3,
        )

    async def show(self, visit: Visit) -> web.Response:
        who = visit.staff_or_none.name if visit.staff_or_none else "nobody"
        return visit.page("trouble/outside.html") if visit.query("full") else web.Response(text=who)

    async def row(self, visit: Visit) -> web.Response:
        department_id = visit.number("id")
        if not may_see(visit.staff, department_id):
            raise visit.missing("row", department_id)
        return web.Response(text="a row")

    async def broken(self, visit: Visit) -> web.Response:
        raise RuntimeError(visit.query("words"))

    async def keep(self, visit: Visit) -> web.Response:
        words = visit.form.words("words")
        await visit.write(
            service.go_quiet, reason=words, now=visit.now, audit=Audited(action="trial_kept", subject="trial")
        )
        self.done.append(words)
        if self.gate is not None:
            await self.gate.wait()
        return visit.go("/search?q=kept")

    async def refuse(self, visit: Visit) -> web.Response:
        try:
            await visit.write(_refuse, audit=Audited(action="trial_kept"))
        except ValueError:
            self.done.append("refused")
        return web.Response(status=400, text="refused")

    async def stay(self, visit: Visit) -> web.Response:
        await visit.write(service.go_quiet, reason="stay", now=visit.now)
        self.done.append("stayed")
        return web.Response(text="stayed")

    async def echo(self, visit: Visit) -> web.Response:
        form = visit.form
        files = [f"{one.name}:{len(one.content)}" for one in form.files("photo")]
        fields = [form.text("words"), form.words("words"), *form.list("many"), str(form.number("number"))]
        return web.json_response([*fields, *files])


def _refuse(conn: Connection) -> None:
    service.go_quiet(conn, reason="never", now=datetime.now().astimezone())
    raise ValueError


def _search(conn: Connection, staff: Staff, asked: str) -> Sequence[Hit]:
    return [Hit(f"{HOSTILE} {asked}", "of the trial", "/trial", "row")]


def _waiting(conn: Connection, staff: Staff, now: datetime) -> Sequence[Hit]:
    return [Hit(HOSTILE, "since this morning", f"/trial/rows/{number}", "row") for number in range(7)]


@dataclass(slots=True)
class TrialDesk:
    """The second console's address, its settings and what its pages did."""

    town: Town
    trial: Trial
    address: str
    settings: Settings

    async def hire(self, preset: Preset = Preset.APPROVER, **details: object) -> Colleague:
        """Add somebody who uses this console."""
        colleague = await hire(self.town, preset, **details)  # type: ignore[arg-type]
        colleague.address = self.address
        return colleague

    async def again(self, name: str) -> Colleague:
        """Sign in somebody who works here already, in another browser."""
        colleague = await sign_in(self.town, name)
        colleague.address = self.address
        return colleague

    def stranger(self) -> Colleague:
        """Return a browser in which nobody is signed in."""
        return Colleague(self.town, address=self.address)

    async def token(self, colleague: Colleague) -> str:
        """Return the token for a colleague's forms."""
        page = await colleague.opens("/search")
        return page.form("/theme").value("csrf")


@asynccontextmanager
async def open_trial(town: Town, **changes: object) -> AsyncIterator[TrialDesk]:
    """Serve a console with the trial's pages on the town's database."""
    settings, trial = town.settings.model_copy(update=changes), Trial()
    async with aiohttp.ClientSession() as session:
        means = _means(settings, database=town.database, session=session)
        application = web.Application()
        Console(means, subjects=(*SUBJECTS, trial.subject())).mount(application)
        runner = web.AppRunner(application, **server_options())
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield TrialDesk(town, trial, f"http://127.0.0.1:{runner.addresses[0][1]}", settings)
        finally:
            await runner.cleanup()


def _means(settings: Settings, *, database: Database, session: aiohttp.ClientSession) -> Means:
    clock, metrics = Clock(settings.clock_offset_file), Metrics()
    library = open_library(settings, database=database, clock=clock, metrics=metrics)
    return Means(
        database=database,
        clock=clock,
        settings=settings,
        seal=open_seal(settings),
        town=describe_town(settings, library=library),
        library=library,
        files=ReceivedFiles(settings.files_dir),
        api=build_api(settings, database=database, session=session),
        metrics=metrics,
        wake_senders=lambda: None,
        feed=Feed(partial(database.read, _no_news)),
    )


def _no_news(conn: Connection) -> int:
    return 0
