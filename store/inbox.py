"""The inbox: that a push was handled, what was said, and with which words it was answered: WeChat's retries get these.

`look_up` reads in one statement everything that the transaction of a message must know before it acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, LargeBinary, Select, Text, bindparam, exists, select, true, update
from sqlalchemy.types import TypeEngine

from store.hot import HotInsert, HotSelect, is_postgres, unnested
from store.tables import articles, citizens, dialogues, inbox, service_state, unanswered
from store.unanswered import IS_UNTOLD


@dataclass(frozen=True, slots=True)
class Asked:
    """One push to look up: its key, its sender, and the article that would answer it (0: none)."""

    key: bytes
    openid: str
    article_id: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the database says when a push comes in. `reply` is set if this very push was handled before."""

    reply: str | None
    citizen_id: str | None
    revision: int  # of the dialogue, 0: none yet
    state: str
    heard: datetime | None
    quiet_reason: str | None
    article_version: int  # of the article asked about, 0: none or gone
    article_status: str
    has_news: bool  # a question of the citizen's was answered since, and nobody has told yet


@dataclass(frozen=True, slots=True)
class Handled:
    """One row to be: a push and its finished reply (JSON). No citizen: the platform itself."""

    key: bytes
    citizen_id: str | None
    received: datetime
    kind: str
    reply: str
    said: str | None = None  # the citizen's words, if it was text


_ASKED: dict[str, TypeEngine[Any]] = {"key": LargeBinary(), "openid": Text(), "article_id": Integer()}


def _look_up(asked: Any) -> Select[Any]:
    return (
        select(
            asked.c.key,
            inbox.c.reply,
            citizens.c.citizen_id,
            dialogues.c.revision,
            dialogues.c.state,
            dialogues.c.heard,
            service_state.c.quiet_reason,
            articles.c.version,
            articles.c.status,
            exists().where(unanswered.c.citizen_id == citizens.c.citizen_id, IS_UNTOLD).label("has_news"),
        )
        .select_from(service_state)
        .join(asked, true())
        .outerjoin(inbox, inbox.c.key == asked.c.key)
        .outerjoin(citizens, citizens.c.openid == asked.c.openid)
        .outerjoin(dialogues, dialogues.c.citizen_id == citizens.c.citizen_id)
        .outerjoin(articles, articles.c.id == asked.c.article_id)
    )


_one = select(*(bindparam(name, type_=kind).label(name) for name, kind in _ASKED.items())).subquery("asked")
_LOOK_UP_ONE = HotSelect(_look_up(_one), dialect="sqlite")
_LOOK_UP_MANY = HotSelect(_look_up(unnested(_ASKED)), dialect="postgresql")
_REMEMBER = HotInsert(inbox, ("key", "citizen_id", "received", "kind", "said", "reply"))
_BLANK = update(inbox).where(inbox.c.citizen_id == bindparam("who")).values(said=None, reply=bindparam("silence"))


def look_up(conn: Connection, asked: Sequence[Asked]) -> list[Arrival]:
    """Read all that stands about these pushes, their senders and the articles that would answer them."""
    if not is_postgres(conn):
        each = ({"key": one.key, "openid": one.openid, "article_id": one.article_id} for one in asked)
        return [_arrival(row) for row in _LOOK_UP_ONE.first_rows(conn, each)]
    values = {name: [getattr(one, name) for one in asked] for name in _ASKED}
    found = {row[0]: row for row in _LOOK_UP_MANY.rows(conn, values)}
    return [_arrival(found[one.key]) for one in asked]


def _arrival(row: Sequence[Any]) -> Arrival:
    _, reply, citizen_id, revision, state, heard, quiet_reason, version, status, news = row
    known = (reply, citizen_id, revision or 0, state or "", heard, quiet_reason, version or 0, status or "")
    return Arrival(*known, has_news=bool(news))


def remember(conn: Connection, handled: Sequence[Handled]) -> None:
    """Note that pushes were handled and how they were answered.

    Raises:
        sqlalchemy.exc.IntegrityError or the driver's own: one of them was handled already.
    """
    _REMEMBER.run(conn, [(one.key, one.citizen_id, one.received, one.kind, one.said, one.reply) for one in handled])


def blank(conn: Connection, citizen_id: str, *, silence: str) -> None:
    """Take the words out of a citizen's rows; the rows stay, so that a late retry changes nothing."""
    conn.execute(_BLANK, {"who": citizen_id, "silence": silence})
