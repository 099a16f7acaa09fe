"""The running sandbox: one server for the API, page login, QR pictures, script library, phone page and control."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.sandbox import (
    api_drafts,
    api_mass,
    api_material,
    api_media,
    api_menu,
    api_messages,
    api_publish,
    api_robot,
    api_subscriptions,
    api_tags,
    api_template,
    api_token,
    api_unfilled,
    api_users,
    oauth,
)
from bot.sandbox.api import Api
from bot.sandbox.api_call import Endpoint
from bot.sandbox.clock import SandboxClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.control import PlatformControl, errors_as_json
from bot.sandbox.control_citizens import CitizenControl
from bot.sandbox.control_notices import NoticeControl
from bot.sandbox.pages import article_page, consent_page
from bot.sandbox.pictures import ticket_picture
from bot.sandbox.world import World

HERE = Path(__file__).parent
STATIC = HERE / "static"
BODY_BYTES = 32 * 1024 * 1024
CLOSING_SECONDS = 2.0

ENDPOINTS: Mapping[str, Endpoint] = (
    api_unfilled.ENDPOINTS
    | api_token.ENDPOINTS
    | api_menu.ENDPOINTS
    | api_messages.ENDPOINTS
    | api_media.ENDPOINTS
    | api_mass.ENDPOINTS
    | api_material.ENDPOINTS
    | api_drafts.ENDPOINTS
    | api_publish.ENDPOINTS
    | api_users.ENDPOINTS
    | api_tags.ENDPOINTS
    | api_template.ENDPOINTS
    | api_subscriptions.ENDPOINTS
    | api_robot.ENDPOINTS
    | oauth.ENDPOINTS
)


class NotRunning(RuntimeError):
    """The sandbox was asked for something before start or after stop."""


class Sandbox:
    """A pretend WeChat platform; start it, use its base URL, stop it."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._world: World | None = None
        self._runner: web.AppRunner | None = None

    @property
    def world(self) -> World:
        """Everything the platform knows, for those who run it in their own process."""
        if self._world is None:
            raise NotRunning("the sandbox is not running")
        return self._world

    @property
    def base_url(self) -> str:
        """The address that stands for API, OPEN, MP and script library alike, without a slash at the end."""
        return self.world.base_url

    async def start(self, *, port: int = 0) -> str:
        """Listen (port 0: any free one) and answer the base URL."""
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        self._world = World(self._config, SandboxClock(self._config.clock_file), session, base_url="")
        self._runner = web.AppRunner(_application(self._world), access_log=None, shutdown_timeout=CLOSING_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._config.host, port, backlog=1024)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        port = self._runner.addresses[0][1]
        self._world.base_url = self._config.public_url.rstrip("/") or f"http://{self._config.host}:{port}"
        return self._world.base_url

    async def stop(self) -> None:
        """Close pages, end what is under way, free the port."""
        if self._world is None or self._runner is None:
            return
        world, runner = self._world, self._runner
        self._world = self._runner = None
        world.stream.close()
        await world.tasks.stop()
        await runner.cleanup()
        await world.session.close()
        await asyncio.sleep(0)


def _application(world: World) -> web.Application:
    app = web.Application(middlewares=[errors_as_json], client_max_size=BODY_BYTES)
    pages = _Pages(world)
    app.add_routes(
        [
            web.get("/", pages.phone),
            web.get("/media/{id}", pages.medium),
            web.get("/cgi-bin/showqrcode", pages.code_picture),
            web.get("/connect/oauth2/authorize", pages.authorize),
            web.get("/s/{name}", pages.article),
            web.get("/mp/subscribemsg", pages.consent),
            web.get("/open/js/jweixin-1.6.0.js", pages.script),
            web.static("/static", STATIC),
        ]
    )
    app.add_routes(NoticeControl(world).routes())
    app.add_routes(CitizenControl(world).routes())
    app.add_routes(PlatformControl(world).routes())
    api = Api(world, ENDPOINTS)
    for prefix in ("/cgi-bin", "/sns", "/customservice", "/wxaapi"):
        app.router.add_route("*", prefix + "/{path:.*}", api.handle)
    return app


class _Pages:
    """What browsers fetch."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def phone(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def script(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(HERE / "jweixin.js", headers={"Content-Type": "text/javascript; charset=utf-8"})

    async def medium(self, request: web.Request) -> web.Response:
        medium = self._world.media.find(request.match_info["id"])
        if medium is None:
            raise web.HTTPNotFound
        return web.Response(body=medium.content, content_type=medium.content_type)

    async def article(self, request: web.Request) -> web.Response:
        return article_page(self._world, request.match_info["name"])

    async def consent(self, request: web.Request) -> web.Response:
        return consent_page(self._world, request)

    async def code_picture(self, request: web.Request) -> web.Response:
        ticket = self._world.tickets.find(request.query.get("ticket", ""))
        if ticket is None or ticket.expires <= self._world.now():
            raise web.HTTPNotFound
        return web.Response(body=ticket_picture(ticket.ticket), content_type="image/png")

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        return await oauth.authorize(request, self._world)
