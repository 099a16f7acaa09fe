"""The knowledge base's own examination: what stands against its articles, and where its questions lead astray."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import TOWN
from bot.domain.articles import describe, faults, wording_remarks
from bot.knowledge.findings import Outcome, Thresholds
from bot.knowledge.index import Index
from bot.knowledge.library import to_article
from bot.knowledge.normalise import normalise
from bot.knowledge.self_test import try_samples
from bot.knowledge.staff import Say, say
from store.articles import APPROVED, DRAFT, SAMPLE, WITHDRAWN, StoredArticle
from store.wordings import Wording

_SOON = timedelta(days=14)


class Grade(StrEnum):
    """How much a finding matters."""

    BLOCKS = "blocks"  # must be mended: citizens get the wrong thing, or something that mustn't be published
    WARNING = "warning"  # somebody should look at it
    NOTE = "note"  # good to know when looking for what to improve


_ORDER = tuple(Grade)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing about one article."""

    grade: Grade
    slug: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """`self_test` is the share of the sample questions that find their subject while they are hidden themselves."""

    articles: int
    samples: int
    self_test: float
    findings: Sequence[Found]

    def count(self, grade: Grade) -> int:
        """Return how many findings are of a grade."""
        return sum(finding.grade is grade for finding in self.findings)


def examine_knowledge(
    articles: Sequence[StoredArticle],
    *,
    synonyms: Sequence[Sequence[str]],
    off_topic: Sequence[str],
    rules: Sequence[Wording],
    thresholds: Thresholds,
    now: datetime,
) -> Examined:
    """Examine all articles that aren't withdrawn; takes about half a second for a hundred."""
    standing = [article for article in articles if article.status != WITHDRAWN]
    published = [article for article in standing if article.status in (APPROVED, SAMPLE)]
    drafts = [article for article in standing if article.status == DRAFT]
    findings = [finding for article in standing for finding in _alone(article, rules, now)]
    findings += _twins(standing)
    found = [to_article(article) for article in published]
    tried = try_samples(found, synonyms=synonyms, off_topic=off_topic, thresholds=thresholds)
    slugs = {article.id: article.slug for article in published}
    for stray in tried.astray:
        words = say(Say.CHECK_ASTRAY, value=stray.sample, slug=slugs[stray.found.id])
        findings.append(Found(Grade.NOTE, slugs[stray.owner.id], words))
    index = Index.build(found, synonyms=synonyms, off_topic=off_topic, thresholds=thresholds)
    findings += [finding for draft in drafts for finding in _taken_by_others(draft, index, slugs)]
    return Examined(
        articles=len(standing),
        samples=sum(len(article.samples) for article in standing),
        self_test=tried.recall,
        findings=sorted(findings, key=lambda one: (_ORDER.index(one.grade), one.slug)),
    )


def _alone(article: StoredArticle, rules: Sequence[Wording], now: datetime) -> list[Found]:
    """Look at an article by itself; what keeps a draft from being approved is no trouble yet."""
    against = faults(article, rules)
    grade = Grade.WARNING if article.status == DRAFT else Grade.BLOCKS
    found = [Found(grade, article.slug, words) for words in against]
    remarks = [describe(remark) for remark in wording_remarks(article, rules)]
    warnings = [words for words in remarks if words not in against]
    if article.ours and not article.subject:
        warnings.append(say(Say.CHECK_NO_SUBJECT))
    if article.valid_until is not None and article.valid_until < now + _SOON:
        when = article.valid_until.astimezone(TOWN).strftime("%Y-%m-%d %H:%M")
        what = Say.CHECK_EXPIRED if article.valid_until <= now else Say.CHECK_EXPIRING
        warnings.append(say(what, value=when))
    return found + [Found(Grade.WARNING, article.slug, words) for words in warnings]


def _twins(articles: Sequence[StoredArticle]) -> list[Found]:
    """Find titles and questions that two articles have: asked in these words, neither is found for sure."""
    owners: dict[str, StoredArticle] = {}
    found = []
    for article in articles:
        for words in dict.fromkeys((article.title, *article.samples)):
            owner = owners.setdefault(normalise(words) or f"{article.id}", article)
            if owner is not article:
                is_draft = DRAFT in (owner.status, article.status)
                grade = Grade.WARNING if is_draft else Grade.BLOCKS
                found.append(Found(grade, article.slug, say(Say.CHECK_TWIN, value=words, slug=owner.slug)))
    return found


def _taken_by_others(draft: StoredArticle, index: Index, slugs: dict[int, str]) -> list[Found]:
    """Find a draft's questions that citizens are answered already, by an article on another subject."""
    found = []
    for sample in draft.samples:
        finding = index.find(sample)
        if finding.outcome is not Outcome.ANSWER:
            continue
        best = finding.best.article
        if best.measure is None or best.measure != draft.measure:
            found.append(Found(Grade.WARNING, draft.slug, say(Say.CHECK_ASTRAY, value=sample, slug=slugs[best.id])))
    return found
