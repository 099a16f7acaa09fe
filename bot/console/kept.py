"""Words that were sent after their writer had been signed out: kept for an hour, and offered again once he is back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from aiohttp import web

from bot.console.form import Form
from bot.console.page import Access, Route, Subject
from bot.console.visit import Visit
from store import desk

_SECRET = ("password", "code")  # fields whose names hold one of these are never kept
_OURS = ("csrf", "once")
_MOST = 128 * 1024


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form to be sent again: where it went, and its fields."""

    action: str  # below /desk
    fields: Sequence[tuple[str, str]]
    had_files: bool


def may_be_kept(form: Form) -> bool:
    """Tell whether a form holds words worth keeping, and no secret."""
    names = set(form.fields) - set(_OURS)
    return bool(names) and not any(secret in name for name in names for secret in _SECRET)


async def keep(visit: Visit, *, staff_id: int) -> str | None:
    """Keep the visit's form for its writer; return the page that offers it again, None if there is nothing to keep."""
    if not may_be_kept(visit.form):
        return None
    fields = [(name, value) for name, values in visit.form.fields.items() if name not in _OURS for value in values]
    kept = {"action": visit.here_with_query, "fields": fields, "had_files": bool(visit.form.sent_files)}
    content = orjson.dumps(kept).decode()
    if len(content) > _MOST:
        return None
    token = secrets.token_urlsafe(16)
    means = visit.desk.means
    await means.database.write(
        desk.keep_form, means.seal, token=token, staff_id=staff_id, content=content, now=visit.now
    )
    return f"/kept/{token}"


async def show(visit: Visit) -> web.Response:
    """Show what was kept, ready to be sent."""
    token = visit.place("token")
    content = await visit.read(
        desk.find_form, visit.desk.means.seal, token=token, staff_id=visit.staff.staff_id, now=visit.now
    )
    if content is None:
        return visit.page("kept/gone.html", status=404)
    return visit.page("kept/again.html", kept=_load(orjson.loads(content)))


def _load(raw: Mapping[str, object]) -> KeptForm:
    fields = raw["fields"]
    assert isinstance(fields, list)
    return KeptForm(str(raw["action"]), [(name, value) for name, value in fields], bool(raw["had_files"]))


SUBJECT = Subject(
    name="kept",
    routes=(Route("GET", "/kept/{token}", show, Access.SIGNED_IN),),
    rule=Access.SIGNED_IN,
    home="/",
    in_menu=False,
)
