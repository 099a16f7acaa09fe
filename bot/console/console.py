"""The console as one part of the service: mounted below /desk, nothing of it runs for any other address."""

from collections.abc import Sequence
from functools import partial

from aiohttp import web

from bot.console.cookies import Cookies
from bot.console.csrf import Csrf
from bot.console.desk import Desk, Means
from bot.console.guard import Guard
from bot.console.headers import put_headers, security_headers
from bot.console.network import caller, may_enter
from bot.console.page import Access, Route, Subject
from bot.console.rendering import Rendering
from bot.console.static_files import StaticFiles
from bot.console.visit import ROOT, Visit
from bot.domain.passwords import Passwords


class Console:
    """Builds the application from the route tables of the subjects."""

    def __init__(self, means: Means, *, subjects: Sequence[Subject]) -> None:
        self._statics = StaticFiles()
        self._headers = security_headers(means.settings)
        self._settings = means.settings
        self._desk = Desk(
            means=means,
            subjects=tuple(subjects),
            rendering=Rendering(subjects, town=means.town, statics=self._statics, root=ROOT),
            csrf=Csrf(means.seal),
            cookies=Cookies(means.settings),
            passwords=Passwords(),
        )
        self._guard = Guard(self._desk)

    def mount(self, application: web.Application) -> None:
        """Add the console to the service. It has no middlewares: those would cost every citizen's message its time."""
        console = web.Application()
        console.on_response_prepare.append(self._harden)
        console.router.add_get("/static/{name:.+}", self._static, allow_head=False)
        for subject in self._desk.subjects:
            for route in subject.routes:
                handler = partial(self._guard.serve, route=route, subject=subject)
                console.router.add_route(route.method, route.path, handler)
        console.router.add_route("*", "/{rest:.*}", partial(self._guard.serve, route=_ELSEWHERE, subject=None))
        application.router.add_get(ROOT, _to_the_first_page, allow_head=False)
        application.add_subapp(ROOT, console)

    async def _static(self, request: web.Request) -> web.Response:
        if not may_enter(caller(request, self._settings), self._settings):
            return web.Response(status=403)
        return self._statics.answer(request)

    async def _harden(self, _request: web.Request, response: web.StreamResponse) -> None:
        put_headers(response, self._headers)


async def _to_the_first_page(_request: web.Request) -> web.Response:
    return web.Response(status=308, headers={"Location": f"{ROOT}/"})


async def _nothing_here(visit: Visit) -> web.StreamResponse:
    raise visit.missing("page", visit.here)


_ELSEWHERE = Route("GET", "/{rest}", _nothing_here, Access.OPEN)
