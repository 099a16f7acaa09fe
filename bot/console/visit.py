"""One request to the console, as an action sees it: who asks, what was sent, the database, and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import orjson
from aiohttp import web

from bot.console import once
from bot.console.cookies import SAID
from bot.console.desk import Desk
from bot.console.form import Form, clean
from bot.console.page import Subject
from bot.console.surroundings import NOTHING_AROUND, Surroundings
from bot.domain.sessions import Session
from bot.domain.staff import Staff
from store import audit
from store.database import Connection

T = TypeVar("T")

ROOT = "/desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A line for the audit log. `detail` holds no personal text."""

    action: str
    subject: str = ""
    subject_id: str = ""
    detail: str = ""
    citizen: str = ""


class Missing(Exception):
    """There is no such row, or it isn't this person's to see: 404 and an audit line."""

    def __init__(self, audited: Audited) -> None:
        super().__init__(audited.subject)
        self.audited = audited


@dataclass(slots=True, kw_only=True)
class Visit:
    """One request. `now` is business time, `address` the caller's, `form` empty unless it is a POST."""

    request: web.Request
    desk: Desk
    now: datetime
    address: str
    subject: Subject | None = None  # whose page it is
    signed_in: Session | None = None  # also while the second factor is still asked for
    form: Form = field(default_factory=Form)
    around: Surroundings = NOTHING_AROUND
    bearer: str = ""  # identifies the browser; the tokens in its forms are made from it
    claimed: str = field(default="", init=False)  # the once-token that this visit has used up

    @property
    def staff_or_none(self) -> Staff | None:
        """Return who is signed in, None if nobody is all the way."""
        return self.signed_in.staff if self.signed_in is not None and self.signed_in.full else None

    @property
    def staff(self) -> Staff:
        """Return who is signed in; only open pages are shown when nobody is."""
        staff = self.staff_or_none
        assert staff is not None, "an open page asked who is signed in"
        return staff

    @property
    def is_part(self) -> bool:
        """Tell whether htmx asks for a part of the page."""
        headers = self.request.headers
        return "HX-Request" in headers and "HX-History-Restore-Request" not in headers

    @property
    def here(self) -> str:
        """Return the path below /desk that is being looked at."""
        return self.request.path.removeprefix(ROOT) or "/"

    @property
    def here_with_query(self) -> str:
        """Return the same with its parameters."""
        return self.request.path_qs.removeprefix(ROOT) or "/"

    def place(self, name: str) -> str:
        """Return a part of the path: of `/knowledge/{slug}` the slug."""
        return self.request.match_info[name]

    def number(self, name: str) -> int:
        """Return a number that is part of the path.

        Raises:
            Missing: it isn't one.
        """
        text = self.place(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise self.missing()
        return int(text)

    def query(self, name: str, *, most: int = 200) -> str:
        """Return a parameter of the address, "" if it isn't there."""
        return clean(self.request.query.get(name, ""))[:most]

    def query_number(self, name: str, *, default: int = 1, most: int = 100_000) -> int:
        """Return a parameter that is a whole number from 1 to `most`."""
        text = self.query(name, most=9)
        return min(max(int(text), 1), most) if text.isascii() and text.isdigit() else default

    async def read(self, fn: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Look at the database."""
        return await self.desk.means.database.read(fn, *args, **kwargs)

    async def write(
        self,
        fn: Callable[..., T],
        *args: object,
        audit: Audited | Callable[[T], Audited] | None = None,
        **kwargs: object,
    ) -> T:
        """Change the database and write the audit line in the same transaction; `audit` may be made from the result.

        Raises:
            Repeated: the form was sent before; the guard answers.
        """
        result = await self.desk.means.database.write(self._change, fn, args, kwargs, audit)
        if "once" in self.form:
            self.claimed = self.form.raw("once")
        return result

    def _change(
        self,
        conn: Connection,
        fn: Callable[..., T],
        args: tuple[object, ...],
        kwargs: dict[str, object],
        audited: Audited | Callable[[T], Audited] | None,
    ) -> T:
        token = self.form.raw("once")
        if token and not self.claimed:
            once.claim(conn, token, staff_id=self._staff_id or 0, now=self.now)
        result = fn(conn, *args, **kwargs)
        if audited is not None:
            self.note(conn, audited if isinstance(audited, Audited) else audited(result))
        return result

    def note(self, conn: Connection, audited: Audited) -> None:
        """Write an audit line in this person's name."""
        audit.record(
            conn,
            staff_id=self._staff_id,
            action=audited.action,
            subject=audited.subject,
            subject_id=audited.subject_id,
            detail=audited.detail,
            citizen=audited.citizen,
            ip=self.address,
            now=self.now,
        )

    @property
    def _staff_id(self) -> int | None:
        return self.signed_in.staff.staff_id if self.signed_in else None

    def page(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Return a page, or its content alone if htmx asked for that."""
        return self.desk.rendering.page(self, template, status=status, values=values)

    def go(self, path: str, *, said: str = "", about: str = "") -> web.Response:
        """Lead to another page, below /desk, which says once what was done.

        `said` is "subject/key": `templates/<subject>/said.html` has the words for the `key`, and may use `about`.
        """
        assert path.startswith("/")
        if self.is_part:
            response = web.Response(headers={"HX-Redirect": ROOT + path})
        else:
            response = web.Response(status=303, headers={"Location": ROOT + path})
        if said:
            subject, _, key = said.partition("/")
            assert key, "said is subject/key"
            self.desk.cookies.put(response, SAID, orjson.dumps([subject, key, about[:200]]).hex(), seconds=60)
        return response

    def file(self, content: bytes, *, name: str, content_type: str) -> web.Response:
        """Return a file to keep."""
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return web.Response(body=content, content_type=content_type, headers=headers)

    def missing(self, subject: str = "", subject_id: object = "") -> Missing:
        """Return the error to raise where a row isn't there, or isn't this person's to see."""
        return Missing(Audited(action="missing", subject=subject, subject_id=str(subject_id)[:80]))

    def next(self) -> str:
        """Return where to go after signing in: a path below /desk, whatever was asked for."""
        asked = self.form.text("next", most=500) or self.query("next", most=500)
        return asked if asked.startswith("/") and not set(asked) & set('\\<>" ') else "/"
