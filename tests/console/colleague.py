"""Somebody of the office with a browser that knows nothing but addresses, links and forms: no scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from aiohttp import FormData

from bot.clock import Clock
from bot.commands import open_seal
from bot.console.cookies import SESSION, Cookies
from bot.domain.permissions import Permission, Preset
from bot.domain.sessions import Caller, Stage, limits_of, open_session
from store import staff as store
from store.database import Connection
from store.staff import Place
from tests.town import Town

_TOTP = "JBSWY3DPEHPK3PXP"


@dataclass(slots=True)
class SentForm:
    """A form of a page, filled in as it came."""

    action: str
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Return the first field of a name."""
        return dict(reversed(self.fields))[name]


@dataclass(slots=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def forms(self) -> Sequence[SentForm]:
        """Return its forms."""
        reader = _Reader()
        reader.feed(self.text)
        return reader.forms

    def form(self, action: str) -> SentForm:
        """Return the form that goes to an address below /desk."""
        found = [form for form in self.forms if form.action == f"/desk{action}"]
        assert found, f"no form to {action}: {self.text}"
        return found[0]

    @property
    def leads_to(self) -> str:
        """Return where it leads, below /desk."""
        assert self.status == 303, (self.status, self.text)
        return self.headers["Location"].removeprefix("/desk")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SentForm] = []
        self._area: str | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(SentForm(found.get("action", ""), found.get("method", "get")))
        name = found.get("name")
        if tag == "select":
            self._choice = name
        if tag == "option" and self._choice and "selected" in found:
            self._put(self._choice, found.get("value", ""))
        if not name or not self.forms:
            return
        if tag == "textarea":
            self._area = name
            self._put(name, "")
        if tag == "input" and found.get("type") not in {"checkbox", "radio", "file", "submit"}:
            self._put(name, found.get("value", ""))
        if tag == "input" and found.get("type") in {"checkbox", "radio"} and "checked" in found:
            self._put(name, found.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].fields[-1] = (self._area, data.removeprefix("\n"))

    def _put(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].fields.append((name, value))


@dataclass(slots=True)
class Colleague:
    """One browser; `staff_id` is None if nobody is signed in."""

    town: Town
    name: str = ""
    staff_id: int | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = ""  # of another server than the town's

    async def asks(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any) -> Page:
        """Send a request below /desk; cookies are kept, redirects aren't followed."""
        crumbs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        everything = {**({"Cookie": crumbs} if crumbs else {}), **(headers or {})}
        url = f"{self.address or self.town.address}/desk{path}"
        async with self.town.session.request(method, url, headers=everything, allow_redirects=False, **body) as answer:
            for name, morsel in answer.cookies.items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
            self.town.session.cookie_jar.clear()
            return Page(answer.status, await answer.text("utf-8", "replace"), answer.headers)

    async def opens(self, path: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """Open a page."""
        return await self.asks("GET", path, headers=headers)

    async def sends(self, form: SentForm, *, headers: Any = None, **changes: object) -> Page:
        """Send a form of a page as it is, but for the `changes`; a list fills a field several times."""
        data = FormData()
        for name, value in form.fields:
            if name not in changes:
                data.add_field(name, value)
        for name, change in changes.items():
            for one in change if isinstance(change, list) else [change]:
                data.add_field(name, str(one))
        return await self.asks("POST", form.action.removeprefix("/desk"), headers=headers, data=data)

    async def fills(self, path: str, action: str, /, **changes: object) -> Page:
        """Open a page and send its form to `action`."""
        page = await self.opens(path)
        assert page.status == 200, (page.status, page.text)
        return await self.sends(page.form(action), **changes)


async def hire(
    town: Town,
    preset: Preset,
    *,
    name: str = "",
    display: str = "",
    granted: Sequence[Permission] = (),
    taken: Sequence[Permission] = (),
    department: str = "",
) -> Colleague:
    """Add somebody to the staff, second factor and all, and sign him in."""
    name = name or preset.value

    def add(conn: Connection) -> None:
        department_id = store.add_department(conn, department) if department else None
        place = Place(preset=preset, granted=[*granted], taken=[*taken], department_id=department_id)
        staff_id = store.add(conn, name, display=display or name, place=place, now=_now(town))
        store.set_password(conn, staff_id, password="argon2id would stand here", now=_now(town))
        store.offer_totp(conn, staff_id, open_seal(town.settings).close(_TOTP))
        store.accept_totp(conn, staff_id, step=0)

    await town.database.write(add)
    return await sign_in(town, name)


async def sign_in(town: Town, name: str) -> Colleague:
    """Sign in somebody who works here already, in a browser of its own."""

    def enter(conn: Connection) -> tuple[str, int]:
        found = store.find_by_name(conn, name)
        assert found is not None
        caller, limits = Caller("127.0.0.1", _now(town)), limits_of(town.settings)
        return open_session(conn, found.id, stage=Stage.FULL, caller=caller, limits=limits), found.id

    token, staff_id = await town.database.write(enter)
    return Colleague(town, name, staff_id, {Cookies(town.settings).name(SESSION): token})


def _now(town: Town) -> datetime:
    return Clock(town.settings.clock_offset_file).now()
