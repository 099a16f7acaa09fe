"""What the frame shows around every page, read together with the session in one look at the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.console.page import Subject, allows
from bot.domain.alarms import NO_ALARMS, Alarms, read_alarms
from bot.domain.sessions import Session, find_session, hash_token
from bot.domain.staff import Staff
from store.database import Connection


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The numbers in the menu, and what every page must show."""

    badges: Mapping[str, int] = field(default_factory=dict)
    alarms: Alarms = NO_ALARMS


NOTHING_AROUND = Surroundings()


def look_up(
    conn: Connection, token: str, *, subjects: Sequence[Subject], whole: bool, now: datetime
) -> tuple[Session | None, Surroundings]:
    """Return whose session a token opens, and for a `whole` page what surrounds it."""
    session = find_session(conn, hash_token(token), now) if token else None
    if session is None or not session.full or not whole:
        return session, NOTHING_AROUND
    return session, _look_around(conn, subjects, session.staff, now)


def _look_around(conn: Connection, subjects: Sequence[Subject], staff: Staff, now: datetime) -> Surroundings:
    badges = {
        subject.name: subject.waiting(conn, staff, now)
        for subject in subjects
        if subject.waiting is not None and allows(subject.rule, staff)
    }
    return Surroundings(badges, read_alarms(conn))
