"""Every state in which an article has been: who changed what when, and who approved it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from store.article_content import NewArticle, dump_content, load_content
from store.tables import article_samples, article_versions, articles

_NOW = select(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))
_SAMPLES = (
    select(article_samples.c.article_id, article_samples.c.question)
    .where(article_samples.c.article_id.in_(bindparam("ids", expanding=True)))
    .order_by(article_samples.c.id)
)
_KEEP = insert(article_versions).on_conflict_do_nothing()
_OF = (
    select(article_versions, articles.c.slug)
    .join(articles, articles.c.id == article_versions.c.article_id)
    .where(article_versions.c.article_id == bindparam("which"))
    .order_by(article_versions.c.version)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """One state of an article; `editor` is who brought it about, `approver` who stands for it."""

    version: int
    content: NewArticle
    status: str
    editor: str
    approver: str | None
    changed: datetime
    note: str = ""  # why it was withdrawn


def keep(conn: Connection, ids: Collection[int], *, editor: str | None = None) -> None:
    """Write articles down as they stand, unless this version of theirs is kept; `editor` if it isn't their own."""
    samples: dict[int, list[str]] = {}
    for article_id, question in conn.execute(_SAMPLES, {"ids": list(ids)}):
        samples.setdefault(article_id, []).append(question)
    rows = [
        {
            "article_id": row.id,
            "version": row.version,
            "content": dump_content(row._asdict(), samples.get(row.id, ())),
            "status": row.status,
            "editor": editor or row.editor,
            "approver": row.approver,
            "changed": row.changed,
            "note": row.note if row.status == "withdrawn" else "",
        }
        for row in conn.execute(_NOW, {"ids": list(ids)})
    ]
    if rows:
        conn.execute(_KEEP, rows)


def list_of(conn: Connection, article_id: int) -> Sequence[ArticleVersion]:
    """Return an article's versions, oldest first."""
    return [
        ArticleVersion(
            version=row.version,
            content=load_content(row.slug, row.content),
            status=row.status,
            editor=row.editor,
            approver=row.approver,
            changed=row.changed,
            note=row.note,
        )
        for row in conn.execute(_OF, {"which": article_id})
    ]
