"""Who works here: inviting, changing what somebody may do, letting go. Each verb writes its audit line itself.

Nobody changes his own place, and the last administrator who can sign in stays.
"""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.permissions import Permission, Preset
from bot.domain.permissions import Staff as Staff
from bot.domain.sessions import as_staff
from bot.domain.staff_place import Wanted as Wanted
from bot.domain.staff_place import check_display, check_place, describe_place, place_of
from bot.domain.staff_words import Refused, Said
from store import audit, invitations, recovery, sessions, staff
from store.database import Connection
from store.staff import StoredStaff

INVITED_FOR = timedelta(hours=72)
_NAME = re.compile(r"[\w.-]{2,32}")
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a member of staff at an address, or whoever types commands on the server."""

    staff_id: int | None
    ip: str = ""


OPERATOR = Actor(None)


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited, and the token of the link, which is told once and kept nowhere."""

    staff_id: int
    token: str
    expires: datetime


def find(conn: Connection, staff_id: int) -> StoredStaff | None:
    """Return a member of staff."""
    return staff.find(conn, staff_id)


def invite(conn: Connection, name: str, wanted: Wanted, *, by: Actor, now: datetime) -> Invited:
    """Add somebody, who chooses his password through the invitation.

    Raises:
        Refused: something about it is wrong, or the name is taken.
    """
    plain = plain_name(name)
    if not _NAME.fullmatch(plain):
        raise Refused(Said.BAD_NAME)
    staff.lock(conn)
    if staff.find_by_name(conn, plain) is not None:
        raise Refused(Said.NAME_TAKEN, name=plain)
    place = check_place(conn, wanted)
    staff_id = staff.add(conn, plain, display=check_display(wanted), place=place, now=now)
    return _invite(conn, staff_id, "staff_invited", detail=describe_place(place), by=by, now=now)


def reset(conn: Connection, staff_id: int, *, by: Actor, now: datetime) -> Invited:
    """Take password, second factor and sessions away and invite anew: for who has forgotten or lost them.

    Raises:
        Refused: there is nobody, he has left, or it is oneself.
    """
    stored = _find_other(conn, staff_id, by)
    if not stored.active:
        raise Refused(Said.HAS_LEFT, name=stored.display)
    staff.set_password(conn, staff_id, password=None, now=now)
    _drop_second_factor(conn, staff_id)
    sessions.end_all(conn, staff_id)
    return _invite(conn, staff_id, "staff_reset", detail="", by=by, now=now)


def reset_second_factor(conn: Connection, staff_id: int, *, by: Actor, now: datetime) -> None:
    """Take the second factor away, so that another can be set up: for who has lost his phone and codes.

    Raises:
        Refused: there is nobody, or it is oneself.
    """
    _find_other(conn, staff_id, by)
    _drop_second_factor(conn, staff_id)
    sessions.end_all(conn, staff_id)
    _record(conn, "second_factor_reset", staff_id, by=by, now=now)


def change(conn: Connection, staff_id: int, wanted: Wanted, *, version: int, by: Actor, now: datetime) -> None:
    """Change what somebody is called and may do; he signs in anew if he may do something else now.

    Raises:
        Refused: it is against the rules, or somebody changed it since this version.
    """
    staff.lock(conn)
    stored = _find_other(conn, staff_id, by)
    place = check_place(conn, wanted)
    if place.preset != Preset.ADMINISTRATOR:
        _demand_another_administrator(conn, stored)
    if not staff.move(conn, staff_id, display=check_display(wanted), place=place, version=version):
        raise Refused(Said.CHANGED_MEANWHILE)
    before, after = describe_place(place_of(stored)), describe_place(place)
    if before != after:
        sessions.end_all(conn, staff_id)
    _record(conn, "staff_changed", staff_id, by=by, now=now, detail=f"{before} -> {after}" if before != after else "")


def change_preset(conn: Connection, staff_id: int, preset: Preset, *, version: int, by: Actor, now: datetime) -> None:
    """Give somebody another preset with nothing added or taken; department and venue stay.

    Raises:
        Refused: as for `change`.
    """
    stored = _find_other(conn, staff_id, by)
    department = staff.list_departments(conn).get(stored.department_id or 0, "")
    wanted = Wanted(display=stored.display, preset=preset, department=department, venue=stored.venue or "")
    change(conn, staff_id, wanted, version=version, by=by, now=now)


def deactivate(conn: Connection, staff_id: int, *, by: Actor, now: datetime) -> None:
    """Let nobody in any more under this name, at once.

    Raises:
        Refused: it is oneself, or the last administrator.
    """
    staff.lock(conn)
    stored = _find_other(conn, staff_id, by)
    _demand_another_administrator(conn, stored)
    staff.set_active(conn, staff_id, active=False)
    invitations.take_back(conn, staff_id, now=now)
    sessions.end_all(conn, staff_id)
    _record(conn, "staff_deactivated", staff_id, by=by, now=now)


def reactivate(conn: Connection, staff_id: int, *, by: Actor, now: datetime) -> Invited:
    """Let somebody in again who had left, with a new password.

    Raises:
        Refused: there is nobody, or it is oneself.
    """
    _find_other(conn, staff_id, by)
    staff.set_active(conn, staff_id, active=True)
    staff.set_password(conn, staff_id, password=None, now=now)
    _drop_second_factor(conn, staff_id)
    return _invite(conn, staff_id, "staff_reactivated", detail="", by=by, now=now)


def plain_name(name: str) -> str:
    """Return the one way in which a sign-in name is kept: however wide or large its letters were typed."""
    return unicodedata.normalize("NFKC", name[:200]).strip().casefold()


def permissions_now(stored: StoredStaff) -> frozenset[Permission]:
    """Return what somebody may do."""
    return as_staff(stored).permissions


def _find_other(conn: Connection, staff_id: int, by: Actor) -> StoredStaff:
    stored = staff.find(conn, staff_id)
    if stored is None:
        raise Refused(Said.NOBODY, name=staff_id)
    if stored.id == by.staff_id:
        raise Refused(Said.OWN_ROW)
    return stored


def _demand_another_administrator(conn: Connection, leaving: StoredStaff) -> None:
    if not _administers(leaving):
        return
    if not any(_administers(one) for one in staff.list_all(conn) if one.id != leaving.id):
        raise Refused(Said.LAST_ADMINISTRATOR)


def _administers(stored: StoredStaff) -> bool:
    return stored.active and stored.has_password and stored.preset == Preset.ADMINISTRATOR


def _drop_second_factor(conn: Connection, staff_id: int) -> None:
    staff.drop_totp(conn, staff_id)
    recovery.replace(conn, staff_id, ())


def _invite(conn: Connection, staff_id: int, action: str, *, detail: str, by: Actor, now: datetime) -> Invited:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires = now + INVITED_FOR
    invitations.add(conn, staff_id, token_hash=hash_invitation(token), now=now, expires=expires)
    _record(conn, action, staff_id, by=by, now=now, detail=detail)
    return Invited(staff_id, token, expires)


def hash_invitation(token: str) -> bytes:
    """Return what is kept of an invitation's token."""
    return hashlib.sha256(b"invitation\0" + token.encode("utf-8", "replace")).digest()


def _record(conn: Connection, action: str, staff_id: int, *, by: Actor, now: datetime, detail: str = "") -> None:
    audit.record(
        conn,
        staff_id=by.staff_id,
        action=action,
        subject="staff",
        subject_id=str(staff_id),
        detail=detail,
        ip=by.ip,
        now=now,
    )
