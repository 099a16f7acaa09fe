"""What a subject of the console declares: its routes with their rules, and what the frame may ask it.

A new subject is one module, one folder under `templates/` and one line in `subjects.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from aiohttp import web

from bot.domain.permissions import Permission
from bot.domain.staff import Staff
from store.database import Connection

if TYPE_CHECKING:
    from bot.console.visit import Visit

FORM_BYTES = 256 * 1024  # of a form without files


class Access(Enum):
    """Rules that ask for no permission."""

    OPEN = "open"  # anybody; `visit.staff_or_none` tells whether somebody is signed in
    SETTING_UP = "setting_up"  # signed in, though the second factor that the preset demands may still be missing
    SIGNED_IN = "signed_in"  # any active member of staff who is through with setting up


Rule = Access | Permission
Act = Callable[["Visit"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be done. `path` is below /desk, e.g. "/knowledge/{slug}".

    `most_bytes` caps the whole body of a POST; give more where files are sent.
    """

    method: str
    path: str
    act: Act
    rule: Rule
    most_bytes: int = FORM_BYTES


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that leads somewhere: found by the search, or waiting for this person. `href` is below /desk."""

    title: str
    detail: str
    href: str
    kind: str  # a word of the subject's own: `templates/<subject>/kinds.html` shows it in Chinese, if there is one


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject: `templates/<name>/menu.html` holds its title, `said.html` what its redirects say afterwards."""

    name: str
    routes: tuple[Route, ...]
    rule: Rule  # who sees it in the menu
    home: str  # its first page, "/knowledge"
    waiting: Callable[[Connection, Staff, datetime], int] | None = None  # badge: how much needs this person
    search: Callable[[Connection, Staff, str], Sequence[Hit]] | None = None
    waiting_first: Callable[[Connection, Staff, datetime], Sequence[Hit]] | None = None  # lines for the first page
    in_menu: bool = True


def allows(rule: Rule, staff: Staff) -> bool:
    """Tell whether a fully signed-in member may pass a rule."""
    return staff.may(rule) if isinstance(rule, Permission) else True
