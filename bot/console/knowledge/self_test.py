"""How well the published articles find their own sample questions, day by day."""

from aiohttp import web

from bot.console.visit import Visit
from store import scores

_DAYS = 90


async def show_scores(visit: Visit) -> web.StreamResponse:
    """Show the score now and of the last months."""
    newest = await visit.read(scores.list_newest, most=_DAYS)
    return visit.page("knowledge/self_test.html", now_tested=visit.desk.means.library.self_test(), scores=newest[::-1])
