"""A server that answers as it is told, for shapes that no well-behaved platform gives."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN_ANSWER = '{"access_token":"TOKEN","expires_in":7200}'

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class OddServer:
    """`answers` maps a path to a handler; all others are 404. `seen`, `queries` and `bodies` tell what was asked."""

    url: str = ""
    token_answer: str = TOKEN_ANSWER
    answers: dict[str, Handler] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def answer(self, path: str, body: bytes | str, *, content_type: str = "text/plain", status: int = 200) -> None:
        """Answer a path with fixed bytes."""

        async def handler(_request: web.Request) -> web.Response:
            content = body.encode() if isinstance(body, str) else body
            return web.Response(body=content, content_type=content_type, status=status)

        self.answers[path] = handler

    def last_json(self) -> Any:
        """Return what the last call's body means; WeChat refuses it with `\\uXXXX` in it."""
        assert b"\\u" not in self.bodies[-1]
        return json.loads(self.bodies[-1])

    def break_off(self, path: str, body: bytes, *, content_type: str) -> None:
        """Announce twice the bytes that are sent before the connection is cut."""

        async def handler(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": content_type})
            response.content_length = 2 * len(body)
            await response.prepare(request)
            await response.write(body)
            assert request.transport is not None
            request.transport.close()
            return response

        self.answers[path] = handler

    def redirect(self, path: str, target: str) -> None:
        """Answer a path with a redirect."""

        async def handler(_request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": target})

        self.answers[path] = handler

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and answer it."""
        self.seen.append(request.path)
        self.queries.append({name: value for name, value in request.query.items() if name != "access_token"})
        self.bodies.append(await request.read())
        if request.path in self.answers:
            return await self.answers[request.path](request)
        if request.path == "/cgi-bin/stable_token":
            return web.Response(text=self.token_answer)
        raise web.HTTPNotFound


@asynccontextmanager
async def start_odd_server() -> AsyncIterator[OddServer]:
    """Serve on a free port."""
    server = OddServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        await runner.cleanup()
