"""What the command line can change of the knowledge: plain JSON in and out, so that it travels through a socket.

Files are read and written where the command is typed, not here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

import orjson

from bot.clock import Clock
from bot.domain import articles as rules
from bot.domain import knowledge
from bot.domain.articles import Refused, person
from bot.knowledge.staff import Say, say
from store import articles, synonyms, unanswered, wordings
from store.article_content import load_content
from store.articles import Link, NewArticle, StoredArticle
from store.database import Database
from store.unanswered import OpenQuestion
from store.wordings import AVOID, EXACT, KINDS, Wording

Result = Mapping[str, object]
_SHORTEST_EXACT = 3  # characters: of two, everything is nearly it


class Office(Protocol):
    """What these commands need of a place."""

    @property
    def database(self) -> Database:
        """Return the database."""

    @property
    def clock(self) -> Clock:
        """Return the business clock."""


async def knowledge_import(place: Office) -> Result:
    """Bring the starting articles up to date; what staff have approved or withdrawn stays as it is."""
    changed = await place.database.write(rules.bring_start_content, now=place.clock.now())
    return {"changed": changed, **await knowledge_status(place)}


async def knowledge_status(place: Office) -> Result:
    """Count the articles by status."""
    return {"articles": await place.database.read(articles.count_by_status)}


async def knowledge_take_in(place: Office, *, articles: Sequence[Mapping[str, Any]], by: str, dry_run: bool) -> Result:
    """Import what stands in files; with `dry_run` only tell what that would change."""
    new = [load_article(one) for one in articles]
    run = place.database.read if dry_run else place.database.write
    return _plain(await run(rules.import_articles, new, by=by, now=place.clock.now(), dry_run=dry_run))


async def knowledge_begin(place: Office, *, articles: Sequence[Mapping[str, Any]], by: str) -> Result:
    """Add drafts whose names aren't taken."""
    new = [load_article(one) for one in articles]
    return {"added": await place.database.write(rules.add_drafts, new, by=by, now=place.clock.now())}


async def knowledge_list(place: Office, *, statuses: Sequence[str] | None = None) -> Result:
    """Return articles whole."""
    found = await place.database.read(articles.list_all, statuses=statuses or articles.STATUSES)
    return {"articles": [orjson.loads(orjson.dumps(article)) for article in found]}


async def knowledge_history(place: Office, *, slug: str) -> Result:
    """Return every state in which an article has been."""
    article = await place.database.read(rules.find, slug)
    versions = await place.database.read(articles.versions_of, article.id)
    return {"versions": [orjson.loads(orjson.dumps(version)) for version in versions]}


async def knowledge_approve(place: Office, *, slugs: Sequence[str] | None, by: str) -> Result:
    """Approve articles by name, or all that can be approved."""
    done = await place.database.write(rules.approve, slugs, by=by, now=place.clock.now())
    remarks = {"refused": done.refused, "remarks": done.remarks}
    shown = {name: found for name, found in remarks.items() if found}
    return {"approved": len(done.approved), **shown, **await knowledge_status(place)}


async def knowledge_withdraw(place: Office, *, slugs: Sequence[str], by: str) -> Result:
    """Take articles out of the answers."""
    withdrawn = await place.database.write(rules.withdraw, slugs, by=by, now=place.clock.now())
    return {"withdrawn": len(withdrawn), **await knowledge_status(place)}


async def synonyms_list(place: Office) -> Result:
    """Return the groups with their numbers."""
    groups = await place.database.read(synonyms.list_kept)
    return {"groups": {str(group.id): group.words for group in groups}}


async def synonyms_add(place: Office, *, words: Sequence[str], by: str) -> Result:
    """Keep words as one group, or let them join one."""
    group = await place.database.write(synonyms.add, words, editor=person(by), now=place.clock.now())
    return {"groups": {str(group.id): group.words}}


async def synonyms_remove(place: Office, *, number: int) -> Result:
    """Forget a group."""
    if not await place.database.write(synonyms.remove, number):
        raise ValueError(f"no group {number}")
    return {"removed": number}


async def wording_list(place: Office) -> Result:
    """Return how names and slogans are written, and what isn't."""
    return {"wordings": [asdict(rule) for rule in await place.database.read(wordings.list_all)]}


async def wording_add(place: Office, *, phrase: str, kind: str, blocks: bool, advice: str, by: str) -> Result:
    """Add a rule, or change the one on this phrase."""
    plain = phrase.strip()
    if kind not in KINDS:
        raise ValueError(f"a wording is {EXACT} or {AVOID}")
    if len(plain) < (_SHORTEST_EXACT if kind == EXACT else 1):
        raise ValueError(f"an exact wording has {_SHORTEST_EXACT} characters or more, one to avoid has at least one")
    rule = Wording(phrase=plain, kind=kind, blocks=blocks, advice=advice.strip())
    await place.database.write(wordings.put, rule, editor=person(by), now=place.clock.now())
    return {"wordings": [asdict(rule)]}


async def wording_remove(place: Office, *, phrase: str) -> Result:
    """Forget a rule."""
    if not await place.database.write(wordings.remove, phrase.strip()):
        raise ValueError(f"no wording {phrase!r}")
    return {"removed": phrase.strip()}


async def unanswered_list(place: Office) -> Result:
    """Return the open questions, and the articles that they may be about."""
    rows = await place.database.read(unanswered.list_open)
    slugs = {article.id: article.slug for article in await place.database.read(articles.list_all)}
    return {
        "questions": [orjson.loads(orjson.dumps(row)) for row in rows],
        "slugs": {str(i): s for i, s in slugs.items()},
    }


async def unanswered_resolve(
    place: Office, *, ids: Sequence[int], how: str, slug: str | None, title: str, answer: str, by: str
) -> Result:
    """Settle open questions: as_sample, new, not_ours or drop."""
    now, write = place.clock.now(), place.database.write
    if how == "as_sample" and slug is not None:
        settled = await write(knowledge.add_as_sample, ids, slug, by=by, now=now)
    elif how == "new":
        settled = await write(knowledge.make_draft, ids, title=title, answer=answer, by=by, now=now)
    elif how == "not_ours":
        settled = await write(knowledge.set_not_ours, ids, slug, by=by, now=now)
    elif how == "drop":
        settled = await write(knowledge.drop, ids, by=by, now=now)
    else:
        raise Refused(say(Say.NO_ARTICLE, value=slug or ""))
    return _plain(settled)


def load_article(values: Mapping[str, Any]) -> NewArticle:
    """Return an article from its JSON."""
    content = {name: value for name, value in values.items() if name != "slug"}
    return load_content(str(values["slug"]), orjson.dumps(content).decode())


def load_stored(values: Mapping[str, Any]) -> StoredArticle:
    """Return an article of `knowledge_list` from its JSON."""
    return StoredArticle(
        **{
            **values,
            "links": tuple(Link(**link) for link in values["links"]),
            "samples": tuple(values["samples"]),
            "valid_from": _moment(values["valid_from"]),
            "valid_until": _moment(values["valid_until"]),
            "submitted": _moment(values["submitted"]),
        }
    )


def load_question(values: Mapping[str, Any]) -> OpenQuestion:
    """Return a row of `unanswered_list` from its JSON."""
    return OpenQuestion(**{**values, "asked": datetime.fromisoformat(values["asked"])})


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _plain(result: object) -> Result:
    plain: Result = orjson.loads(orjson.dumps(result))
    return plain


COMMANDS: tuple[Callable[..., Awaitable[Result]], ...] = (
    knowledge_import,
    knowledge_status,
    knowledge_take_in,
    knowledge_begin,
    knowledge_list,
    knowledge_history,
    knowledge_approve,
    knowledge_withdraw,
    synonyms_list,
    synonyms_add,
    synonyms_remove,
    wording_list,
    wording_add,
    wording_remove,
    unanswered_list,
    unanswered_resolve,
)
