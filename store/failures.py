"""Pushes that the service failed on, kept encrypted for inspection under the number that the citizen was told.

A push that failed may have left no citizen behind. Its row is tied to a person by a hash of the openid alone, so that
erasing the person finds it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.sealing import Seal
from store.tables import failures


@dataclass(frozen=True, slots=True)
class Failure:
    """One push that failed; `raw` is its JSON with the error's words."""

    reference: str
    happened: datetime
    error: str
    raw: str


@dataclass(frozen=True, slots=True)
class Noted:
    """That a push failed, without the push."""

    reference: str
    happened: datetime
    error: str


_OF_PERSON = failures.c.who == bindparam("person")
_ERASE = delete(failures).where(_OF_PERSON)
_LIST = select(failures).where(_OF_PERSON).order_by(failures.c.happened)
_NEWEST = (
    select(failures.c.reference, failures.c.happened, failures.c.error)
    .order_by(failures.c.happened.desc())
    .limit(bindparam("most"))
)


def record(conn: Connection, seal: Seal, *, reference: str, openid: str, raw: str, error: str, now: datetime) -> None:
    """Keep one failure; `raw` is the push with its personal content, `error` must hold none."""
    row = {"reference": reference, "happened": now, "who": _hash(openid), "error": error, "sealed": seal.close(raw)}
    conn.execute(insert(failures).values(row))


def find(conn: Connection, seal: Seal, reference: str) -> Failure | None:
    """Return the failure of a reference number.

    Raises:
        CannotOpen: if the key it was closed with is gone.
    """
    row = conn.execute(select(failures).where(failures.c.reference == reference)).first()
    return None if row is None else Failure(row.reference, row.happened, row.error, seal.open(row.sealed))


def list_of(conn: Connection, seal: Seal, openid: str) -> Sequence[Failure]:
    """Return the failures of a person's pushes, oldest first.

    Raises:
        CannotOpen: if a key is missing.
    """
    rows = conn.execute(_LIST, {"person": _hash(openid)})
    return [Failure(row.reference, row.happened, row.error, seal.open(row.sealed)) for row in rows]


def list_newest(conn: Connection, *, most: int) -> Sequence[Noted]:
    """Return the newest failures without their content, newest first."""
    return [Noted(*row) for row in conn.execute(_NEWEST, {"most": most})]


def erase(conn: Connection, openid: str) -> None:
    """Delete the failures of a person's pushes."""
    conn.execute(_ERASE, {"person": _hash(openid)})


def renew(conn: Connection, seal: Seal) -> int:
    """Close every raw push with the newest key; return how many.

    Raises:
        CannotOpen: if a key is missing; nothing is changed then.
    """
    rows = conn.execute(select(failures.c.reference, failures.c.sealed)).all()
    for reference, sealed in rows:
        change = update(failures).where(failures.c.reference == reference)
        conn.execute(change.values(sealed=seal.renew(sealed)))
    return len(rows)


def _hash(openid: str) -> str:
    return hashlib.sha256(openid.encode("utf-8", "surrogatepass")).hexdigest()
