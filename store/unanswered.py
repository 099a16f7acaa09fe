"""Questions that the knowledge base could not answer, for the office to learn from."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from store.hot import HotStatement
from store.tables import unanswered

_ADD = HotStatement(
    insert(unanswered).values(
        citizen_id=bindparam("citizen_id"),
        question=bindparam("question"),
        cause=bindparam("cause"),
        nearest_article_id=bindparam("nearest_article_id"),
        asked=bindparam("asked"),
    )
)
_ERASE = update(unanswered).where(unanswered.c.citizen_id == bindparam("who")).values(question=None)
_COUNT = select(func.count()).select_from(unanswered).where(unanswered.c.question.is_not(None))


def add(
    conn: Connection, *, citizen_id: str, question: str, cause: str, nearest_article_id: int | None, asked: datetime
) -> None:
    """Keep a question; `cause` is refused (nothing near) or none_fits (the citizen said so)."""
    values = {"citizen_id": citizen_id, "question": question, "cause": cause, "asked": asked}
    _ADD.change(conn, {**values, "nearest_article_id": nearest_article_id})


def erase(conn: Connection, citizen_id: str) -> None:
    """Take out a citizen's own words; that something went unanswered stays."""
    conn.execute(_ERASE, {"who": citizen_id})


def count(conn: Connection) -> int:
    """Return how many questions wait."""
    return int(conn.scalar(_COUNT) or 0)
