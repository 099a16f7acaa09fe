"""Where staff are signed in: a random token in the browser, its hash here, and an end after a while."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.permissions import Permission, Preset, Staff, permissions_of
from bot.settings import Settings
from store import sessions
from store.database import Connection
from store.sessions import NewSession
from store.staff import StoredStaff

_TOKEN_BYTES = 32
_FOR_THE_SECOND_FACTOR = timedelta(minutes=10)
_NOTED_EVERY = timedelta(minutes=1)  # a write at each click would be too much
_LONGEST_BROWSER = 200


class Stage(StrEnum):
    """How far a sign-in has come."""

    SECOND_FACTOR = "second_factor"  # the password was right
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Limits:
    """After which time without a click, and after which time at all, a session is over."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from and when; `token` is what the browser holds, "" if nothing."""

    address: str
    now: datetime
    token: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds. While it isn't `full`, the second factor is still asked for."""

    session_id: int
    staff: Staff
    full: bool
    seen: datetime
    ends: datetime

    def should_be_noted(self, now: datetime) -> bool:
        """Tell whether its use should be written down (`note_use`) to keep it from running out."""
        return self.full and now - self.seen >= _NOTED_EVERY


def limits_of(settings: Settings) -> Limits:
    """Return the operator's limits."""
    return Limits(timedelta(minutes=settings.desk_idle_minutes), timedelta(hours=settings.desk_absolute_hours))


def hash_token(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def find_session(conn: Connection, token_hash: bytes, now: datetime) -> Session | None:
    """Return the session of a token, None if it is over, or its owner doesn't work here any more."""
    found = sessions.find(conn, token_hash, now=now)
    if found is None:
        return None
    session, owner = found
    return Session(session.id, as_staff(owner), session.stage == Stage.FULL, session.seen, session.ends)


def open_session(conn: Connection, staff_id: int, *, stage: Stage, caller: Caller, limits: Limits) -> str:
    """Open a session and return its token, which stands nowhere else."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    longest = limits.absolute if stage is Stage.FULL else _FOR_THE_SECOND_FACTOR
    new = NewSession(
        staff_id=staff_id,
        token_hash=hash_token(token),
        stage=stage,
        started=caller.now,
        idle_until=caller.now + min(limits.idle, longest),
        ends=caller.now + longest,
        address=caller.address,
        browser=caller.browser[:_LONGEST_BROWSER],
    )
    sessions.add(conn, new)
    return token


def note_use(conn: Connection, session_id: int, *, limits: Limits, now: datetime) -> None:
    """Let the idle time of a session begin anew."""
    sessions.touch(conn, session_id, now=now, idle_until=now + limits.idle)


def as_staff(stored: StoredStaff) -> Staff:
    """Return a member of staff as the rules see him; permissions that this version doesn't know are left out."""
    preset = Preset(stored.preset)
    known = set(Permission)
    permissions = permissions_of(
        preset,
        granted=[Permission(one) for one in stored.granted if one in known],
        taken=[Permission(one) for one in stored.taken if one in known],
    )
    return Staff(
        staff_id=stored.id,
        name=stored.name,
        display=stored.display,
        preset=preset,
        permissions=permissions,
        department_id=stored.department_id,
        venue=stored.venue,
        totp=stored.has_totp,
        active=stored.active,
    )
