"""How well the published articles find their own sample questions: one row a day, the day's last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from store.tables import knowledge_scores

_PUT = insert(knowledge_scores)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["day"],
    set_={name: _PUT.excluded[name] for name in ("version", "articles", "samples", "self_test", "measured")},
    where=_PUT.excluded.version >= knowledge_scores.c.version,  # a replica that is behind says nothing new
)
_NEWEST = select(knowledge_scores).order_by(knowledge_scores.c.day.desc()).limit(bindparam("most"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`self_test` is the share of the sample questions that find their own subject without their own help."""

    day: str  # 2026-03-01
    version: int
    articles: int
    samples: int
    self_test: float
    measured: datetime


def put(conn: Connection, score: Score) -> None:
    """Keep a day's score, over an older one of the same day."""
    conn.execute(_PUT, {name: getattr(score, name) for name in Score.__slots__})


def list_newest(conn: Connection, *, most: int) -> Sequence[Score]:
    """Return so many days at most, the newest first; days on which nothing was measured are left out."""
    return [Score(**row._asdict()) for row in conn.execute(_NEWEST, {"most": most})]
