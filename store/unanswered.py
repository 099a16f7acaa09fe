"""Questions that the knowledge base could not answer: kept, settled by the office, and their askers told.

open → picked (the citizen tapped one of the articles offered) | answered | not_ours | dropped. Rows that are answered,
or not ours but for another's door that an article names, wait until their asker is `told`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, literal, literal_column, or_, select, update

from store.hot import HotInsert
from store.tables import articles, citizens, conversations, dialogues, outbox, unanswered

OPEN = "open"
PICKED = "picked"
ANSWERED = "answered"
NOT_OURS = "not_ours"
DROPPED = "dropped"

UNSURE = "unsure"
NONE_FITS = "none_fits"
_OFFER_LASTS = timedelta(minutes=10)
DEDUPE = "answer:"  # of the outbox row that tells the asker, with the row's number behind it


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One row that waits for the office."""

    id: int
    question: str
    cause: str
    nearest_article_id: int | None
    asked: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """A row whose answer exists, but whose asker doesn't know it yet."""

    id: int
    citizen_id: str
    question: str
    article_id: int


_ADD = HotInsert(unanswered, ("citizen_id", "question", "cause", "nearest_article_id", "asked"))
_IS_OPEN = unanswered.c.state == literal_column("'open'")  # a bound word would keep the partial index from being used
_HAS_WORDS = unanswered.c.question.is_not(None)
_OFFERED = (
    select(unanswered.c.id)
    .where(
        unanswered.c.citizen_id == bindparam("who"),
        unanswered.c.cause == UNSURE,
        _IS_OPEN,
        unanswered.c.asked >= bindparam("since"),
    )
    .order_by(unanswered.c.id.desc())
    .limit(1)
)
_TURN_DOWN = (
    update(unanswered)
    .where(unanswered.c.id == _OFFERED.scalar_subquery(), unanswered.c.question == bindparam("words"))
    .values(cause=NONE_FITS, asked=bindparam("now"))
)
_PICK = (
    update(unanswered)
    .where(unanswered.c.id == _OFFERED.scalar_subquery())
    .values(state=PICKED, article_id=bindparam("picked_article"), settled=bindparam("now"), settled_by="citizen")
)
_ERASE = update(unanswered).where(unanswered.c.citizen_id == bindparam("who")).values(question=None)
_COUNT = select(func.count()).select_from(unanswered).where(_IS_OPEN, _HAS_WORDS)
_SOME = select(unanswered.c.id).where(_IS_OPEN, _HAS_WORDS).limit(bindparam("most")).subquery()
_COUNT_UP_TO = select(func.count()).select_from(_SOME)
_QUESTION = (
    unanswered.c.id,
    unanswered.c.question,
    unanswered.c.cause,
    unanswered.c.nearest_article_id,
    unanswered.c.asked,
)
_NEWEST = select(*_QUESTION).where(_IS_OPEN, _HAS_WORDS).order_by(unanswered.c.asked.desc()).limit(bindparam("most"))
_BY_ID = select(*_QUESTION).where(_IS_OPEN, _HAS_WORDS, unanswered.c.id.in_(bindparam("ids", expanding=True)))
_SETTLE = (
    update(unanswered)
    .where(_IS_OPEN, unanswered.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=bindparam("new_state"),
        article_id=bindparam("answer"),
        settled=bindparam("now"),
        settled_by=bindparam("by"),
    )
)
# In these words, as in the partial index: a bound state would keep it from being used.
IS_UNTOLD: ColumnElement[bool] = literal_column(
    "unanswered.state IN ('answered', 'not_ours') AND unanswered.told IS NULL AND unanswered.article_id IS NOT NULL"
    " AND unanswered.question IS NOT NULL"
)
_WAITING = select(unanswered.c.id, unanswered.c.citizen_id, unanswered.c.question, unanswered.c.article_id).where(
    IS_UNTOLD
)
_WAITING_OF = _WAITING.where(unanswered.c.citizen_id == bindparam("who")).order_by(unanswered.c.id)
_IS_HELD: ColumnElement[bool] = literal_column("conversations.state = 'held'")  # by a person: the bot is silent
_CAN_BE_TOLD = (
    _WAITING.join_from(unanswered, articles, articles.c.id == unanswered.c.article_id)
    .join(citizens, citizens.c.citizen_id == unanswered.c.citizen_id)
    .join(dialogues, dialogues.c.citizen_id == unanswered.c.citizen_id)
    .where(
        articles.c.status.in_(bindparam("statuses", expanding=True)),
        or_(articles.c.valid_from.is_(None), articles.c.valid_from <= bindparam("now")),
        or_(articles.c.valid_until.is_(None), articles.c.valid_until > bindparam("now")),
        citizens.c.followed,
        dialogues.c.heard > bindparam("heard_since"),
        ~exists().where(outbox.c.dedupe == literal(DEDUPE).concat(unanswered.c.id)),
        ~exists().where(conversations.c.citizen_id == unanswered.c.citizen_id, _IS_HELD),
    )
    .order_by(unanswered.c.citizen_id, unanswered.c.id)  # as they stand in the partial index
    .limit(bindparam("most"))
)
_MARK_TOLD = (
    update(unanswered)
    .where(unanswered.c.id.in_(bindparam("ids", expanding=True)), unanswered.c.told.is_(None))
    .values(told=bindparam("now"))
    .returning(unanswered.c.id)
)
_FORGET_TOLD = update(unanswered).where(unanswered.c.id == bindparam("row_id")).values(told=None)


def add(
    conn: Connection, *, citizen_id: str, question: str, cause: str, nearest_article_id: int | None, asked: datetime
) -> None:
    """Keep a question; `cause` is refused (nothing near), unsure (some were offered) or none_fits (none of those).

    An offer that was turned down stays one question, not two.
    """
    if cause == NONE_FITS:
        values = {"who": citizen_id, "since": asked - _OFFER_LASTS, "words": question, "now": asked}
        if conn.execute(_TURN_DOWN, values).rowcount:
            return
    _ADD.run(conn, [(citizen_id, question, cause, nearest_article_id, asked)])


def picked(conn: Connection, citizen_id: str, article_id: int, now: datetime) -> bool:
    """The citizen tapped an article that was offered in the last ten minutes; tells whether a question was settled."""
    values = {"who": citizen_id, "since": now - _OFFER_LASTS, "picked_article": article_id, "now": now}
    return conn.execute(_PICK, values).rowcount == 1


def list_open(conn: Connection, *, most: int = 5000) -> list[OpenQuestion]:
    """Return the newest open questions, newest first."""
    return [OpenQuestion(**row._asdict()) for row in conn.execute(_NEWEST, {"most": most})]


def find_open(conn: Connection, ids: Collection[int]) -> list[OpenQuestion]:
    """Return those of these rows that are open and have their words still."""
    rows = conn.execute(_BY_ID.order_by(unanswered.c.id), {"ids": list(ids)})
    return [OpenQuestion(**row._asdict()) for row in rows]


def settle(
    conn: Connection, ids: Collection[int], state: str, article_id: int | None, *, by: str, now: datetime
) -> int:
    """Settle open rows; return how many. `article_id` is the one that answers them, or names the right door."""
    values = {"ids": list(ids), "new_state": state, "answer": article_id, "by": by, "now": now}
    return conn.execute(_SETTLE, values).rowcount


def waiting_to_be_told(conn: Connection, citizen_id: str) -> list[Answered]:
    """Return a citizen's rows whose answer was found since; its article may not be published yet, or no longer."""
    return [Answered(**row._asdict()) for row in conn.execute(_WAITING_OF, {"who": citizen_id})]


def list_to_tell(
    conn: Connection, *, statuses: Sequence[str], heard_since: datetime, now: datetime, most: int
) -> list[Answered]:
    """Return rows whose article is published, whose asker follows and wrote after `heard_since`, asker by asker.

    Those for which a message was made before, whatever became of it, aren't among them.
    """
    values = {"statuses": list(statuses), "heard_since": heard_since, "now": now, "most": most}
    return [Answered(**row._asdict()) for row in conn.execute(_CAN_BE_TOLD, values)]


def mark_told(conn: Connection, ids: Collection[int], now: datetime) -> list[int]:
    """Note that the askers of these rows are being told; return those that nobody else has told meanwhile."""
    return list(conn.scalars(_MARK_TOLD, {"ids": list(ids), "now": now}))


def forget_told(conn: Connection, row_id: int) -> None:
    """Take back that an asker was told: the message did not leave."""
    conn.execute(_FORGET_TOLD, {"row_id": row_id})


def erase(conn: Connection, citizen_id: str) -> None:
    """Take out a citizen's own words; that something went unanswered stays."""
    conn.execute(_ERASE, {"who": citizen_id})


def count_up_to(conn: Connection, most: int) -> int:
    """Return how many questions wait for the office, counting no further than `most`."""
    return int(conn.scalar(_COUNT_UP_TO, {"most": most}) or 0)


def count(conn: Connection) -> int:
    """Return how many questions wait for the office."""
    return int(conn.scalar(_COUNT) or 0)
