"""Every state in which an article has been, and what changed from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.knowledge.differences import Change, compare_articles
from bot.console.visit import Visit
from bot.domain.permissions import Permission
from store import articles
from store.article_versions import ArticleVersion
from store.articles import StoredArticle
from store.database import Connection

_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One version, and what it changed in the one before."""

    version: ArticleVersion
    changes: Sequence[Change]
    is_first: bool


async def show_versions(visit: Visit) -> web.StreamResponse:
    """Show the versions, newest first."""
    slug = visit.place("slug")

    def read(conn: Connection) -> tuple[StoredArticle, Sequence[ArticleVersion]] | None:
        article = articles.find_by_slug(conn, slug)
        return None if article is None else (article, articles.versions_of(conn, article.id))

    found = await visit.read(read)
    if found is None:
        raise visit.missing("article", slug)
    article, versions = found
    page = visit.query_number("page")
    newest = list(range(len(versions) - 1, -1, -1))
    return visit.page(
        "knowledge/versions.html",
        article=article,
        steps=[_step(versions, place) for place in newest[(page - 1) * _A_PAGE : page * _A_PAGE]],
        page=page,
        more=len(versions) > page * _A_PAGE,
        may_restore=visit.staff.may(Permission.KNOWLEDGE_EDIT),
    )


def _step(versions: Sequence[ArticleVersion], place: int) -> Step:
    after = versions[place]
    changes = compare_articles(versions[place - 1].content, after.content) if place else []
    return Step(after, changes, is_first=place == 0)
