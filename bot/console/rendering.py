"""The console's pages from templates: everything escaped, an unknown name is an error, times are the town's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.clock import TOWN
from bot.console import once
from bot.console.cookies import SAID, THEME, VISITOR
from bot.console.page import Subject, allows
from bot.console.static_files import StaticFiles
from bot.dialogue.turn import Town
from bot.domain.staff import Staff

if TYPE_CHECKING:
    from bot.console.visit import Visit

THEMES = ("auto", "light", "dark")
_VISITOR_SECONDS = 12 * 3600
_KEY = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    name: str
    href: str
    badge: int
    current: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What the page before this one did."""

    subject: str
    key: str
    about: str


class Rendering:
    """Renders `templates/`. Every template begins with `{% extends layout %}`."""

    def __init__(self, subjects: Sequence[Subject], *, town: Town, statics: StaticFiles, root: str) -> None:
        self._subjects = subjects
        environment = Environment(
            loader=PackageLoader("bot.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters.update(_FILTERS)
        environment.globals.update(
            office=town.office,
            live=town.settings.live,
            asset=lambda name: root + statics.address(name),
            url=lambda path: root + path,
        )
        self._environment = environment
        self._templates = frozenset(environment.list_templates())

    def page(self, visit: Visit, template: str, *, status: int, values: Mapping[str, object]) -> web.Response:
        """Return a page, or its content alone for htmx."""
        text = self._environment.get_template(template).render(
            layout="part.html" if visit.is_part else "frame.html", **self._around(visit), **values
        )
        response = web.Response(status=status, text=text, content_type="text/html")
        self._put_cookies(visit, response)
        return response

    def _around(self, visit: Visit) -> dict[str, object]:
        """Return the names that every template knows."""
        staff = visit.staff_or_none
        return {
            "staff": staff,
            "signed_in": visit.signed_in,
            "now": visit.now,
            "menu": self._menu(visit, staff) if staff and not visit.is_part else (),
            "around": visit.around,
            "said": None if visit.is_part else self._said(visit),
            "csrf": visit.desk.csrf.token(
                visit.bearer, staff_id=visit.signed_in.staff.staff_id if visit.signed_in else 0
            ),
            "once": once.new_token,
            "here": visit.here,
            "theme": self._theme(visit),
            "asked": visit.query("q", most=100) if visit.request.path.endswith("/search") else "",
        }

    def _menu(self, visit: Visit, staff: Staff) -> list[Entry]:
        return [
            Entry(subject.name, subject.home, visit.around.badges.get(subject.name, 0), subject is visit.subject)
            for subject in self._subjects
            if subject.in_menu and not staff.must_set_up and allows(subject.rule, staff)
        ]

    def _theme(self, visit: Visit) -> str:
        chosen = visit.desk.cookies.get(visit.request, THEME)
        return chosen if chosen in THEMES else THEMES[0]

    def _said(self, visit: Visit) -> Said | None:
        """Return what the page before did; the cookie may hold anything."""
        try:
            subject, key, about = orjson.loads(bytes.fromhex(visit.desk.cookies.get(visit.request, SAID)))
        except (ValueError, TypeError):
            return None
        known = isinstance(subject, str) and f"{subject}/said.html" in self._templates
        if not known or not isinstance(key, str) or not isinstance(about, str) or not _KEY.fullmatch(key):
            return None
        return Said(subject, key, about)

    def _put_cookies(self, visit: Visit, response: web.Response) -> None:
        cookies = visit.desk.cookies
        if not visit.is_part and cookies.get(visit.request, SAID):
            cookies.drop(response, SAID)
        if visit.signed_in is None and cookies.get(visit.request, VISITOR) != visit.bearer:
            cookies.put(response, VISITOR, visit.bearer, seconds=_VISITOR_SECONDS)


def _town_time(pattern: str) -> Callable[[datetime], str]:
    return lambda when: when.astimezone(TOWN).strftime(pattern)


_FILTERS: Mapping[str, Callable[..., object]] = {
    "moment": _town_time("%Y-%m-%d %H:%M"),
    "day": _town_time("%Y-%m-%d"),
    "clock": _town_time("%H:%M"),
    "iso": _town_time("%Y-%m-%dT%H:%M:%S%z"),
    "for_field": _town_time("%Y-%m-%dT%H:%M"),  # of a field of type datetime-local
    "as_json": lambda value: json.dumps(value, ensure_ascii=False, default=str),  # for data-* attributes
}
