"""Questions once missed, with the article that answers them now: `wenming evaluate regressions` asks them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from store.tables import articles, regressions

_PUT = insert(regressions)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["question"], set_={name: _PUT.excluded[name] for name in ("article_id", "added")}
)
_ALL = (
    select(regressions.c.question, regressions.c.article_id, articles.c.slug)
    .select_from(regressions)
    .outerjoin(articles, articles.c.id == regressions.c.article_id)
    .order_by(regressions.c.added, regressions.c.question)
)


@dataclass(frozen=True, slots=True)
class Regression:
    """One question; without an article it is to be refused."""

    question: str
    article_id: int | None
    slug: str | None


def put(conn: Connection, questions: Sequence[str], article_id: int | None, *, now: datetime) -> None:
    """Keep questions, free of personal data, with what they should find; a later word replaces an earlier one."""
    rows = [{"question": one, "article_id": article_id, "added": now} for one in dict.fromkeys(questions)]
    if rows:
        conn.execute(_PUT, rows)


def list_all(conn: Connection) -> list[Regression]:
    """Return every question, in the order in which they came."""
    return [Regression(**row._asdict()) for row in conn.execute(_ALL)]
