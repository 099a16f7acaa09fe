"""An article's life as staff lead it by hand: write, send for approval, approve or send back, withdraw, restore.

Every verb names the version that its person had in view; if it has moved meanwhile, nothing is changed.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import articles as rules
from bot.domain.articles import Refused, faults, find, person
from bot.knowledge.staff import Say, say
from store import articles, wordings
from store.articles import DRAFT, SAMPLE, WITHDRAWN, NewArticle, StoredArticle
from store.database import Connection

_LONGEST_REASON = 200


class Moved(Refused):
    """Somebody has changed the article since it was looked at."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a form did."""

    slug: str
    version: int
    status: str
    changed: bool
    submitted: bool


def create(conn: Connection, new: NewArticle, *, to_submit: bool, by: str, now: datetime) -> Saved:
    """Begin an article.

    Raises:
        Refused: the slug is taken, or it is to be submitted and nobody could approve it.
    """
    editor = person(by)
    articles.lock(conn)
    if articles.find_by_slug(conn, new.slug) is not None:
        raise Refused(say(Say.SLUG_TAKEN, value=new.slug))
    articles.add_draft(conn, new, editor=editor, now=now)
    if to_submit:
        submit(conn, new.slug, seen=1, by=editor, now=now)
    return Saved(new.slug, 1, DRAFT, changed=True, submitted=to_submit)


def rewrite(conn: Connection, new: NewArticle, *, seen: int, to_submit: bool, by: str, now: datetime) -> Saved:
    """Give an article the text and the questions of a form.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: there is no such article, or it is to be submitted and nobody could approve it.
    """
    editor = person(by)
    before = _find_as_seen(conn, new.slug, seen)
    changed = articles.edit(conn, before, new, editor=editor, now=now)
    after = find(conn, new.slug)
    waits = to_submit and after.status == DRAFT
    submitted = waits and submit(conn, new.slug, seen=after.version, by=editor, now=now)
    return Saved(new.slug, after.version, after.status, changed=changed, submitted=submitted)


def submit(conn: Connection, slug: str, *, seen: int, by: str, now: datetime) -> bool:
    """Let a draft wait for an approver; return whether it didn't already.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: it is no draft, or nobody could approve it as it stands.
    """
    person(by)
    article = _find_as_seen(conn, slug, seen)
    if article.submitted is not None:
        return False
    if article.status != DRAFT:
        raise Refused(say(Say.IS_NO_DRAFT))
    if against := faults(article, wordings.list_all(conn)):
        raise Refused("\n".join(against))
    articles.submit(conn, article.id, now=now)
    return True


def send_back(conn: Connection, slug: str, *, seen: int, reason: str, by: str, now: datetime) -> None:
    """Let the writer of a draft that waits work on it again, and say why.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: it doesn't wait, or no reason is given.
    """
    person(by)
    article = _find_as_seen(conn, slug, seen)
    if article.submitted is None:
        raise Refused(say(Say.NOT_SUBMITTED))
    articles.send_back(conn, article.id, reason=_reason(reason))


def approve(conn: Connection, slug: str, *, seen: int, by: str, now: datetime) -> None:
    """Publish a draft that waits, or a sample.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: it doesn't wait, or this person can't approve it, or nobody can.
    """
    article = _find_as_seen(conn, slug, seen)
    if article.submitted is None and article.status != SAMPLE:
        raise Refused(say(Say.NOT_SUBMITTED))
    if against := rules.objections(article, wordings.list_all(conn), person(by)):
        raise Refused("\n".join(against))
    articles.approve(conn, [article.id], approver=person(by), now=now)


def withdraw(conn: Connection, slug: str, *, seen: int, reason: str, by: str, now: datetime) -> None:
    """Take an article out of the answers and say why.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: it is out already, or no reason is given.
    """
    article = _find_as_seen(conn, slug, seen)
    if article.status == WITHDRAWN:
        raise Refused(say(Say.IS_WITHDRAWN_ALREADY))
    articles.withdraw(conn, [article.id], approver=person(by), now=now, reason=_reason(reason))


def restore(conn: Connection, slug: str, number: int, *, seen: int, by: str, now: datetime) -> bool:
    """Make a draft of what an article said in an old version; a withdrawn one may come back as it was.

    Return whether anything changed.

    Raises:
        Moved: it isn't in the version that was seen any more.
        Refused: there is no such version.
    """
    editor = person(by)
    article = _find_as_seen(conn, slug, seen)
    old = next((one for one in articles.versions_of(conn, article.id) if one.version == number), None)
    if old is None:
        raise Refused(say(Say.NO_VERSION, number=number))
    if article.status != WITHDRAWN and articles.is_same(article, old.content):
        return False
    articles.rewrite(conn, article, replace(old.content, slug=slug), editor=editor, now=now)
    return True


def _find_as_seen(conn: Connection, slug: str, seen: int) -> StoredArticle:
    articles.lock(conn)
    article = find(conn, slug)
    if article.version != seen:
        raise Moved(say(Say.MOVED, value=article.editor))
    return article


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    if not reason:
        raise Refused(say(Say.NO_REASON))
    if len(reason) > _LONGEST_REASON:
        raise Refused(say(Say.REASON_TOO_LONG, most=_LONGEST_REASON))
    return reason
