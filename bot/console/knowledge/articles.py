"""The list of articles, one article, and what of them waits for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from bot.console.knowledge.looking import Looked, look_over
from bot.console.page import Hit
from bot.console.visit import Visit
from bot.domain.articles import is_own_text
from bot.domain.permissions import Permission
from bot.domain.staff import Staff
from bot.knowledge.anonymous import without_personal_data
from bot.knowledge.documents.entries import MEASURES
from store import article_list, articles, unanswered
from store.article_list import STAGES, ListedArticle, Wanted
from store.article_versions import ArticleVersion
from store.articles import APPROVED, DRAFT, SAMPLE, WITHDRAWN, StoredArticle
from store.database import Connection

_A_PAGE = 50
_MOST_WAITING = 999
_HITS = 8
_FIRST = 5


@dataclass(frozen=True, slots=True)
class _List:
    found: Sequence[ListedArticle]
    total: int
    stages: Mapping[str, int]
    editors: Sequence[str]


async def show_list(visit: Visit) -> web.StreamResponse:
    """List the articles, filtered as the address says."""
    wanted = read_wanted(visit)
    page = visit.query_number("page")

    def read(conn: Connection) -> _List:
        return _List(
            article_list.find_page(conn, wanted, now=visit.now, offset=(page - 1) * _A_PAGE, most=_A_PAGE),
            article_list.count(conn, wanted, now=visit.now),
            article_list.count_by_stage(conn),
            article_list.list_editors(conn),
        )

    listed = await visit.read(read)
    return visit.page(
        "knowledge/list.html",
        listed=listed,
        wanted=wanted,
        stages=STAGES,
        measures=MEASURES,
        filters=urlencode(_as_query(wanted)),
        page=page,
        pages=max(-(-listed.total // _A_PAGE), 1),
    )


def read_wanted(visit: Visit) -> Wanted:
    """Return what the address asks to list; what makes no sense is left out."""
    stage, measure, ours = visit.query("stage"), visit.query("measure"), visit.query("ours")
    return Wanted(
        stage=stage if stage in STAGES else "",
        measure=int(measure) if measure in map(str, MEASURES) else None,
        ours={"yes": True, "no": False}.get(ours),
        words=visit.query("words", most=60),
        editor=visit.query("editor", most=40),
        expired=bool(visit.query("expired")),
    )


async def show_article(visit: Visit) -> web.StreamResponse:
    """Show an article, what stands against it, and what this person may do with it."""
    return await render_article(visit, visit.place("slug"))


async def render_article(
    visit: Visit, slug: str, *, status: int = 200, objections: Sequence[str] = ()
) -> web.StreamResponse:
    """Show an article; `objections`: why what was asked for wasn't done."""

    def read(conn: Connection) -> tuple[StoredArticle, Looked, Sequence[ArticleVersion]] | None:
        article = articles.find_by_slug(conn, slug)
        if article is None:
            return None
        return article, look_over(conn, article), articles.versions_of(conn, article.id)

    found = await visit.read(read)
    if found is None:
        raise visit.missing("article", slug)
    article, looked, versions = found
    return visit.page(
        "knowledge/article.html",
        status=status,
        article=article,
        objections=objections,
        looked=looked,
        last=versions[-1] if versions else None,
        versions=len(versions),
        may=_what_may_be_done(visit.staff, article),
        is_own=is_own_text(article.editor, visit.staff.name),
        expired=article.valid_until is not None and article.valid_until <= visit.now,
    )


def _what_may_be_done(staff: Staff, article: StoredArticle) -> frozenset[str]:
    """Return the names of the buttons that make sense for this person; the domain refuses the others all the same."""
    waits = article.submitted is not None
    may = {
        "edit": staff.may(Permission.KNOWLEDGE_EDIT),
        "submit": staff.may(Permission.KNOWLEDGE_EDIT) and article.status == DRAFT and not waits,
        "approve": staff.may(Permission.KNOWLEDGE_APPROVE)
        and (waits or article.status == SAMPLE)
        and not is_own_text(article.editor, staff.name),
        "send_back": staff.may(Permission.KNOWLEDGE_APPROVE) and waits,
        "withdraw": article.status != WITHDRAWN and staff.may(Permission.KNOWLEDGE_EDIT),
        "take_down": article.status in (APPROVED, SAMPLE) and staff.may(Permission.KNOWLEDGE_APPROVE),
        "restore": staff.may(Permission.KNOWLEDGE_EDIT) and article.status == WITHDRAWN,
    }
    return frozenset(name for name, allowed in may.items() if allowed)


def count_waiting(conn: Connection, staff: Staff, now: datetime) -> int:
    """Return how much needs this person: questions without an answer, and other people's drafts to approve."""
    waiting = 0
    if staff.may(Permission.UNANSWERED):
        waiting += unanswered.count_up_to(conn, _MOST_WAITING)
    if staff.may(Permission.KNOWLEDGE_APPROVE):
        waiting += len(_to_approve(conn, staff))
    return waiting


def list_waiting(conn: Connection, staff: Staff, now: datetime) -> Sequence[Hit]:
    """Return the lines for the first page."""
    hits = []
    if staff.may(Permission.KNOWLEDGE_APPROVE):
        hits += [
            Hit(title, editor, f"/knowledge/articles/{slug}", "to_approve")
            for slug, title, editor in _to_approve(conn, staff)[:_FIRST]
        ]
    if staff.may(Permission.UNANSWERED) and (number := unanswered.count_up_to(conn, _MOST_WAITING)):
        newest = unanswered.list_open(conn, most=1)[0]
        hits.append(Hit(without_personal_data(newest.question), str(number), "/knowledge/unanswered", "unanswered"))
    return hits


def find_hits(conn: Connection, staff: Staff, words: str) -> Sequence[Hit]:
    """Return the articles in which these words stand."""
    found = article_list.find_page(conn, Wanted(words=words), most=_HITS)
    return [Hit(one.title, one.slug, f"/knowledge/articles/{one.slug}", "article") for one in found]


def _to_approve(conn: Connection, staff: Staff) -> list[tuple[str, str, str]]:
    return [one for one in article_list.list_submitted(conn) if not is_own_text(one[2], staff.name)]


def _as_query(wanted: Wanted) -> dict[str, str]:
    """Return the address's parameters again."""
    ours = {True: "yes", False: "no", None: ""}[wanted.ours]
    values = {
        "stage": wanted.stage,
        "measure": str(wanted.measure or ""),
        "ours": ours,
        "words": wanted.words,
        "editor": wanted.editor,
        "expired": "1" if wanted.expired else "",
    }
    return {name: value for name, value in values.items() if value}
