"""What nobody could answer, grouped by likeness: each group gets an article, another's door, or an end."""

import asyncio
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.visit import Audited, Visit
from bot.domain import knowledge
from bot.domain.articles import Refused
from bot.domain.knowledge import Settled
from bot.knowledge.anonymous import without_personal_data
from bot.knowledge.clusters import Cluster, cluster
from bot.knowledge.documents.entries import LONGEST_TITLE
from bot.knowledge.library import Library
from bot.knowledge.normalise import normalise
from store import article_list, unanswered
from store.article_list import ListedArticle, Titled, Wanted
from store.articles import WITHDRAWN
from store.database import Connection
from store.unanswered import OpenQuestion

_NEWEST = 600  # questions that are grouped: a twentieth of a second's work
_A_PAGE = 20
_NEAREST = 3
_SHOWN = 12  # wordings of a group
_FOUND = 12
_MOST_IDS = 30_000  # characters of a list of numbers
_IDS = re.compile(r"\d{1,15}(,\d{1,15})*", re.ASCII)

_grouped = functools.lru_cache(2)(cluster)  # the same questions are grouped the same, whoever looks


@dataclass(frozen=True, slots=True)
class Suggested:
    """An article that may answer a group."""

    slug: str
    title: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A group of questions as it is shown, without personal data; `ids` as a form sends them back."""

    ids: str
    count: int
    example: str
    wordings: Sequence[str]
    more: int
    last: object
    nearest: Sequence[Suggested]


async def show_queue(visit: Visit) -> web.StreamResponse:
    """Show the groups, the largest first."""
    return await _queue(visit)


async def choose(visit: Visit) -> web.StreamResponse:
    """Show some questions with everything that can be done about them: articles to search, a title to begin with."""
    return await _choose(visit)


async def settle(visit: Visit) -> web.StreamResponse:
    """Do what was chosen about a group, or about all that were ticked."""
    how, slug, ids = _read_step(visit)
    if how == "choose":
        return await _choose(visit)
    title = visit.form.text("title", most=500)
    answer = visit.form.words("answer", most=5000)

    def change(conn: Connection) -> Settled:
        settled = _settle(conn, visit, ids, how=how, slug=slug, title=title, answer=answer)
        visit.note(
            conn,
            Audited(
                action=f"unanswered_{how}",
                subject="article" if settled.slug else "unanswered",
                subject_id=settled.slug or "",
                detail=f"{settled.count} questions",
            ),
        )
        return settled

    try:
        settled = await visit.write(change)
    except Refused as refused:
        objections = str(refused).splitlines()
        show = _choose if "chosen" in visit.form else _queue
        return await show(visit, status=422, objections=objections)
    if how == "new":
        return visit.go(f"/knowledge/articles/{settled.slug}/edit", said="knowledge/begun", about=str(settled.count))
    return visit.go("/knowledge/unanswered", said=f"knowledge/settled_{how}", about=str(settled.count))


def _settle(
    conn: Connection, visit: Visit, ids: Sequence[int], *, how: str, slug: str, title: str, answer: str
) -> Settled:
    by, now = visit.staff.name, visit.now
    if how == "sample":
        return knowledge.add_as_sample(conn, ids, slug, by=by, now=now)
    if how == "new":
        heading = title or _first_wording(unanswered.find_open(conn, ids))
        return knowledge.make_draft(conn, ids, title=heading, answer=answer, by=by, now=now)
    if how == "not_ours":
        return knowledge.set_not_ours(conn, ids, slug or None, by=by, now=now)
    return knowledge.drop(conn, ids, by=by, now=now)


def _first_wording(rows: Sequence[OpenQuestion]) -> str:
    return without_personal_data(rows[0].question).strip()[:LONGEST_TITLE] if rows else ""


def _read_step(visit: Visit) -> tuple[str, str, list[int]]:
    """Return what to do, with which article, about which questions: a group's own button names all three."""
    how, _, rest = visit.form.text("step", most=_MOST_IDS).partition("/")
    slug, _, own = rest.partition("/")
    if how not in {"sample", "new", "not_ours", "drop", "choose"}:
        raise visit.missing("unanswered", how)
    return how, slug, _read_ids([own] if own else visit.form.list("ids", most=_MOST_IDS))


def _read_ids(written: Sequence[str]) -> list[int]:
    return [int(number) for ids in written if _IDS.fullmatch(ids) for number in ids.split(",")]


async def _queue(visit: Visit, *, status: int = 200, objections: Sequence[str] = ()) -> web.StreamResponse:
    rows, total = await visit.read(_read_open)
    clusters = await asyncio.to_thread(_grouped, rows)
    page = visit.query_number("page")
    shown = clusters[(page - 1) * _A_PAGE : page * _A_PAGE]
    return visit.page(
        "knowledge/unanswered.html",
        status=status,
        objections=objections,
        groups=await _describe(visit, shown),
        clusters=len(clusters),
        grouped=len(rows),
        total=total,
        page=page,
        more=len(clusters) > page * _A_PAGE,
    )


def _read_open(conn: Connection) -> tuple[tuple[OpenQuestion, ...], int]:
    return tuple(unanswered.list_open(conn, most=_NEWEST)), unanswered.count_up_to(conn, 9999)


async def _choose(visit: Visit, *, status: int = 200, objections: Sequence[str] = ()) -> web.StreamResponse:
    _, _, ids = _read_step(visit)
    words = visit.form.text("words", most=60)

    def read(conn: Connection) -> tuple[list[OpenQuestion], Sequence[ListedArticle]]:
        found = article_list.find_page(conn, Wanted(words=words), most=_FOUND) if words else ()
        return unanswered.find_open(conn, ids), [one for one in found if one.status != WITHDRAWN]

    rows, found = await visit.read(read)
    clusters = await asyncio.to_thread(cluster, rows)
    return visit.page(
        "knowledge/choose.html",
        status=status,
        objections=objections,
        groups=await _describe(visit, clusters),
        ids=",".join(str(row.id) for row in rows),
        count=len(rows),
        words=words,
        found=found,
        title=visit.form.text("title", most=500) or _first_wording(rows),
        answer=visit.form.words("answer", most=5000),
    )


async def _describe(visit: Visit, clusters: Sequence[Cluster]) -> list[Group]:
    nearest = [_nearest(visit.desk.means.library, one.example) for one in clusters]
    titles = await visit.read(article_list.titles_of, {article_id for found in nearest for article_id, _ in found})
    return [_group(one, found, titles) for one, found in zip(clusters, nearest, strict=True)]


def _nearest(library: Library, question: str) -> list[tuple[int, bool]]:
    return [(article.id, article.ours) for article in library.nearest(normalise(question), count=_NEAREST)]


def _group(one: Cluster, nearest: Sequence[tuple[int, bool]], titles: dict[int, Titled]) -> Group:
    wordings = list(dict.fromkeys(without_personal_data(words).strip() for words in one.wordings))
    return Group(
        ids=",".join(map(str, one.ids)),
        count=one.count,
        example=wordings[0],
        wordings=wordings[1:_SHOWN],
        more=max(len(wordings) - _SHOWN, 0),
        last=one.last,
        nearest=[
            Suggested(titles[article_id].slug, titles[article_id].title, ours)
            for article_id, ours in nearest
            if article_id in titles
        ],
    )
