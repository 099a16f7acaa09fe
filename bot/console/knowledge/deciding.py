"""What is decided on an article: sent for approval, approved, sent back, withdrawn, restored."""

from collections.abc import Callable

from aiohttp import web

from bot.console.knowledge.articles import render_article
from bot.console.knowledge.editing import about
from bot.console.visit import Visit
from bot.domain import desk_articles
from bot.domain.articles import Refused
from bot.domain.desk_articles import Moved
from store import articles
from store.database import Connection


async def submit(visit: Visit) -> web.StreamResponse:
    """Send a draft for approval."""
    return await _decide(visit, desk_articles.submit, "article_submitted", said="submitted")


async def approve(visit: Visit) -> web.StreamResponse:
    """Publish a draft or a sample."""
    return await _decide(visit, desk_articles.approve, "article_approved", said="approved")


async def send_back(visit: Visit) -> web.StreamResponse:
    """Send a draft back to its writer, with a reason."""
    reason = visit.form.text("reason")
    return await _decide(visit, desk_articles.send_back, "article_sent_back", said="sent_back", reason=reason)


async def withdraw(visit: Visit) -> web.StreamResponse:
    """Take an article out of the answers, with a reason."""
    reason = visit.form.text("reason")
    return await _decide(visit, desk_articles.withdraw, "article_withdrawn", said="withdrawn", reason=reason)


async def restore(visit: Visit) -> web.StreamResponse:
    """Make a draft of an old version."""
    number = visit.form.number("number") or 0
    return await _decide(visit, desk_articles.restore, "article_restored", number, said="restored")


async def _decide(
    visit: Visit, verb: Callable[..., object], action: str, *args: object, said: str, **rest: object
) -> web.StreamResponse:
    slug = visit.place("slug")
    if await visit.read(articles.find_by_slug, slug) is None:
        raise visit.missing("article", slug)
    seen = visit.form.number("version") or 0

    def change(conn: Connection) -> bool:
        changed = verb(conn, slug, *args, seen=seen, by=visit.staff.name, now=visit.now, **rest) is not False
        if changed:
            visit.note(conn, about(action, slug, version=seen))
        return changed

    try:
        changed = await visit.write(change)
    except Refused as refused:
        status = 409 if isinstance(refused, Moved) else 422
        return await render_article(visit, slug, status=status, objections=str(refused).splitlines())
    return visit.go(f"/knowledge/articles/{slug}", said=f"knowledge/{said if changed else 'unchanged'}")
