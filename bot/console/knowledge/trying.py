"""What citizens get for a question now, and whom it would find if a text were published."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.visit import Visit
from bot.knowledge.findings import Article, Outcome
from bot.knowledge.normalise import normalise
from bot.knowledge.tryout import rank
from store import article_list, synonyms
from store.article_list import Titled
from store.articles import NewArticle
from store.database import Connection

_RIVALS = 8  # published articles that a draft is held against
_DRAFT = 0  # its number among them: articles of the database begin at 1


@dataclass(frozen=True, slots=True)
class Found:
    """One article that was found; `confidence` in percent."""

    slug: str
    title: str
    confidence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`outcome` is what citizens get now; `first` tells whether the draft would be thought of first, None without one.

    `rival` is the title of the article that would be thought of before it.
    """

    question: str
    outcome: str
    found: Sequence[Found]
    answer: str
    first: bool | None = None
    rival: str = ""


async def ask(visit: Visit) -> web.StreamResponse:
    """Show what the question in the address gets."""
    return visit.page("knowledge/ask.html", tried=await try_question(visit, visit.query("question")))


async def try_question(visit: Visit, question: str, *, draft: NewArticle | None = None) -> Tried | None:
    """Ask the published articles, and the draft beside those nearest to the question; None for an empty question."""
    library = visit.desk.means.library
    asked = normalise(question)
    if not asked:
        return None
    finding = library.find(asked)
    rivals = [hit.article for hit in finding.hits]
    if draft is not None:
        rivals = list(dict.fromkeys((*rivals, *library.nearest(asked, count=_RIVALS))))

    def read(conn: Connection) -> tuple[dict[int, Titled], Sequence[Sequence[str]]]:
        titles = article_list.titles_of(conn, [article.id for article in rivals])
        return titles, synonyms.list_groups(conn) if draft is not None else ()

    titles, groups = await visit.read(read)
    shown = finding.hits if finding.outcome is not Outcome.UNKNOWN else ()
    tried = Tried(
        question=question,
        outcome=str(finding.outcome),
        found=[
            Found(titles[hit.article.id].slug, hit.article.title, round(hit.confidence * 100))
            for hit in shown
            if hit.article.id in titles
        ],
        answer=finding.best.article.answer if finding.outcome is Outcome.ANSWER else "",
    )
    if draft is None:
        return tried
    others = [article for article in rivals if article.id not in titles or titles[article.id].slug != draft.slug]
    ranking = await asyncio.to_thread(rank, asked, [_published(draft), *others], synonyms=groups)
    return _with_draft(tried, ranking)


def _with_draft(tried: Tried, ranking: Sequence[Article]) -> Tried:
    first = ranking[0] if ranking else None
    return Tried(
        question=tried.question,
        outcome=tried.outcome,
        found=tried.found,
        answer=tried.answer,
        first=first is not None and first.id == _DRAFT,
        rival=first.title if first is not None and first.id != _DRAFT else "",
    )


def _published(draft: NewArticle) -> Article:
    return Article(
        id=_DRAFT,
        version=1,
        ours=draft.ours,
        measure=draft.measure,
        title=draft.title,
        answer=draft.answer,
        samples=draft.samples,
        subject=draft.subject,
    )
