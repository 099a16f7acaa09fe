"""The people who work here: who they are, what they may do, inviting them and letting them go."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.console.page import Hit, Route, Subject
from bot.console.sign_in import status_of
from bot.console.visit import Visit
from bot.domain import lockout
from bot.domain import staff as rules
from bot.domain.auditing import words
from bot.domain.permissions import PRESETS, Permission, Staff
from bot.domain.staff import Actor, Invited, Wanted, permissions_now
from bot.domain.staff_words import Refused, Said
from store import audit, invitations, staff
from store.audit import Line, Search
from store.database import Connection
from store.staff import StoredStaff

_HITS = 10
_LAST_LINES = 20
_NOTHING = Wanted(display="", preset="")


@dataclass(frozen=True, slots=True)
class Person:
    """What the page about somebody shows."""

    stored: StoredStaff
    department: str
    invited_until: datetime | None
    locked_until: datetime | None
    lines: Sequence[Line]  # what was last done to or by him


async def show_all(visit: Visit) -> web.Response:
    """Show everybody."""
    people, departments = await visit.read(lambda conn: (staff.list_all(conn), staff.list_departments(conn)))
    return visit.page("staff/list.html", people=people, departments=departments)


async def show_new(visit: Visit) -> web.Response:
    """Show the empty form."""
    return await _show_new(visit, "", _NOTHING)


async def invite(visit: Visit) -> web.Response:
    """Invite somebody, and show the link once."""
    name, wanted = visit.form.text("name", most=64), _wanted(visit)
    try:
        invited = await visit.write(rules.invite, name, wanted, by=_actor(visit), now=visit.now)
    except Refused as refused:
        return await _show_new(visit, name, wanted, refused)
    return _show_link(visit, invited, wanted.display)


async def show(visit: Visit) -> web.Response:
    """Show somebody with the form to change him."""
    person = await _find(visit)
    return await _show(visit, person, _standing(person))


async def change(visit: Visit) -> web.Response:
    """Change what somebody is called and may do."""
    person, wanted = await _find(visit), _wanted(visit)
    version = visit.form.number("version") or 0
    try:
        await visit.write(rules.change, person.stored.id, wanted, version=version, by=_actor(visit), now=visit.now)
    except Refused as refused:
        return await _show(visit, await _find(visit), wanted, refused)
    return visit.go(f"/staff/{person.stored.id}", said="staff/changed", about=wanted.display)


async def deactivate(visit: Visit) -> web.Response:
    """Let somebody in no more."""
    return await _do(visit, rules.deactivate, "deactivated")


async def reset_second_factor(visit: Visit) -> web.Response:
    """Take somebody's second factor away."""
    return await _do(visit, rules.reset_second_factor, "second_factor_reset")


async def reset(visit: Visit) -> web.Response:
    """Take password and second factor away, and show the link to new ones once."""
    return await _invite_again(visit, rules.reset)


async def reactivate(visit: Visit) -> web.Response:
    """Let somebody in again, and show the link once."""
    return await _invite_again(visit, rules.reactivate)


def search(conn: Connection, _me: Staff, words: str) -> Sequence[Hit]:
    """Find people by name."""
    wanted = words.casefold()
    found = [one for one in staff.list_all(conn) if wanted in one.name or wanted in one.display.casefold()]
    return [Hit(one.display, one.name, f"/staff/{one.id}", "person") for one in found[:_HITS]]


async def _do(visit: Visit, verb: Callable[..., None], said: str) -> web.Response:
    person = await _find(visit)
    try:
        await visit.write(verb, person.stored.id, by=_actor(visit), now=visit.now)
    except Refused as refused:
        return await _show(visit, person, _standing(person), refused)
    return visit.go(f"/staff/{person.stored.id}", said=f"staff/{said}", about=person.stored.display)


async def _invite_again(visit: Visit, verb: Callable[..., Invited]) -> web.Response:
    person = await _find(visit)
    try:
        invited = await visit.write(verb, person.stored.id, by=_actor(visit), now=visit.now)
    except Refused as refused:
        return await _show(visit, person, _standing(person), refused)
    return _show_link(visit, invited, person.stored.display)


async def _find(visit: Visit) -> Person:
    number = visit.number("id")
    person = await visit.read(_look, number, visit.now)
    if person is None:
        raise visit.missing("staff", number)
    return person


def _look(conn: Connection, number: int, now: datetime) -> Person | None:
    stored = staff.find(conn, number)
    if stored is None:
        return None
    return Person(
        stored,
        staff.list_departments(conn).get(stored.department_id or 0, ""),
        invitations.find_open(conn, number, now=now),
        lockout.find_lock(conn, stored.name, now=now),
        audit.search(conn, Search(subject="staff", subject_id=str(number)), limit=_LAST_LINES),
    )


async def _show(visit: Visit, person: Person, wanted: Wanted, refused: Refused | None = None) -> web.Response:
    overtaken = refused is not None and refused.said is Said.CHANGED_MEANWHILE
    status = 409 if overtaken else status_of(refused) if refused else 200
    return visit.page(
        "staff/person.html",
        status=status,
        person=person,
        wanted=wanted,
        now_is=_standing(person),
        overtaken=overtaken,
        problem=str(refused or ""),
        log=words(),
        is_me=person.stored.id == visit.staff.staff_id,
        **await _choices(visit),
    )


async def _show_new(visit: Visit, name: str, wanted: Wanted, refused: Refused | None = None) -> web.Response:
    status = status_of(refused) if refused else 200
    values = {"name": name, "wanted": wanted, "problem": str(refused or "")}
    return visit.page("staff/new.html", status=status, **values, **await _choices(visit))


def _show_link(visit: Visit, invited: Invited, display: str) -> web.Response:
    settings = visit.desk.means.settings
    root = settings.public_url or f"{visit.request.scheme}://{visit.request.host}"
    link = f"{root}/desk/invitation/{invited.token}"
    return visit.page("staff/invited.html", link=link, invited=invited, display=display)


async def _choices(visit: Visit) -> Mapping[str, object]:
    """Return what the form offers."""
    departments = await visit.read(staff.list_departments)
    return {"presets": PRESETS, "permissions": list(Permission), "departments": departments}


def _wanted(visit: Visit) -> Wanted:
    form = visit.form
    custom: Collection[str] | None = form.list("permission", most=40) if form.ticked("custom") else None
    return Wanted(
        display=form.text("display", most=60),
        preset=form.text("preset", most=40),
        permissions=custom,
        department=form.text("department", most=60),
        venue=form.text("venue", most=60),
    )


def _standing(person: Person) -> Wanted:
    stored = person.stored
    custom = permissions_now(stored) if stored.granted or stored.taken else None
    return Wanted(
        display=stored.display,
        preset=stored.preset,
        permissions=custom,
        department=person.department,
        venue=stored.venue or "",
    )


def _actor(visit: Visit) -> Actor:
    return Actor(visit.staff.staff_id, visit.address)


SUBJECT = Subject(
    name="staff",
    routes=(
        Route("GET", "/staff", show_all, Permission.STAFF_MANAGE),
        Route("GET", "/staff/new", show_new, Permission.STAFF_MANAGE),
        Route("POST", "/staff", invite, Permission.STAFF_MANAGE),
        Route("GET", "/staff/{id}", show, Permission.STAFF_MANAGE),
        Route("POST", "/staff/{id}", change, Permission.STAFF_MANAGE),
        Route("POST", "/staff/{id}/deactivate", deactivate, Permission.STAFF_MANAGE),
        Route("POST", "/staff/{id}/reactivate", reactivate, Permission.STAFF_MANAGE),
        Route("POST", "/staff/{id}/reset", reset, Permission.STAFF_MANAGE),
        Route("POST", "/staff/{id}/reset-second-factor", reset_second_factor, Permission.STAFF_MANAGE),
    ),
    rule=Permission.STAFF_MANAGE,
    home="/staff",
    search=search,
)
