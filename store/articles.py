"""Approved answers and their sample questions. Every change that citizens could notice raises the knowledge version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from store.tables import article_samples, articles, service_state

APPROVED = "approved"
SAMPLE = "sample"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Link:
    """A web address under an answer."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """One article with its sample questions."""

    id: int
    slug: str
    version: int
    status: str
    ours: bool
    measure: int | None
    subject: str
    title: str
    answer: str
    links: tuple[Link, ...]
    samples: tuple[str, ...]
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """What an import brings."""

    slug: str
    ours: bool
    measure: int | None
    subject: str
    title: str
    answer: str
    links: tuple[Link, ...]
    samples: tuple[str, ...]


_VERSION = select(service_state.c.knowledge_version)
_LOCK = update(service_state).values(knowledge_version=service_state.c.knowledge_version)
_BUMP = update(service_state).values(knowledge_version=service_state.c.knowledge_version + 1)
_PUBLISHED = select(articles).where(
    articles.c.status.in_(bindparam("statuses", expanding=True)),
    or_(articles.c.valid_from.is_(None), articles.c.valid_from <= bindparam("now")),
    or_(articles.c.valid_until.is_(None), articles.c.valid_until > bindparam("now")),
)
_ONE = _PUBLISHED.where(articles.c.id == bindparam("article_id"))
_ALL = _PUBLISHED.order_by(articles.c.id)
_SAMPLES = select(article_samples.c.article_id, article_samples.c.question).order_by(article_samples.c.id)
_BY_SLUG = select(articles.c.id, articles.c.version).where(articles.c.slug == bindparam("slug"))
_STATUSES = select(articles.c.status, func.count().label("number")).group_by(articles.c.status)


def read_version(conn: Connection) -> int:
    """Return the knowledge version, which rises with every visible change."""
    return int(conn.scalar(_VERSION) or 0)


def list_published(conn: Connection, *, statuses: Sequence[str], now: datetime) -> list[StoredArticle]:
    """Return the articles in one of the statuses that are valid now."""
    samples: dict[int, list[str]] = {}
    for article_id, question in conn.execute(_SAMPLES):
        samples.setdefault(article_id, []).append(question)
    rows = conn.execute(_ALL, {"statuses": list(statuses), "now": now})
    return [_article(row._asdict(), samples.get(row.id, ())) for row in rows]


def find_published(
    conn: Connection, article_id: int, *, statuses: Sequence[str], now: datetime
) -> StoredArticle | None:
    """Return one article without its samples, if it may be sent now."""
    row = conn.execute(_ONE, {"statuses": list(statuses), "now": now, "article_id": article_id}).first()
    return None if row is None else _article(row._asdict(), ())


def next_validity_change(conn: Connection, *, now: datetime) -> datetime | None:
    """Return when the next article becomes valid or ceases to be."""
    begins = select(func.min(articles.c.valid_from)).where(articles.c.valid_from > now)
    ends = select(func.min(articles.c.valid_until)).where(articles.c.valid_until > now)
    moments = [moment for moment in (conn.scalar(begins), conn.scalar(ends)) if moment is not None]
    return min(moments, default=None)


def import_articles(conn: Connection, new: Sequence[NewArticle], *, status: str, editor: str, now: datetime) -> int:
    """Add articles whose slug is unknown and refresh those that are still samples; return how many changed.

    An article that staff have approved, edited or withdrawn is never touched. Replicas that start together take turns.
    """
    conn.execute(_LOCK)
    changed = sum(_import_one(conn, article, status=status, editor=editor, now=now) for article in new)
    if changed:
        conn.execute(_BUMP)
    return changed


def approve(conn: Connection, slugs: Sequence[str] | None, *, approver: str, now: datetime) -> int:
    """Approve samples and drafts by slug, all of them for None; return how many."""
    return _change_status(conn, slugs, from_=(SAMPLE, "draft"), to=APPROVED, approver=approver, now=now)


def withdraw(conn: Connection, slugs: Sequence[str], *, approver: str, now: datetime) -> int:
    """Take articles out of the answers; return how many."""
    return _change_status(conn, slugs, from_=(SAMPLE, "draft", APPROVED), to=WITHDRAWN, approver=approver, now=now)


def count_by_status(conn: Connection) -> dict[str, int]:
    """Return the number of articles in each status."""
    return {row.status: row.number for row in conn.execute(_STATUSES)}


def _change_status(
    conn: Connection, slugs: Sequence[str] | None, *, from_: Sequence[str], to: str, approver: str, now: datetime
) -> int:
    change = (
        update(articles)
        .where(articles.c.status.in_(from_))
        .values(status=to, approver=approver, changed=now, version=articles.c.version + 1)
    )
    if slugs is not None:
        change = change.where(articles.c.slug.in_(slugs))
    changed = conn.execute(change).rowcount
    if changed:
        conn.execute(_BUMP)
    return changed


def _import_one(conn: Connection, article: NewArticle, *, status: str, editor: str, now: datetime) -> bool:
    values = {
        "ours": article.ours,
        "measure": article.measure,
        "subject": article.subject,
        "title": article.title,
        "answer": article.answer,
        "links": orjson.dumps([{"text": link.text, "url": link.url} for link in article.links]).decode(),
    }
    known = conn.execute(select(articles).where(articles.c.slug == article.slug)).first()
    if known is None:
        added = {"slug": article.slug, "status": status, "version": 1, "editor": editor, "changed": now}
        article_id = conn.execute(insert(articles).values(**values, **added)).inserted_primary_key[0]  # type: ignore[index]
        _put_samples(conn, article_id, article.samples)
        return True
    same = all(known._mapping[name] == value for name, value in values.items())
    if known.status != SAMPLE or (same and _samples_of(conn, known.id) == article.samples):
        return False
    change = update(articles).where(articles.c.id == known.id)
    conn.execute(change.values(**values, editor=editor, changed=now, version=known.version + 1))
    conn.execute(delete(article_samples).where(article_samples.c.article_id == known.id))
    _put_samples(conn, known.id, article.samples)
    return True


def _put_samples(conn: Connection, article_id: int, samples: Sequence[str]) -> None:
    rows = [{"article_id": article_id, "question": question} for question in samples]
    if rows:
        conn.execute(insert(article_samples), rows)


def _samples_of(conn: Connection, article_id: int) -> tuple[str, ...]:
    rows = conn.execute(_SAMPLES.where(article_samples.c.article_id == article_id))
    return tuple(row.question for row in rows)


def _article(row: dict[str, object], samples: Sequence[str]) -> StoredArticle:
    links = tuple(Link(link["text"], link["url"]) for link in orjson.loads(str(row["links"])))
    names = ("id", "slug", "version", "status", "ours", "measure", "subject", "title", "answer", "valid_until")
    return StoredArticle(links=links, samples=tuple(samples), **{name: row[name] for name in names})  # type: ignore[arg-type]
