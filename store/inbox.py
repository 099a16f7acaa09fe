"""The inbox: that a push was handled, and with which words, so that WeChat's retries get the same ones.

`look_up` reads in one statement everything that the transaction of a message must know before it acts.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, LargeBinary, Text, bindparam, delete, insert, literal, select, update
from sqlalchemy import Integer as SqlInteger

from store.hot import HotStatement
from store.tables import articles, citizens, dialogues, inbox, service_state

_asked = (
    select(
        bindparam("key", type_=LargeBinary).label("key"),
        bindparam("openid", type_=Text).label("openid"),
        bindparam("article_id", type_=SqlInteger).label("article_id"),
    )
).subquery("asked")

_LOOK_UP = HotStatement(
    select(
        inbox.c.reply,
        citizens.c.citizen_id,
        dialogues.c.revision,
        dialogues.c.state,
        dialogues.c.heard,
        service_state.c.quiet_reason,
        articles.c.version,
        articles.c.status,
    )
    .select_from(service_state)
    .join(_asked, literal(1) == literal(1))
    .outerjoin(inbox, inbox.c.key == _asked.c.key)
    .outerjoin(citizens, citizens.c.openid == _asked.c.openid)
    .outerjoin(dialogues, dialogues.c.citizen_id == citizens.c.citizen_id)
    .outerjoin(articles, articles.c.id == _asked.c.article_id)
)
_REMEMBER = HotStatement(
    insert(inbox).values(
        key=bindparam("key"),
        citizen_id=bindparam("citizen_id"),
        received=bindparam("received"),
        kind=bindparam("kind"),
        reply=bindparam("reply"),
    )
)
_BLANK = update(inbox).where(inbox.c.citizen_id == bindparam("who")).values(reply=bindparam("silence"))
_OLD = select(inbox.c.id).where(inbox.c.received < bindparam("before")).limit(bindparam("limit"))
_PURGE = delete(inbox).where(inbox.c.id.in_(_OLD))


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


def look_up(conn: Connection, *, key: bytes, openid: str, article_id: int) -> Arrival:
    """Read all that stands about this push, its sender and the article that would answer it (0: none)."""
    row = _LOOK_UP.first(conn, {"key": key, "openid": openid, "article_id": article_id})
    assert row is not None, "service_state has lost its row"
    reply, citizen_id, revision, state, heard, quiet_reason, version, status = row
    return Arrival(
        reply,
        citizen_id,
        revision or 0,
        state or "",
        heard,
        quiet_reason,
        version or 0,
        status or "",
    )


def remember(
    conn: Connection, *, key: bytes, citizen_id: str | None, received: datetime, kind: str, reply: str
) -> None:
    """Note that a push was handled and how it was answered.

    Raises:
        sqlalchemy.exc.IntegrityError: if it was handled already.
    """
    values = {"key": key, "citizen_id": citizen_id, "received": received, "kind": kind, "reply": reply}
    _REMEMBER.change(conn, values)


def blank_replies(conn: Connection, citizen_id: str, *, silence: str) -> None:
    """Take the words out of a citizen's rows; the rows stay, so that a late retry changes nothing."""
    conn.execute(_BLANK, {"who": citizen_id, "silence": silence})


def purge(conn: Connection, *, before: datetime, limit: int) -> int:
    """Delete up to `limit` rows received before a moment; return how many."""
    return conn.execute(_PURGE, {"before": before, "limit": limit}).rowcount
