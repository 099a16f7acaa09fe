"""The page beside the phone: the console in a frame, whose chair to sit in, a tour, and starting all over.

It is mounted into the demo's service alone. Choosing a chair signs in through the console's own door, with password
and second factor.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import pyotp
from aiohttp import web

from bot.clock import Clock
from bot.commands import open_seal
from bot.console.cookies import SESSION, Cookies
from bot.demo.folder import Secrets
from bot.demo.platform import Phones
from bot.demo.story import Story
from bot.domain import second_factor
from bot.domain.passwords import Passwords
from bot.domain.sessions import Caller, find_session, hash_token, limits_of
from bot.domain.sign_in import SignIn
from bot.domain.staff_words import Refused
from bot.settings import Settings
from store.database import Database

PATH = "/demo/"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_LONGEST_SAID = 200
_OURS = "X-Demo"  # a header that no other site's page can send


class TooSoon(Exception):
    """Every code that is good now has been used; the next one comes within half a minute."""


@dataclass(slots=True)
class Codes:
    """Codes of the shared second factor, each used once by each person."""

    secret: str
    used: dict[str, int]

    def next(self, name: str, *, seconds: float) -> str:
        """Return a code that is good now.

        Raises:
            TooSoon: there is none.
        """
        present = int(seconds) // second_factor.STEP
        step = max(present - 1, self.used.get(name, 0) + 1)
        if step > present + 1:
            raise TooSoon(name)
        self.used[name] = step
        return pyotp.TOTP(self.secret).generate_otp(step)


class Stage:
    """The routes below `/demo/`; `again` is called when everything is to start anew."""

    def __init__(
        self, settings: Settings, story: Story, made: Secrets, *, phones: Phones, again: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._story = story
        self._made = made
        self._phones = phones
        self._again = again
        self._clock = Clock(settings.clock_offset_file)
        self._cookies = Cookies(settings)
        self._codes = Codes(made.totp, {})
        self._tokens: dict[str, str] = {}
        self._is_open = False
        self._run = secrets.token_hex(4)
        self._database: Database | None = None
        self._files = {file.name: file.read_bytes() for file in (files("bot.demo") / "static").iterdir()}

    def open(self) -> None:
        """Let people sit down: the story has been told up to now."""
        self._is_open = True

    def routes(self, database: Database) -> Iterable[web.AbstractRouteDef]:
        """Return the routes, on the service's database."""
        self._database = database
        return (
            web.get(PATH, self.show),
            web.get(f"{PATH}static/{{name}}", self.static),
            web.get(f"{PATH}chairs", self.chairs),
            web.post(f"{PATH}enter/{{name}}", self.enter),
            web.post(f"{PATH}say", self.say),
            web.post(f"{PATH}again", self.start_again),
        )

    async def show(self, _request: web.Request) -> web.Response:
        """Return the page."""
        return self._file("stage.html")

    async def static(self, request: web.Request) -> web.Response:
        """Return one of its files."""
        return self._file(request.match_info["name"])

    async def chairs(self, _request: web.Request) -> web.Response:
        """Return who works here, and the number of this run; nobody sits down while the days before today pass."""
        if not self._is_open:
            raise web.HTTPServiceUnavailable
        people = [{"name": one.name, "role": one.role, "does": one.does} for one in self._story.colleagues]
        return web.json_response({"run": self._run, "people": people})

    async def enter(self, request: web.Request) -> web.Response:
        """Sign in as somebody of the office."""
        _demand_ours(request)
        name = request.match_info["name"]
        if name not in {one.name for one in self._story.colleagues}:
            raise web.HTTPNotFound
        try:
            token = await self._token(name, request)
        except (Refused, TooSoon):
            return web.json_response({"error": "wait"}, status=429)
        response = web.json_response({"name": name})
        self._cookies.put(response, SESSION, token, seconds=self._settings.desk_absolute_hours * 3600)
        return response

    async def say(self, request: web.Request) -> web.Response:
        """Have a citizen write something, for the tour."""
        _demand_ours(request)
        asked = await request.json()
        await self._phones.say(str(asked["who"])[:20], str(asked["text"])[:_LONGEST_SAID])
        return web.json_response({})

    async def start_again(self, request: web.Request) -> web.Response:
        """Forget everything and begin anew."""
        _demand_ours(request)
        self._again()
        return web.json_response({}, status=202)

    async def _token(self, name: str, request: web.Request) -> str:
        assert self._database is not None
        now, kept = self._clock.now(), self._tokens.get(name, "")
        session = await self._database.read(find_session, hash_token(kept), now)
        if session is not None:
            return kept
        seal, limits = open_seal(self._settings), limits_of(self._settings)
        door = SignIn(self._database, seal=seal, passwords=Passwords(), limits=limits)
        caller = Caller(request.remote or "", now, browser=request.headers.get("User-Agent", ""))
        entered = await door.sign_in(name, self._made.password, caller=caller)
        if not entered.full:
            code = self._codes.next(name, seconds=now.timestamp())
            entered = await door.confirm_totp(code, caller=replace(caller, token=entered.token))
        self._tokens[name] = entered.token
        return entered.token

    def _file(self, name: str) -> web.Response:
        if name not in self._files:
            raise web.HTTPNotFound
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors {self._settings.wechat_mp_url}"
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(
            body=self._files[name], content_type=_TYPES[Path(name).suffix], charset="utf-8", headers=headers
        )


def _demand_ours(request: web.Request) -> None:
    if request.headers.get(_OURS) != "1":
        raise web.HTTPForbidden
