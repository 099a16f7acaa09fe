"""What the command line can change of the staff: plain JSON in and out, so that it travels through a socket."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain import staff as rules
from bot.domain.permissions import Preset
from bot.domain.staff import OPERATOR, Invited, Wanted, plain_name
from bot.domain.staff_words import Refused, Said
from store import staff
from store.database import Connection, Database

Result = Mapping[str, object]


class Office(Protocol):
    """What these commands need of a place."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def clock(self) -> Clock:
        """Return the business clock."""


async def staff_add(
    place: Office, *, who: str, display: str, preset: str, department: str = "", venue: str = ""
) -> Result:
    """Invite somebody; return the token of the link."""
    wanted = Wanted(display=display, preset=preset, department=department, venue=venue)
    invited = await place.database.write(rules.invite, who, wanted, by=OPERATOR, now=place.clock.now())
    return _invited(plain_name(who), invited)


async def staff_list(place: Office) -> Result:
    """Return everybody."""
    return {"staff": await place.database.read(_describe_all)}


async def staff_deactivate(place: Office, *, who: str) -> Result:
    """Let somebody in no more."""
    staff_id = await place.database.read(_number_of, who)
    await place.database.write(rules.deactivate, staff_id, by=OPERATOR, now=place.clock.now())
    return {"deactivated": plain_name(who)}


async def staff_reactivate(place: Office, *, who: str) -> Result:
    """Let somebody in again; return the token of the link to a new password."""
    staff_id = await place.database.read(_number_of, who)
    invited = await place.database.write(rules.reactivate, staff_id, by=OPERATOR, now=place.clock.now())
    return _invited(plain_name(who), invited)


async def staff_reset(place: Office, *, who: str) -> Result:
    """Take password and second factor away; return the token of the link to a new password."""
    staff_id = await place.database.read(_number_of, who)
    invited = await place.database.write(rules.reset, staff_id, by=OPERATOR, now=place.clock.now())
    return _invited(plain_name(who), invited)


def _number_of(conn: Connection, who: str) -> int:
    stored = staff.find_by_name(conn, plain_name(who))
    if stored is None:
        raise Refused(Said.NOBODY, name=who)
    return stored.id


def _describe_all(conn: Connection) -> list[Result]:
    departments = staff.list_departments(conn)
    return [
        {
            "name": one.name,
            "display": one.display,
            "preset": Preset(one.preset),
            "department": departments.get(one.department_id or 0, ""),
            "venue": one.venue or "",
            "active": one.active,
            "has_password": one.has_password,
            "second_factor": one.has_totp,
            "signed_in": _written(one.signed_in),
        }
        for one in staff.list_all(conn)
    ]


def _invited(name: str, invited: Invited) -> Result:
    return {"name": name, "token": invited.token, "expires": _written(invited.expires)}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


COMMANDS: tuple[Callable[..., Awaitable[Result]], ...] = (
    staff_add,
    staff_list,
    staff_deactivate,
    staff_reactivate,
    staff_reset,
)
