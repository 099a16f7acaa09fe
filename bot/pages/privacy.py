"""The pages about personal data: the notice for everybody, and behind a signed link what is held about one citizen."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic

from aiohttp import web

from bot.clock import Clock
from bot.dialogue.turn import Town
from bot.domain import consent, links, personal
from bot.domain.erasure import erase_citizen
from bot.domain.links import BadLink, ExpiredLink, Leave, Purpose
from bot.domain.personal import Holdings
from bot.domain.recipients import recipients
from bot.logs import without_words
from bot.pages.rendering import Pages
from store import citizens, security_log
from store.database import DATABASE_TROUBLE, Connection, Database
from store.security_log import STRANGER, SecurityEvent

_LOG = logging.getLogger("wenming.pages")
_SHOWN = 20  # of the newest messages and questions; the file has them all
_FILE = "my-information.json"
_KNOCKS = 60  # of strangers that are written down in a minute

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Refused(Exception):
    """A link that opens nothing: `why` is bad, expired or erased."""

    def __init__(self, why: str, *, who: str) -> None:
        super().__init__(why)
        self.why = why
        self.who = who


_STATUS = {"bad": 403, "expired": 410, "erased": 410}


class PrivacyPages:
    """Four routes. Looking changes nothing, erasing needs a POST, and each link is for one of them."""

    def __init__(self, database: Database, *, clock: Clock, town: Town) -> None:
        self._database = database
        self._clock = clock
        self._town = town
        self._seal = town.seal
        self._pages = Pages(town)
        self._knocks = _Knocks()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/privacy", self.notice, allow_head=False),
            web.get("/my", self._guarded(self.see), allow_head=False),
            web.get("/my/export", self._guarded(self.export), allow_head=False),
            web.post("/my/erase", self._guarded(self.erase)),
        ]

    async def notice(self, _request: web.Request) -> web.Response:
        """Show the notice in full."""
        settings = self._town.settings
        version, told = consent.version(settings), recipients(settings)
        return self._pages.render("privacy.html", version=version, told=told, can=self._town.can)

    async def see(self, request: web.Request) -> web.Response:
        """Show what is held."""
        leave = self._leave(request.query.get("token", ""), Purpose.SEE)
        holdings = await self._gather(leave)
        await self._note(SecurityEvent.MY_DATA_SHOWN, leave)
        return self._show(leave, holdings)

    async def export(self, request: web.Request) -> web.Response:
        """Give all of it as a file."""
        leave = self._leave(request.query.get("token", ""), Purpose.EXPORT)
        holdings = await self._gather(leave)
        await self._note(SecurityEvent.MY_DATA_EXPORTED, leave)
        content = personal.export(holdings, now=self._clock.now())
        return self._pages.file(content, name=_FILE, content_type="application/json")

    async def erase(self, request: web.Request) -> web.Response:
        """Erase everything, if the box was ticked."""
        form = await request.post()
        leave = self._leave(str(form.get("token", "")), Purpose.ERASE)
        if form.get("confirm") != "yes":
            return self._show(leave, await self._gather(leave), status=400)
        openid = await self._database.read(citizens.find_openid, leave.citizen_id)
        who = self._seal.alias(leave.citizen_id)
        if openid is None or not await self._database.write_in_turn(
            {openid}, _erase, leave.citizen_id, who=who, now=self._clock.now()
        ):
            raise Refused("erased", who=who)
        return self._pages.render("erased.html")

    def _leave(self, token: str, purpose: Purpose) -> Leave:
        try:
            return links.read(self._seal, purpose, token, now=self._clock.now())
        except BadLink:
            raise Refused("bad", who=STRANGER) from None
        except ExpiredLink as expired:
            raise Refused("expired", who=self._seal.alias(expired.citizen_id)) from None

    async def _gather(self, leave: Leave) -> Holdings:
        holdings = await self._database.read(personal.gather, self._seal, leave.citizen_id)
        if holdings is None:
            raise Refused("erased", who=self._seal.alias(leave.citizen_id))
        return holdings

    def _show(self, leave: Leave, holdings: Holdings, *, status: int = 200) -> web.Response:
        rows = holdings.rows
        return self._pages.render(
            "my.html",
            status=status,
            holdings=holdings,
            said=[one for one in rows.messages if one.said][: -_SHOWN - 1 : -1],
            questions=rows.questions[: -_SHOWN - 1 : -1],
            shown=_SHOWN,
            until=leave.until,
            export_token=links.sign(self._seal, Purpose.EXPORT, leave),
            erase_token=links.sign(self._seal, Purpose.ERASE, leave),
            unticked=status != 200,
        )

    async def _note(self, event: SecurityEvent, leave: Leave) -> None:
        who = self._seal.alias(leave.citizen_id)
        await self._database.write(security_log.record, event, who=who, now=self._clock.now())

    def _guarded(self, handler: Handler) -> Handler:
        """Answer a refused link, or a database that is away, with a page in plain words."""

        async def guarded(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Refused as refused:
                return await self._refuse(refused)
            except DATABASE_TROUBLE as trouble:
                details = {"path": request.path, "traceback": without_words(trouble)}
                _LOG.error("a page could not be shown", extra=details)
                return self._pages.render("refused.html", status=503, why="trouble")

        return guarded

    async def _refuse(self, refused: Refused) -> web.Response:
        if refused.who != STRANGER or self._knocks.are_written_down():
            await self._database.write(
                security_log.record,
                SecurityEvent.LINK_REFUSED,
                who=refused.who,
                now=self._clock.now(),
                detail=refused.why,
            )
        return self._pages.render("refused.html", status=_STATUS[refused.why], why=refused.why)


class _Knocks:
    """Counts strangers with wrong links, lest they fill the security log: sixty a minute are written down."""

    def __init__(self) -> None:
        self._minute = -1
        self._number = 0

    def are_written_down(self) -> bool:
        minute = int(monotonic() // 60)
        if minute != self._minute:
            self._minute, self._number = minute, 0
        self._number += 1
        if self._number == _KNOCKS + 1:
            _LOG.warning("many wrong links: the rest of this minute's aren't written down")
        return self._number <= _KNOCKS


def _erase(conn: Connection, citizen_id: str, *, who: str, now: datetime) -> bool:
    """Erase a citizen who isn't yet; False if somebody was faster."""
    if citizens.find_openid(conn, citizen_id) is None:
        return False
    erase_citizen(conn, citizen_id, cause="asked_on_page", now=now)
    security_log.record(conn, SecurityEvent.MY_DATA_ERASED, who=who, now=now)
    return True
