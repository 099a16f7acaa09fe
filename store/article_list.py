"""Articles as the console lists them: filtered, a page at a time, without their answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, or_, select

from store.article_content import plain
from store.articles import APPROVED, DRAFT, SAMPLE, STATUSES, WITHDRAWN
from store.tables import article_samples, articles

SUBMITTED = "submitted"  # a draft that waits for an approver
STAGES = (SUBMITTED, DRAFT, APPROVED, SAMPLE, WITHDRAWN)
_MOST_WORDS = 5  # of a search: each costs a look through all texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to list; what is left empty doesn't matter."""

    stage: str = ""  # one of STAGES
    measure: int | None = None
    ours: bool | None = None
    words: str = ""  # that stand in the title, the answer, the slug or a sample question
    editor: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArticle:
    """One line of a list."""

    id: int
    slug: str
    title: str
    status: str
    submitted: datetime | None
    version: int
    measure: int | None
    ours: bool
    editor: str
    approver: str | None
    changed: datetime
    valid_from: datetime | None
    valid_until: datetime | None
    samples: int


@dataclass(frozen=True, slots=True)
class Titled:
    """An article by its title."""

    slug: str
    title: str


_SAMPLE_COUNT = (
    select(func.count())
    .where(article_samples.c.article_id == articles.c.id)
    .correlate(articles)
    .scalar_subquery()
    .label("samples")
)
_LISTED = select(
    *(articles.c[name] for name in ListedArticle.__slots__ if name != "samples"),
    _SAMPLE_COUNT,
)
_COUNT = select(func.count()).select_from(articles)
_EDITORS = select(articles.c.editor).distinct().order_by(articles.c.editor)
_STAGES = select(articles.c.status, articles.c.submitted.is_not(None).label("waits"), func.count().label("number"))
_STAGES = _STAGES.group_by(articles.c.status, articles.c.submitted.is_not(None))
_TITLES = select(articles.c.slug, articles.c.title).where(articles.c.status != WITHDRAWN).order_by(articles.c.id)
_BY_ID = select(articles.c.id, articles.c.slug, articles.c.title).where(
    articles.c.id.in_(bindparam("ids", expanding=True))
)
_SAME = (
    select(article_samples.c.plain, articles.c.slug, articles.c.title)
    .join(articles, articles.c.id == article_samples.c.article_id)
    .where(
        article_samples.c.plain.in_(bindparam("wanted", expanding=True)),
        articles.c.slug != bindparam("but"),
        articles.c.status != WITHDRAWN,
    )
    .order_by(articles.c.id)
)
_WAITING = select(articles.c.slug, articles.c.title, articles.c.editor).where(articles.c.submitted.is_not(None))
_WAITING = _WAITING.order_by(articles.c.submitted)


def find_page(
    conn: Connection, wanted: Wanted, *, now: datetime | None = None, offset: int = 0, most: int
) -> Sequence[ListedArticle]:
    """Return a page of articles: what waits for an approver first, then what was changed last.

    `now` matters only where expired ones are wanted.
    """
    statement = _LISTED.where(*_conditions(wanted, now)).order_by(
        articles.c.submitted.is_(None), articles.c.submitted, articles.c.changed.desc(), articles.c.id
    )
    rows = conn.execute(statement.offset(offset).limit(most))
    return [ListedArticle(**row._asdict()) for row in rows]


def count(conn: Connection, wanted: Wanted, *, now: datetime) -> int:
    """Return how many articles there are of those wanted."""
    return int(conn.scalar(_COUNT.where(*_conditions(wanted, now))) or 0)


def count_by_stage(conn: Connection) -> dict[str, int]:
    """Return the number of articles in each stage; drafts that wait are counted apart."""
    counted = dict.fromkeys(STAGES, 0)
    for row in conn.execute(_STAGES):
        counted[SUBMITTED if row.waits else row.status] += row.number
    return counted


def list_editors(conn: Connection) -> Sequence[str]:
    """Return the names of those who wrote the articles' texts."""
    return list(conn.scalars(_EDITORS))


def list_titles(conn: Connection) -> Sequence[Titled]:
    """Return the titles of all articles that aren't withdrawn."""
    return [Titled(row.slug, row.title) for row in conn.execute(_TITLES)]


def list_submitted(conn: Connection) -> Sequence[tuple[str, str, str]]:
    """Return slug, title and editor of the drafts that wait, the longest waiting first."""
    return [(row.slug, row.title, row.editor) for row in conn.execute(_WAITING)]


def titles_of(conn: Connection, ids: Collection[int]) -> dict[int, Titled]:
    """Return slug and title of articles by their ids."""
    rows = conn.execute(_BY_ID, {"ids": list(ids)}) if ids else ()
    return {row.id: Titled(row.slug, row.title) for row in rows}


def find_same_questions(
    conn: Connection, questions: Sequence[str], *, but: str, titles: Sequence[Titled]
) -> dict[str, Titled]:
    """Return which of these another article has as a sample or as one of `titles`, whatever marks stand in it."""
    wanted = {plain(question): question for question in reversed(questions) if plain(question)}
    found = {
        wanted[words]: one for one in reversed(titles) if (words := plain(one.title)) in wanted and one.slug != but
    }
    if wanted:
        for row in conn.execute(_SAME, {"wanted": list(wanted), "but": but}):
            found.setdefault(wanted[row.plain], Titled(row.slug, row.title))
    return found


def _conditions(wanted: Wanted, now: datetime | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.stage == SUBMITTED:
        conditions.append(articles.c.submitted.is_not(None))
    elif wanted.stage in STATUSES:
        conditions += [articles.c.status == wanted.stage, articles.c.submitted.is_(None)]
    if wanted.measure is not None:
        conditions.append(articles.c.measure == wanted.measure)
    if wanted.ours is not None:
        conditions.append(articles.c.ours.is_(wanted.ours))
    if wanted.editor:
        conditions.append(articles.c.editor == wanted.editor)
    if wanted.expired and now is not None:
        conditions.append(articles.c.valid_until <= now)
    conditions += [_holds(word) for word in wanted.words.split()[:_MOST_WORDS]]
    return conditions


def _holds(word: str) -> ColumnElement[bool]:
    sample = exists().where(
        article_samples.c.article_id == articles.c.id,
        func.lower(article_samples.c.question).contains(word.lower(), autoescape=True),
    )
    columns = (articles.c.title, articles.c.answer, articles.c.slug)
    return or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in columns), sample)
