"""Publications: what went out to the public and when; two silent weeks are a serious finding in inspections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from store.tables import publications


class PublicationKind(StrEnum):
    """What it was."""

    ARTICLE = "article"  # 图文
    NOTICE = "notice"  # 通知公告
    ACTIVITY = "activity"  # 活动预告


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One of them; `by` is the name that its editor signs in with."""

    id: int
    at: datetime
    kind: PublicationKind
    title: str
    by: str


_NEWEST = select(publications).order_by(publications.c.at.desc(), publications.c.id.desc()).limit(bindparam("most"))
_REMOVE = delete(publications).where(publications.c.id == bindparam("row_id"))
_COUNT = (
    select(func.count())
    .select_from(publications)
    .where(publications.c.at >= bindparam("since"), publications.c.at < bindparam("before"))
)


def note(conn: Connection, *, kind: PublicationKind, title: str, by: str, at: datetime) -> int:
    """Note that something was published, and return its number."""
    row = {"at": at, "kind": kind, "title": title, "by": by}
    row_id = conn.scalar(insert(publications).values(row).returning(publications.c.id))
    assert isinstance(row_id, int)
    return row_id


def remove(conn: Connection, row_id: int) -> bool:
    """Take back what was noted wrongly; tell whether it was there."""
    return conn.execute(_REMOVE, {"row_id": row_id}).rowcount == 1


def list_newest(conn: Connection, *, most: int) -> Sequence[Publication]:
    """Return the newest, newest first."""
    rows = conn.execute(_NEWEST, {"most": most})
    return [
        Publication(id=row.id, at=row.at, kind=PublicationKind(row.kind), title=row.title, by=row.by) for row in rows
    ]


def count_between(conn: Connection, since: datetime, before: datetime) -> int:
    """Count what was published from one moment up to another."""
    return int(conn.scalar(_COUNT, {"since": since, "before": before}) or 0)
