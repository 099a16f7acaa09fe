"""The one place below all pages: who is let in, what a form must bring, what is written down when somebody is refused.

Nothing of the console is reached but through `Guard.serve`, which knows the route's rule.
"""

import asyncio
import logging
import secrets
from time import monotonic
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.console import kept
from bot.console.cookies import SESSION, VISITOR
from bot.console.csrf import STRANGER, is_from_here
from bot.console.desk import Desk
from bot.console.form import BadForm, read_form
from bot.console.network import caller, may_enter
from bot.console.once import Repeated, is_token
from bot.console.page import FORM_BYTES, Access, Route, Subject, allows
from bot.console.surroundings import look_up
from bot.console.visit import ROOT, Audited, Missing, Visit
from bot.domain.sessions import limits_of, note_use
from bot.logs import without_words
from store import desk as store
from store.database import DATABASE_TROUBLE
from store.desk import Outcome

_LOG = logging.getLogger("wenming.console")
_SIGN_IN, _SET_UP = "/sign-in", "/account/second-factor"
_MOST_WAITS, _WAIT_SECONDS = 40, 0.05  # of a second sender for the first one's answer
_REFUSALS_A_MINUTE = 60  # of one process that are written down: nobody fills the audit log from outside


class Guard:
    """Lets requests through to the actions of the route table."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._means = desk.means
        self._limits = limits_of(desk.means.settings)
        self._public_host = urlsplit(desk.means.settings.public_url).netloc
        self._minute, self._refusals = -1, 0

    async def serve(self, request: web.Request, route: Route, subject: Subject | None) -> web.StreamResponse:
        """Answer a request for a route; whatever goes wrong, in Chinese."""
        address = caller(request, self._means.settings)
        visit = Visit(request=request, desk=self._desk, now=self._means.clock.now(), address=address, subject=subject)
        visit.bearer = self._desk.cookies.get(request, VISITOR) or secrets.token_urlsafe(16)
        if not may_enter(address, self._means.settings):
            _LOG.warning("not from an allowed network", extra={"address": address})
            return visit.page("trouble/outside.html", status=403)
        try:
            return await self._admit(visit, route)
        except web.HTTPException:
            raise
        except Missing as missing:
            return await self._refuse(visit, missing.audited, why="missing", status=404)
        except BadForm as bad:
            return visit.page("trouble/refused.html", status=bad.status, why="large" if bad.status == 413 else "form")
        except Repeated:
            return await self._lead_again(visit)
        except DATABASE_TROUBLE as trouble:
            _LOG.error("the database is away", extra={"path": route.path, "traceback": without_words(trouble)})
            return visit.page("trouble/refused.html", status=503, why="trouble")
        except Exception as error:  # noqa: BLE001 - where staff's requests are received: a number for them, a log line
            return self._apologise(visit, route, error)

    async def _admit(self, visit: Visit, route: Route) -> web.StreamResponse:
        """Find out who it is, read and check the form, then the rule."""
        token = self._desk.cookies.get(visit.request, SESSION)
        visit.signed_in, visit.around = await self._means.database.read(
            look_up, token, subjects=self._desk.subjects, whole=not visit.is_part, now=visit.now
        )
        if visit.signed_in is not None:
            visit.bearer = token
        if route.method != "GET" and (answer := await self._check_form(visit, route, token)) is not None:
            return answer
        if (answer := await self._check_rule(visit, route)) is not None:
            return answer
        await self._note_use(visit)
        response = await route.act(visit)
        if visit.claimed:
            location = response.headers.get("Location") or response.headers.get("HX-Redirect")
            await self._means.database.write(store.settle, visit.claimed, status=response.status, location=location)
        return response

    async def _check_form(self, visit: Visit, route: Route, token: str) -> web.StreamResponse | None:
        """Read the form; the answer if it isn't one of this session's, or the session has ended meanwhile."""
        request, csrf = visit.request, self._desk.csrf
        if not is_from_here(request.headers, own=frozenset({request.host, self._public_host} - {""})):
            return await self._refuse(visit, Audited(action="forged", detail=route.path), why="forged", status=403)
        signed_out = visit.staff_or_none is None and route.rule is not Access.OPEN
        if signed_out and not token:
            return self._ask_to_sign_in(visit, "/")
        visit.form = await read_form(request, most_bytes=FORM_BYTES if signed_out else route.most_bytes)
        proof = request.headers.get("X-CSRF-Token") or visit.form.raw("csrf")
        if signed_out:
            owner = csrf.owner(proof, bearer=token)
            keeping = kept.keep(visit, staff_id=owner) if owner else None
            return self._ask_to_sign_in(visit, (await keeping if keeping else None) or "/")
        expected = visit.signed_in.staff.staff_id if visit.signed_in else STRANGER
        if csrf.owner(proof, bearer=visit.bearer) != expected:
            return await self._refuse(visit, Audited(action="forged", detail=route.path), why="forged", status=403)
        if "once" in visit.form and not is_token(visit.form.raw("once")):
            raise BadForm
        return None

    async def _check_rule(self, visit: Visit, route: Route) -> web.StreamResponse | None:
        if route.rule is Access.OPEN:
            return None
        staff = visit.staff_or_none
        if staff is None:
            return self._ask_to_sign_in(visit, visit.here_with_query)
        if staff.must_set_up and route.rule is not Access.SETTING_UP:
            return visit.go(_SET_UP)
        if not allows(route.rule, staff):
            return await self._refuse(
                visit, Audited(action="forbidden", detail=route.path), why="forbidden", status=403
            )
        return None

    def _ask_to_sign_in(self, visit: Visit, then: str) -> web.Response:
        return visit.go(_SIGN_IN if then == "/" else f"{_SIGN_IN}?next={quote(then, safe='/')}")

    async def _note_use(self, visit: Visit) -> None:
        """Let the idle time begin anew, unless a script asked by itself."""
        session, headers = visit.signed_in, visit.request.headers
        by_itself = "X-Live" in headers or headers.get("Accept") == "text/event-stream"
        if session is not None and session.should_be_noted(visit.now) and not by_itself:
            await self._means.database.write(note_use, session.session_id, limits=self._limits, now=visit.now)

    async def _refuse(self, visit: Visit, audited: Audited, *, why: str, status: int) -> web.Response:
        if visit.signed_in is not None or self._is_written_down():
            await self._means.database.write(visit.note, audited)
        return visit.page("trouble/refused.html", status=status, why=why)

    def _is_written_down(self) -> bool:
        minute = int(monotonic() // 60)
        if minute != self._minute:
            self._minute, self._refusals = minute, 0
        self._refusals += 1
        return self._refusals <= _REFUSALS_A_MINUTE

    async def _lead_again(self, visit: Visit) -> web.Response:
        """Lead whoever sends a form a second time to where the first sending led."""
        staff = visit.staff_or_none
        outcome: Outcome | None = None
        for _ in range(_MOST_WAITS):
            outcome = await self._means.database.read(
                store.find_outcome, visit.form.raw("once"), staff_id=staff.staff_id if staff else STRANGER
            )
            if outcome is None or outcome.status is not None:
                break
            await asyncio.sleep(_WAIT_SECONDS)
        if outcome is not None and outcome.location is not None:
            return visit.go(outcome.location.removeprefix(ROOT))
        if visit.is_part:
            return web.Response(status=204, headers={"HX-Refresh": "true"})
        return visit.page("trouble/refused.html", status=409, why="repeated")

    def _apologise(self, visit: Visit, route: Route, error: Exception) -> web.Response:
        reference = secrets.token_hex(3).upper()
        self._means.metrics.failures.inc()
        details = {"path": route.path, "reference": reference, "traceback": without_words(error)}
        _LOG.error("a page failed", extra=details)
        return visit.page("trouble/refused.html", status=500, why="unknown", reference=reference)
