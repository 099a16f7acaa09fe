"""The console's own memory: which forms have counted, and forms kept over a sign-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite

from store.hot import is_postgres
from store.sealing import Seal
from store.tables import kept_forms, once

TOKENS_KEPT = timedelta(days=2)
FORMS_KEPT = timedelta(hours=1)
_MOST_KEPT = 20  # forms a person


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the first sender of a form was led; `status` is None while he still waits."""

    status: int | None
    location: str | None


_CLAIM_ON_SQLITE = insert_on_sqlite(once).on_conflict_do_nothing()
_CLAIM_ON_POSTGRES = insert_on_postgres(once).on_conflict_do_nothing()
_EXPIRE_TOKENS = delete(once).where(once.c.claimed < bindparam("before"))
_EXPIRE_FORMS = delete(kept_forms).where(kept_forms.c.kept < bindparam("before"))
_OUTCOME = select(once.c.status, once.c.location).where(
    once.c.token == bindparam("token"), once.c.staff_id == bindparam("staff_id")
)
_OF_STAFF = kept_forms.c.staff_id == bindparam("staff_id")
_FORM = select(kept_forms.c.sealed).where(
    kept_forms.c.token == bindparam("token"), _OF_STAFF, kept_forms.c.kept >= bindparam("since")
)
_TOKENS_OF_STAFF = select(kept_forms.c.token).where(_OF_STAFF).order_by(kept_forms.c.kept)


def claim(conn: Connection, token: str, *, staff_id: int, now: datetime) -> bool:
    """Take a form's token; False if it was taken before. Tokens of two days ago go."""
    conn.execute(_EXPIRE_TOKENS, {"before": now - TOKENS_KEPT})
    statement = _CLAIM_ON_POSTGRES if is_postgres(conn) else _CLAIM_ON_SQLITE
    row = {"token": token, "staff_id": staff_id, "claimed": now, "status": None, "location": None}
    return conn.execute(statement, row).rowcount == 1


def settle(conn: Connection, token: str, *, status: int, location: str | None) -> None:
    """Note where the sender of a form was led."""
    conn.execute(update(once).where(once.c.token == token).values(status=status, location=location))


def find_outcome(conn: Connection, token: str, *, staff_id: int) -> Outcome | None:
    """Return where the sender of a form was led, None if this person hasn't sent it."""
    row = conn.execute(_OUTCOME, {"token": token, "staff_id": staff_id}).first()
    return None if row is None else Outcome(row.status, row.location)


def keep_form(conn: Connection, seal: Seal, *, token: str, staff_id: int, content: str, now: datetime) -> None:
    """Keep a form for its writer; of many only the newest twenty stay, and none longer than an hour."""
    conn.execute(_EXPIRE_FORMS, {"before": now - FORMS_KEPT})
    tokens = conn.scalars(_TOKENS_OF_STAFF, {"staff_id": staff_id}).all()
    for old in tokens[: max(0, len(tokens) + 1 - _MOST_KEPT)]:
        conn.execute(delete(kept_forms).where(kept_forms.c.token == old))
    row = {"token": token, "staff_id": staff_id, "kept": now, "sealed": seal.close(content)}
    conn.execute(insert(kept_forms).values(row))


def find_form(conn: Connection, seal: Seal, *, token: str, staff_id: int, now: datetime) -> str | None:
    """Return a kept form's content, None if it is gone or somebody else's."""
    values = {"token": token, "staff_id": staff_id, "since": now - FORMS_KEPT}
    sealed = conn.scalar(_FORM, values)
    return None if sealed is None else seal.open(sealed)


def drop_form(conn: Connection, token: str) -> None:
    """Forget a kept form."""
    conn.execute(delete(kept_forms).where(kept_forms.c.token == token))
