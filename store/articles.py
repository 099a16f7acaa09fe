"""Approved answers and their sample questions. Every change that citizens could notice raises the knowledge version.

sample (shipped) or draft → approved → withdrawn. Each change makes a new version, which `article_versions` keeps.
Sample questions only help to find an answer, so they may change without a new approval; everything else may not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from store import article_versions
from store.article_content import Link as Link
from store.article_content import NewArticle as NewArticle
from store.article_content import dump_links, load_links, plain
from store.article_versions import ArticleVersion
from store.tables import article_samples, articles, service_state

APPROVED = "approved"
DRAFT = "draft"
SAMPLE = "sample"
WITHDRAWN = "withdrawn"
STATUSES = (SAMPLE, DRAFT, APPROVED, WITHDRAWN)
_AT_ONCE = 500  # articles of a statement, whose parameters the databases count in 16 bits
SHIPPED_BY = "wenming"  # the editor of what comes with the program


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
    valid_from: datetime | None
    valid_until: datetime | None
    editor: str
    approver: str | None
    submitted: datetime | None = None  # since when a draft waits for an approver
    note: str = ""  # why it was sent back or withdrawn


_WORDS = ("ours", "measure", "subject", "title", "answer", "links", "valid_from", "valid_until")
_COLUMNS = tuple(name for name in StoredArticle.__slots__ if name not in ("links", "samples"))

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
_EVERY = select(articles).where(articles.c.status.in_(bindparam("statuses", expanding=True))).order_by(articles.c.id)
_SAMPLES = select(article_samples.c.article_id, article_samples.c.question).order_by(article_samples.c.id)
_SAMPLES_OF = _SAMPLES.where(article_samples.c.article_id == bindparam("which"))
_OWNERS = (
    select(article_samples.c.question, articles.c.slug)
    .join(articles, articles.c.id == article_samples.c.article_id)
    .where(article_samples.c.question.in_(bindparam("questions", expanding=True)), articles.c.status != WITHDRAWN)
    .order_by(articles.c.id)
)
_BY_SLUG = select(articles).where(articles.c.slug == bindparam("named"))
_IDS = select(articles.c.id, articles.c.slug).where(articles.c.slug.in_(bindparam("slugs", expanding=True)))
_CHANGE = update(articles).where(articles.c.id == bindparam("which"))
_STATUSES = select(articles.c.status, func.count().label("number")).group_by(articles.c.status)


def read_version(conn: Connection) -> int:
    """Return the knowledge version, which rises with every visible change."""
    return int(conn.scalar(_VERSION) or 0)


def lock(conn: Connection) -> None:
    """Let nobody else change the knowledge until the transaction's end."""
    conn.execute(_LOCK)


def list_published(conn: Connection, *, statuses: Sequence[str], now: datetime) -> list[StoredArticle]:
    """Return the articles in one of the statuses that are valid now."""
    samples = _all_samples(conn)
    rows = conn.execute(_ALL, {"statuses": list(statuses), "now": now})
    return [_article(row._asdict(), samples.get(row.id, ())) for row in rows]


def list_all(conn: Connection, *, statuses: Sequence[str] = STATUSES) -> list[StoredArticle]:
    """Return the articles in one of the statuses, valid now or not."""
    samples = _all_samples(conn)
    rows = conn.execute(_EVERY, {"statuses": list(statuses)})
    return [_article(row._asdict(), samples.get(row.id, ())) for row in rows]


def find_published(
    conn: Connection, article_id: int, *, statuses: Sequence[str], now: datetime
) -> StoredArticle | None:
    """Return one article without its samples, if it may be sent now."""
    row = conn.execute(_ONE, {"statuses": list(statuses), "now": now, "article_id": article_id}).first()
    return None if row is None else _article(row._asdict(), ())


def find_by_slug(conn: Connection, slug: str) -> StoredArticle | None:
    """Return an article, whatever its status."""
    row = conn.execute(_BY_SLUG, {"named": slug}).first()
    return None if row is None else _article(row._asdict(), _samples_of(conn, row.id))


def owners_of(conn: Connection, samples: Sequence[str]) -> dict[str, str]:
    """Return which of these are sample questions of an article that isn't withdrawn, and its slug."""
    return {row.question: row.slug for row in conn.execute(_OWNERS, {"questions": list(samples)})}


def versions_of(conn: Connection, article_id: int) -> Sequence[ArticleVersion]:
    """Return every state in which an article has been, oldest first."""
    return article_versions.list_of(conn, article_id)


def next_validity_change(conn: Connection, *, now: datetime) -> datetime | None:
    """Return when the next article becomes valid or ceases to be."""
    begins = select(func.min(articles.c.valid_from)).where(articles.c.valid_from > now)
    ends = select(func.min(articles.c.valid_until)).where(articles.c.valid_until > now)
    moments = [moment for moment in (conn.scalar(begins), conn.scalar(ends)) if moment is not None]
    return min(moments, default=None)


def count_by_status(conn: Connection) -> dict[str, int]:
    """Return the number of articles in each status."""
    return {row.status: row.number for row in conn.execute(_STATUSES)}


def import_articles(conn: Connection, new: Sequence[NewArticle], *, status: str, editor: str, now: datetime) -> int:
    """Add articles whose slug is unknown and refresh those that are still samples; return how many changed.

    An article that staff have approved, edited or withdrawn is never touched, and the sample questions that they have
    added stay. Replicas that start together take turns.
    """
    lock(conn)
    known = {article.slug: article for article in list_all(conn)}
    met = [(known[article.slug], article) for article in new if article.slug in known]
    changed = sum(_refresh(conn, before, article, editor=editor, now=now) for before, article in met)
    fresh = [article for article in new if article.slug not in known]
    for first in range(0, len(fresh), _AT_ONCE):
        _add_all(conn, fresh[first : first + _AT_ONCE], status=status, editor=editor, now=now)
    return changed + len(fresh)


def add(conn: Connection, new: NewArticle, *, status: str, editor: str, now: datetime) -> int:
    """Add an article whose slug is unknown; return its id."""
    return _add_all(conn, [new], status=status, editor=editor, now=now)[new.slug]


def add_draft(conn: Connection, new: NewArticle, *, editor: str, now: datetime) -> int:
    """Add an article that is sent to nobody until a named person approves it; return its id."""
    return add(conn, new, status=DRAFT, editor=editor, now=now)


def is_same(known: StoredArticle, new: NewArticle) -> bool:
    """Tell whether the new text brings nothing new."""
    return says_the_same(known, new) and known.samples == new.samples


def says_the_same(known: StoredArticle, new: NewArticle) -> bool:
    """Tell whether at most the sample questions differ, so that no new approval is needed."""
    return all(getattr(known, name) == getattr(new, name) for name in _WORDS)


def edit(conn: Connection, known: StoredArticle, new: NewArticle, *, editor: str, now: datetime) -> bool:
    """Give an article a new text, which is a draft until it is approved; return whether anything changed.

    Where only the sample questions differ, it stays what it was.
    """
    if is_same(known, new):
        return False
    if says_the_same(known, new):
        _change_samples(conn, known, new.samples, editor=editor, now=now)
        return True
    rewrite(conn, known, new, editor=editor, now=now)
    return True


def rewrite(conn: Connection, known: StoredArticle, new: NewArticle, *, editor: str, now: datetime) -> None:
    """Make an article a draft with this text, even if it is the text that it had."""
    values = {**_words(new), "status": DRAFT, "editor": editor, "approver": None, "submitted": None, "note": ""}
    _change(conn, known.id, values, samples=new.samples, now=now)


def submit(conn: Connection, article_id: int, *, now: datetime) -> None:
    """Let a draft wait for an approver; its text is what it was, so that no new version begins."""
    conn.execute(_CHANGE.values(submitted=now, note=""), {"which": article_id})


def send_back(conn: Connection, article_id: int, *, reason: str) -> None:
    """Let a draft wait for its writer again."""
    conn.execute(_CHANGE.values(submitted=None, note=reason), {"which": article_id})


def add_samples(
    conn: Connection, known: StoredArticle, samples: Sequence[str], *, editor: str, now: datetime
) -> Sequence[str]:
    """Add sample questions behind those that an article has; return the new ones among them."""
    fresh = [sample for sample in dict.fromkeys(samples) if sample not in known.samples]
    if fresh:
        _change_samples(conn, known, (*known.samples, *fresh), editor=editor, now=now)
    return fresh


def approve(conn: Connection, ids: Collection[int], *, approver: str, now: datetime) -> None:
    """Let articles be sent; whether they may be is the caller's business."""
    _change_status(conn, ids, to=APPROVED, approver=approver, now=now)


def withdraw(conn: Connection, ids: Collection[int], *, approver: str, now: datetime, reason: str = "") -> None:
    """Take articles out of the answers."""
    _change_status(conn, ids, to=WITHDRAWN, approver=approver, now=now, note=reason)


def _change_status(
    conn: Connection, ids: Collection[int], *, to: str, approver: str, now: datetime, note: str = ""
) -> None:
    if not ids:
        return
    article_versions.keep(conn, ids)
    change = update(articles).where(articles.c.id.in_(ids)).values(status=to, approver=approver, submitted=None)
    conn.execute(change.values(note=note, changed=now, version=articles.c.version + 1))
    article_versions.keep(conn, ids, editor=approver if to == WITHDRAWN else None)
    conn.execute(_BUMP)


def _add_all(conn: Connection, new: Sequence[NewArticle], *, status: str, editor: str, now: datetime) -> dict[str, int]:
    """Add articles whose slugs are unknown; return their ids."""
    common = {"status": status, "version": 1, "editor": editor, "changed": now}
    conn.execute(insert(articles), [{"slug": article.slug, **common, **_words(article)} for article in new])
    ids = {row.slug: row.id for row in conn.execute(_IDS, {"slugs": [article.slug for article in new]})}
    _put_samples(conn, {ids[article.slug]: article.samples for article in new})
    article_versions.keep(conn, ids.values())
    conn.execute(_BUMP)
    return ids


def _refresh(conn: Connection, known: StoredArticle, new: NewArticle, *, editor: str, now: datetime) -> bool:
    """Bring a shipped article up to date."""
    if known.status != SAMPLE or is_same(known, new):
        return False
    added = _added_by_others(versions_of(conn, known.id), editor)
    samples = tuple(dict.fromkeys((*new.samples, *(sample for sample in known.samples if sample in added))))
    if says_the_same(known, new) and samples == known.samples:
        return False
    _change(conn, known.id, {**_words(new), "editor": editor}, samples=samples, now=now)
    return True


def _added_by_others(versions: Sequence[ArticleVersion], editor: str) -> set[str]:
    """Return the sample questions that somebody else than the editor has added."""
    added: set[str] = set()
    for before, after in pairwise(versions):
        if after.editor != editor:
            added |= set(after.content.samples) - set(before.content.samples)
    return added


def _change_samples(
    conn: Connection, known: StoredArticle, samples: Sequence[str], *, editor: str, now: datetime
) -> None:
    """The article keeps its editor, who wrote its text; the version names who changed the questions."""
    _change(conn, known.id, {}, samples=samples, now=now, changed_by=editor)


def _change(
    conn: Connection,
    article_id: int,
    values: dict[str, object],
    *,
    samples: Sequence[str],
    now: datetime,
    changed_by: str | None = None,
) -> None:
    article_versions.keep(conn, [article_id])  # as it was, if it is older than the versions
    change = _CHANGE.values(**values, changed=now, version=articles.c.version + 1)
    conn.execute(change, {"which": article_id})
    conn.execute(delete(article_samples).where(article_samples.c.article_id == article_id))
    _put_samples(conn, {article_id: samples})
    article_versions.keep(conn, [article_id], editor=changed_by)
    conn.execute(_BUMP)


def _words(new: NewArticle) -> dict[str, object]:
    """Return the columns that need an approval."""
    return {**{name: getattr(new, name) for name in _WORDS}, "links": dump_links(new.links)}


def _put_samples(conn: Connection, samples: Mapping[int, Sequence[str]]) -> None:
    rows = [
        {"article_id": article_id, "question": question, "plain": plain(question)}
        for article_id, of in samples.items()
        for question in of
    ]
    if rows:
        conn.execute(insert(article_samples), rows)


def _all_samples(conn: Connection) -> dict[int, list[str]]:
    samples: dict[int, list[str]] = {}
    for article_id, question in conn.execute(_SAMPLES):
        samples.setdefault(article_id, []).append(question)
    return samples


def _samples_of(conn: Connection, article_id: int) -> tuple[str, ...]:
    return tuple(row.question for row in conn.execute(_SAMPLES_OF, {"which": article_id}))


def _article(row: dict[str, object], samples: Sequence[str]) -> StoredArticle:
    values = {name: row[name] for name in _COLUMNS}
    return StoredArticle(links=load_links(str(row["links"])), samples=tuple(samples), **values)  # type: ignore[arg-type]
