"""The running service's private door: a 0600 Unix socket through which the command line asks it to write."""

import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from bot.commands import COMMANDS, OPERATORS_TROUBLE, Result, Workplace

_SECONDS = 30.0
_MOST_BYTES = 64 * 1024 * 1024  # of a command: thousands of articles


class NotRunning(Exception):
    """No service listens on the socket."""


class CommandFailed(Exception):
    """The service refused or failed; the message is for the operator."""


class ControlSocket:
    """Serves commands on a Unix socket that only the service's own account may open."""

    def __init__(self, path: Path, place: Workplace) -> None:
        self._path = path
        self._place = place
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_post("/command", self._command)
        self._runner = web.AppRunner(application, access_log=None)

    async def start(self) -> None:
        """Listen; a socket left by a killed process is replaced (the database lock says that it is dead)."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(self._path)).start()
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()
        self._path.unlink(missing_ok=True)

    async def _command(self, request: web.Request) -> web.Response:
        asked = await request.json()
        command = COMMANDS.get(asked["name"])
        if command is None:
            return web.json_response({"error": f"no command {asked['name']}"}, status=400)
        try:
            return web.json_response(await command(self._place, **asked["arguments"]))
        except OPERATORS_TROUBLE as trouble:
            return web.json_response({"error": str(trouble)}, status=422)


async def ask_service(path: Path, name: str, arguments: Mapping[str, Any]) -> Result:
    """Have the running service run a command.

    Raises:
        NotRunning: if nobody listens.
        CommandFailed: if the command didn't work there.
    """
    connector = aiohttp.UnixConnector(path=str(path))
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        with suppress(aiohttp.ClientConnectorError, FileNotFoundError):
            body = io.BytesIO(orjson.dumps({"name": name, "arguments": arguments}))  # in pieces: it may be long
            async with session.post("http://wenming/command", data=body) as answer:
                if answer.status >= 500:
                    raise CommandFailed("the service failed; its log says why")
                result: Result = await answer.json()
                if answer.status != 200:
                    raise CommandFailed(str(result["error"]))
                return result
    raise NotRunning(str(path))
