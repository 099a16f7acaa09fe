"""A local server in a model's place, which answers as badly as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.knowledge.remote import Endpoint
from bot.wechat.transport import open_session

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ModelServer:
    """`asked` holds the bodies of all requests, `keys` what they brought as Authorization."""

    endpoint: Endpoint
    session: aiohttp.ClientSession
    answer: Answer
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and answer it."""
        self.paths.append(request.path)
        self.keys.append(request.headers.get("Authorization"))
        self.asked.append(await request.json())
        return await self.answer(request)

    def says(self, content: object) -> None:
        """Answer as a chat model that says this."""
        text = content if isinstance(content, str) else json.dumps(content)
        self.gives({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})

    def gives(self, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer with this JSON, or with these bytes."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            return web.Response(body=raw, status=status, headers=headers, content_type="application/json")

        self.answer = answer

    def embeds(self, vectors: Callable[[list[str]], list[Any]]) -> None:
        """Answer as an embedding model."""

        async def answer(request: web.Request) -> web.StreamResponse:
            rows = vectors((await request.json())["input"])
            data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
            return web.json_response({"object": "list", "data": data[::-1], "model": "m"})

        self.answer = answer

    def hangs(self) -> None:
        """Take the request and say nothing until let go."""

        async def answer(_request: web.Request) -> web.StreamResponse:
            await self.let_go.wait()
            return web.Response(status=503)

        self.answer = answer

    def trickles(self) -> None:
        """Begin to answer, a blank at a time, for ever."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/json"})
            await response.prepare(request)
            while not self.let_go.is_set():
                await response.write(b" ")
                await asyncio.sleep(0.02)
            return response

        self.answer = answer

    def hangs_up(self, *, after: bytes = b"") -> None:
        """Close the connection, at once or in the middle of the answer."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
            if after:
                await response.prepare(request)
                await response.write(after)
            assert request.transport is not None
            request.transport.close()
            return response

        self.answer = answer


@asynccontextmanager
async def start_model_server() -> AsyncIterator[ModelServer]:
    """Serve on a free port, with the session that the service uses."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with open_session() as session:

        async def nothing(_request: web.Request) -> web.StreamResponse:
            raise web.HTTPNotFound

        server = ModelServer(Endpoint(base="", key="secret", model="m"), session, nothing)
        app.router.add_post("/{path:.*}", server.handle)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            port = runner.addresses[0][1]
            server.endpoint = Endpoint(base=f"http://127.0.0.1:{port}/v1/", key="secret", model="m")
            yield server
        finally:
            server.let_go.set()
            await runner.cleanup()
