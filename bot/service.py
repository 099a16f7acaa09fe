"""One run of the service, from a prepared database to the last accepted message."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

from aiohttp import web

from bot.app import Parts, build, open_outside, open_workplace
from bot.clock import Clock
from bot.commands import Result, Workplace, knowledge_import
from bot.control import ControlSocket
from bot.jobs.ledger import replay
from bot.jobs.loop import run_job
from bot.settings import Settings
from bot.wechat.server import server_options
from store.database import Database
from store.ledger import Ledger
from store.lock import hold_database
from store.migrate import find_revision, migrate, newest_revision

_LOG = logging.getLogger("wenming.service")
_FINISH_SECONDS = 10.0  # for accepted messages when asked to stop
_ALLOCATIONS_BETWEEN_COLLECTIONS = 50_000


MoreRoutes = Callable[[Database], Iterable[web.AbstractRouteDef]]


class NeedsMigration(Exception):
    """The database is older or newer than this version of the service."""


async def serve(
    settings: Settings, *, stop: asyncio.Event, started: Callable[[int], None], also: MoreRoutes | None = None
) -> None:
    """Run the service until `stop` is set; `started` gets the port once messages are accepted.

    `also` brings routes of somebody else's: the demo's.

    Raises:
        AlreadyServed: another process holds the SQLite file.
        NeedsMigration: the database doesn't have this version's shape.
    """
    with hold_database(settings.database_url):
        await _prepare_tables(settings)
        async with open_outside(settings) as (database, session):
            place = open_workplace(settings, database=database, session=session)
            await _prepare_content(settings, place)
            clock = Clock(settings.clock_offset_file)
            parts = build(settings, database=database, session=session, clock=clock, stop=stop)
            await parts.library.refresh()
            async with _private_door(settings, place):
                routes = also(database) if also else ()
                await _run(settings, parts=parts, stop=stop, started=started, routes=routes)


async def prepare_database(settings: Settings) -> None:
    """Give an empty database its tables, refuse one of another version, refresh the articles that are still samples.

    Raises:
        NeedsMigration: with what to do.
    """
    await _prepare_tables(settings)
    async with open_outside(settings) as (database, session):
        await _prepare_content(settings, open_workplace(settings, database=database, session=session))


async def bring_up_to_date(settings: Settings) -> Result:
    """Migrate the database, erase again whom a restored backup brought back, and refresh the starting articles."""
    await migrate(settings.database_url)
    async with open_outside(settings) as (database, session):
        return await _prepare_content(settings, open_workplace(settings, database=database, session=session))


async def _prepare_tables(settings: Settings) -> None:
    revision = await find_revision(settings.database_url)
    if revision is None:
        await migrate(settings.database_url)
    elif revision != newest_revision():
        raise NeedsMigration("the database has another shape: make a backup, then run `wenming migrate`")


async def _prepare_content(settings: Settings, place: Workplace) -> Result:
    erased_again = await replay(place.database, Ledger(settings.erasure_ledger), now=place.clock.now())
    return {**await knowledge_import(place), "erased_again": erased_again}


@contextlib.asynccontextmanager
async def _private_door(settings: Settings, place: Workplace) -> AsyncIterator[None]:
    """Let the command line write through this process where it can't beside it: on a SQLite file."""
    if not settings.database_url.startswith("sqlite"):
        yield
        return
    control = ControlSocket(settings.control_socket, place)
    await control.start()
    try:
        yield
    finally:
        await control.stop()


async def _run(
    settings: Settings,
    *,
    parts: Parts,
    stop: asyncio.Event,
    started: Callable[[int], None],
    routes: Iterable[web.AbstractRouteDef],
) -> None:
    """Run every task under one roof; when asked to stop, finish accepted messages, then the jobs."""
    working = asyncio.Event()  # set later than `stop`: the jobs outlive the last message
    async with one_error(), asyncio.TaskGroup() as tasks:
        _start_loops(tasks, parts, working=working, stop=stop)
        try:
            async with _listen(settings, parts, routes) as port:
                with _spared_collector():
                    started(port)
                    await stop.wait()
                _LOG.info("stopping")
        finally:
            working.set()
    await parts.heartbeat.leave()


def _start_loops(tasks: asyncio.TaskGroup, parts: Parts, *, working: asyncio.Event, stop: asyncio.Event) -> None:
    """Start what goes round until the end, each with a pulse that the desk watches."""
    heart = parts.heartbeat
    for job in parts.jobs:
        pulse = heart.pulse(f"job:{type(job).__name__}", patience=job.seconds_between)
        tasks.create_task(run_job(job, working, pulse))
    for sender in parts.senders:
        tasks.create_task(sender.run(working, beat=heart.pulse(f"sender:{sender.lane_name}").beat))
    tasks.create_task(parts.intake.run(working))
    tasks.create_task(parts.feed.run(stop))
    tasks.create_task(run_job(heart, working, heart.pulse("job:Heartbeat")))


@contextlib.asynccontextmanager
async def one_error() -> AsyncIterator[None]:
    """Let a task group's only error out as itself, so that the terminal can explain it."""
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise


@contextlib.asynccontextmanager
async def _listen(settings: Settings, parts: Parts, routes: Iterable[web.AbstractRouteDef]) -> AsyncIterator[int]:
    application = web.Application()
    application.add_routes(parts.callback.routes(settings.callback_path))
    application.add_routes(parts.health.routes())
    application.add_routes(parts.privacy.routes())
    application.add_routes(routes)
    parts.console.mount(application)
    runner = web.AppRunner(application, **server_options(), shutdown_timeout=_FINISH_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
        await site.start()
        yield runner.addresses[0][1]
        await site.stop()
    finally:
        await runner.cleanup()


@contextlib.contextmanager
def _spared_collector() -> Iterator[None]:
    """Keep what was built at the start out of garbage collections: their pauses are the tail of the latency."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
