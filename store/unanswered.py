"""Questions that the knowledge base could not answer, for the office to learn from."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from store.hot import HotInsert
from store.tables import unanswered

_ADD = HotInsert(unanswered, ("citizen_id", "question", "cause", "nearest_article_id", "asked"))
_ERASE = update(unanswered).where(unanswered.c.citizen_id == bindparam("who")).values(question=None)
_COUNT = select(func.count()).select_from(unanswered).where(unanswered.c.question.is_not(None))


def add(
    conn: Connection, *, citizen_id: str, question: str, cause: str, nearest_article_id: int | None, asked: datetime
) -> None:
    """Keep a question; `cause` is refused (nothing near) or none_fits (the citizen said so)."""
    _ADD.run(conn, [(citizen_id, question, cause, nearest_article_id, asked)])


def erase(conn: Connection, citizen_id: str) -> None:
    """Take out a citizen's own words; that something went unanswered stays."""
    conn.execute(_ERASE, {"who": citizen_id})


def count(conn: Connection) -> int:
    """Return how many questions wait."""
    return int(conn.scalar(_COUNT) or 0)
