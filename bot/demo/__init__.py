"""`wenming demo`: the real service with the pretend platform beside it, set up by themselves, in one folder."""

import asyncio
import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.app import open_outside
from bot.control import ask_service
from bot.demo.folder import HOST, read_or_make_secrets, settings_of
from bot.demo.office import furnish
from bot.demo.platform import Phones, pretend_platform
from bot.demo.stage import PATH, Stage
from bot.demo.story import Story, read_story
from bot.logs import Logs
from bot.service import one_error, prepare_database, serve
from bot.settings import AccountKind, Settings
from bot.wechat.accounts import CAPABILITIES
from bot.wechat.transport import open_session

_PORTS_TRIED = 50
_LIVED = "lived"  # stands in the folder once its story has been told to the end
_OWN = ("wenming.*", "secrets.json", "erasures.log", "clock", "files", _LIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a demo runs, and as which account."""

    folder: Path
    settings: Settings
    page_port: int
    mode: str
    push_format: str


async def run_demo(
    *,
    port: int,
    account: AccountKind,
    mode: str,
    push_format: str,
    folder: Path,
    stop_on_signals: Callable[[asyncio.Event], None],
) -> None:
    """Run both until interrupted, from the beginning whenever the page asks for it."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    page_port = _free_port(port)
    service_port = _free_port(page_port + 1)
    logs = Logs(level="WARNING", style="text")
    logs.start()
    try:
        while not stop.is_set():
            if not (folder / _LIVED).exists():
                _forget(folder)
            settings = settings_of(folder, account=account, mode=mode, port=service_port, page_port=page_port)
            place = _Place(folder=folder, settings=settings, page_port=page_port, mode=mode, push_format=push_format)
            if await _run_once(place, stop=stop):
                _forget(folder)
    finally:
        logs.stop()


async def _run_once(place: _Place, *, stop: asyncio.Event) -> bool:
    """Run until interrupted, or until all is to start anew: then return True."""
    settings, story, made = place.settings, read_story(), read_or_make_secrets(place.folder)
    again, end = asyncio.Event(), asyncio.Event()
    beside = settings.public_url + PATH
    is_new = not (place.folder / _LIVED).exists()
    async with (
        open_session() as session,
        pretend_platform(settings, place.page_port, mode=place.mode, push_format=place.push_format, beside=beside),
    ):
        phones = Phones(session, settings.wechat_api_url)
        stage = Stage(settings, story, made, phones=phones, again=again.set)
        if is_new:
            await phones.set_clock(-story.said[0].ago)
            await prepare_database(settings)
            async with open_outside(settings) as (database, _):
                await furnish(settings, story, made, database=database)
        async with one_error(), asyncio.TaskGroup() as tasks:
            tasks.create_task(_end_when_asked(stop, again, end=end))
            ready = asyncio.Event()
            tasks.create_task(serve(settings, stop=end, started=lambda _: ready.set(), also=stage.routes))
            await ready.wait()
            if is_new:
                await _live(phones, story)
                (place.folder / _LIVED).touch()
            stage.open()
            if CAPABILITIES[settings.account_kind].custom_menu:
                await ask_service(settings.control_socket, "menu_push", {})
            _announce(place)
    return again.is_set()


async def _end_when_asked(*asked: asyncio.Event, end: asyncio.Event) -> None:
    """Set `end` once one of the others is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in asked]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
    end.set()


async def _live(phones: Phones, story: Story) -> None:
    """Let the days before today pass."""
    for sentence in story.said:
        await phones.set_clock(-sentence.ago)
        await phones.say(sentence.who, sentence.text)
    await phones.set_clock(0)


def _forget(folder: Path) -> None:
    """Take out of the folder what a demo has put there."""
    for file in (found for name in _OWN for found in folder.glob(name)):
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _free_port(first: int) -> int:
    """Return the first free port from `first` on.

    Raises:
        ValueError: if none of the next fifty is free.
    """
    for port in range(first, first + _PORTS_TRIED):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return port
    raise ValueError(f"no free port from {first} on; choose another with --port")


def _announce(place: _Place) -> None:
    out, settings = sys.stdout, place.settings
    out.write(f"\n  Open http://{HOST}:{place.page_port}/ and write to the office as a citizen would.\n")
    out.write("  Beside the phone stands the staff's console, with a chair for each role.\n")
    out.write(
        f"  The service listens on http://{settings.host}:{settings.port} (/readyz, /metrics). Stop with Ctrl-C.\n\n"
    )
    out.flush()
