"""Citizens: who follows, and the only place besides `contacts` that knows an openid."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from store.hot import HotInsert
from store.tables import citizens

_ENROL = HotInsert(citizens, ("citizen_id", "openid", "followed", "first_seen"))
_FOLLOW = update(citizens).where(citizens.c.citizen_id == bindparam("who")).values(followed=bindparam("is_following"))
_BY_OPENID = select(citizens.c.citizen_id).where(citizens.c.openid == bindparam("openid"))
_RECIPIENT = select(citizens.c.openid).where(citizens.c.citizen_id == bindparam("who"), citizens.c.followed)
_OPENID = select(citizens.c.openid).where(citizens.c.citizen_id == bindparam("who"))
_FORGET = update(citizens).where(citizens.c.citizen_id == bindparam("who")).values(openid=None, followed=False)


def enrol(conn: Connection, openid: str, *, now: datetime) -> str:
    """Give a new openid its citizen_id and return it; raises as `enrol_all`."""
    return enrol_all(conn, [openid], now=now)[0]


def enrol_all(conn: Connection, openids: Sequence[str], *, now: datetime) -> list[str]:
    """Give new openids their citizen_ids, 16 random hexadecimal digits each, and return these.

    Raises:
        sqlalchemy.exc.IntegrityError or the driver's own: an openid is known already.
    """
    found = [secrets.token_hex(8) for _ in openids]
    _ENROL.run(conn, [(citizen_id, openid, True, now) for citizen_id, openid in zip(found, openids, strict=True)])
    return found


def mark_followed(conn: Connection, citizen_id: str, *, followed: bool) -> None:
    """Note that the citizen follows the account or doesn't."""
    conn.execute(_FOLLOW, {"who": citizen_id, "is_following": followed})


def find_by_openid(conn: Connection, openid: str) -> str | None:
    """Return the citizen_id behind an openid."""
    return conn.scalar(_BY_OPENID, {"openid": openid})


def find_openid(conn: Connection, citizen_id: str) -> str | None:
    """Return the openid behind a citizen_id, None once erased."""
    return conn.scalar(_OPENID, {"who": citizen_id})


def find_recipient(conn: Connection, citizen_id: str) -> str | None:
    """Return the openid to write to, None if the citizen doesn't follow or was erased."""
    return conn.scalar(_RECIPIENT, {"who": citizen_id})


def forget_openid(conn: Connection, citizen_id: str) -> None:
    """Cut the tie between the person and the citizen_id for good; who comes back gets a new one."""
    conn.execute(_FORGET, {"who": citizen_id})
