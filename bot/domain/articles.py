"""The office's rules for articles: what an import may do, who may approve, and what can't be approved.

Four eyes: a text is approved by somebody else than who wrote it. What comes with the program was written by nobody
here, so that one person may approve it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.knowledge.staff import Say, say
from bot.knowledge.wording import Remark, check_text
from store import articles, synonyms, wordings
from store.articles import APPROVED, DRAFT, SAMPLE, SHIPPED_BY, WITHDRAWN, NewArticle, StoredArticle
from store.database import Connection
from store.start import read_articles, read_synonyms, read_wordings
from store.wordings import Wording

LEAST_SAMPLES = 3  # with fewer, a third of the questions miss their article (reference: retrieval, section 2)
_LONGEST_NAME = 40


class Refused(ValueError):
    """What was asked for is against the rules; the message says which, for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did, or would do; each article stands in one of the first four, by its slug."""

    added: Sequence[str]
    changed: Sequence[str]
    questions: Sequence[str]  # only their sample questions are others now
    unchanged: Sequence[str]
    to_approve: Sequence[str]  # were published, and aren't until somebody approves the new text
    remarks: Mapping[str, Sequence[str]]  # what will stand against an approval, or at least should be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """Which articles may be sent now, which not and why, and what should be looked at nevertheless."""

    approved: Sequence[str]
    refused: Mapping[str, Sequence[str]]
    remarks: Mapping[str, Sequence[str]]


def bring_start_content(conn: Connection, *, now: datetime) -> int:
    """Bring the shipped articles up to date, and seed the office's lists where they are empty; return the changes."""
    changed = articles.import_articles(conn, read_articles(), status=SAMPLE, editor=SHIPPED_BY, now=now)
    changed += synonyms.seed(conn, read_synonyms(), now=now)
    return changed + wordings.seed(conn, read_wordings(), now=now)


def import_articles(
    conn: Connection, new: Sequence[NewArticle], *, by: str, now: datetime, dry_run: bool = False
) -> Imported:
    """Add unknown articles as drafts and change known ones; a new text of a published one is a draft again.

    Other sample questions alone need no approval. `dry_run`: only tell what would happen.

    Raises:
        Refused: nobody is named.
    """
    known = _known(conn) if dry_run else _known_and_locked(conn)
    groups: dict[str, list[str]] = {name: [] for name in ("added", "changed", "questions", "unchanged", "to_approve")}
    for article in new:
        before = known.get(article.slug)
        groups[_kind_of_change(before, article)].append(article.slug)
        if before is not None and before.status == APPROVED and not articles.says_the_same(before, article):
            groups["to_approve"].append(article.slug)
        if not dry_run:
            _put(conn, before, article, editor=person(by), now=now)
    touched = [article for article in new if article.slug not in groups["unchanged"]]
    return Imported(**groups, remarks=_remarks(touched, wordings.list_all(conn), known.values()))


def add_drafts(conn: Connection, new: Sequence[NewArticle], *, by: str, now: datetime) -> Sequence[str]:
    """Add those whose slug is unknown as drafts, leave the others as they are; return the slugs added.

    Raises:
        Refused: nobody is named.
    """
    editor = person(by)
    articles.lock(conn)
    fresh = [article for article in new if articles.find_by_slug(conn, article.slug) is None]
    for article in fresh:
        articles.add_draft(conn, article, editor=editor, now=now)
    return [article.slug for article in fresh]


def approve(conn: Connection, slugs: Sequence[str] | None, *, by: str, now: datetime) -> Approved:
    """Let articles be sent to citizens: those named, all of them or none; or, for None, all that can be approved.

    Raises:
        Refused: one of those named can't be approved, or nobody is named as the approver.
    """
    approver = person(by)
    articles.lock(conn)
    rules = wordings.list_all(conn)
    found = [find(conn, slug) for slug in slugs] if slugs is not None else _waiting(conn)
    refused = {article.slug: against for article in found if (against := objections(article, rules, approver))}
    if refused and slugs is not None:
        raise Refused("\n".join(f"{slug}：{reason}" for slug, reasons in refused.items() for reason in reasons))
    approved = [article for article in found if article.slug not in refused and article.status != APPROVED]
    articles.approve(conn, [article.id for article in approved], approver=approver, now=now)
    remarks = {article.slug: list(map(describe, wording_remarks(article, rules))) for article in approved}
    return Approved(
        approved=[article.slug for article in approved],
        refused=refused,
        remarks={slug: lines for slug, lines in remarks.items() if lines},
    )


def withdraw(conn: Connection, slugs: Sequence[str], *, by: str, now: datetime, reason: str = "") -> Sequence[str]:
    """Take articles out of the answers; return those that weren't out already.

    Raises:
        Refused: one of them doesn't exist, or nobody is named.
    """
    name = person(by)
    articles.lock(conn)
    found = [find(conn, slug) for slug in slugs]
    standing = [article for article in found if article.status != WITHDRAWN]
    articles.withdraw(conn, [article.id for article in standing], approver=name, now=now, reason=reason)
    return [article.slug for article in standing]


def objections(article: StoredArticle, rules: Sequence[Wording], approver: str) -> list[str]:
    """Return why this person can't approve this article; nothing if they can."""
    against = faults(article, rules)
    if is_own_text(article.editor, approver):
        against.append(say(Say.OWN_TEXT, value=article.editor))
    return against


def is_own_text(editor: str, name: str) -> bool:
    """Tell whether a person wrote the editor's text, so that somebody else must approve it."""
    return editor != SHIPPED_BY and _is_same_person(editor, name)


def faults(article: StoredArticle | NewArticle, rules: Sequence[Wording]) -> list[str]:
    """Return why nobody can approve an article as it stands."""
    found = [describe(remark) for remark in wording_remarks(article, rules) if remark.blocks]
    if not article.answer:
        found.append(say(Say.NO_ANSWER))
    if len(article.samples) < LEAST_SAMPLES:
        found.append(say(Say.FEW_SAMPLES, length=len(article.samples), least=LEAST_SAMPLES))
    return found


def wording_remarks(article: StoredArticle | NewArticle, rules: Sequence[Wording]) -> list[Remark]:
    """Check what of an article citizens read."""
    return check_text("\n".join((article.title, article.answer, *(link.text for link in article.links))), rules)


def describe(remark: Remark) -> str:
    """Put a remark on a wording into words."""
    return say(Say.WORDING, found=remark.found, advice=remark.rule.advice)


def person(name: str) -> str:
    """Return a person's name, without which nothing is changed.

    Raises:
        Refused: it is empty, too long, or the program's own.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or _is_same_person(plain, SHIPPED_BY):
        raise Refused("say who does this, by the name of a person")
    return plain


def find(conn: Connection, slug: str) -> StoredArticle:
    """Return an article.

    Raises:
        Refused: there is none of this slug.
    """
    found = articles.find_by_slug(conn, slug)
    if found is None:
        raise Refused(say(Say.NO_ARTICLE, value=slug))
    return found


def _waiting(conn: Connection) -> list[StoredArticle]:
    return articles.list_all(conn, statuses=(SAMPLE, DRAFT))


def _known(conn: Connection) -> dict[str, StoredArticle]:
    return {article.slug: article for article in articles.list_all(conn)}


def _known_and_locked(conn: Connection) -> dict[str, StoredArticle]:
    articles.lock(conn)
    return _known(conn)


def _put(conn: Connection, before: StoredArticle | None, new: NewArticle, *, editor: str, now: datetime) -> None:
    if before is None:
        articles.add_draft(conn, new, editor=editor, now=now)
    else:
        articles.edit(conn, before, new, editor=editor, now=now)


def _kind_of_change(before: StoredArticle | None, new: NewArticle) -> str:
    if before is None:
        return "added"
    if articles.is_same(before, new):
        return "unchanged"
    return "questions" if articles.says_the_same(before, new) else "changed"


def _remarks(
    new: Sequence[NewArticle], rules: Sequence[Wording], known: Collection[StoredArticle]
) -> dict[str, list[str]]:
    titles = {article.title: article.slug for article in known}
    remarks = {}
    for article in new:
        found = [describe(remark) for remark in wording_remarks(article, rules)]
        if titles.get(article.title, article.slug) != article.slug:
            found.append(say(Say.SAME_TITLE_AS, slug=titles[article.title]))
        if found:
            remarks[article.slug] = found
    return remarks


def _is_same_person(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()
