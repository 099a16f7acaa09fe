"""A thousand articles made from the real ones: how fast the index answers, and what its rebuilding costs."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.knowledge.building import Plan, build
from bot.knowledge.findings import Article as Searchable
from bot.knowledge.findings import Thresholds
from store.articles import SAMPLE, NewArticle, import_articles
from store.database import open_database
from store.start import read_off_topic, read_synonyms
from tests.bench.plan import percentile
from tests.bench.questions import Article

SAMPLES = 10  # questions an article, about as many as the real ones have


@dataclass(frozen=True)
class SearchSpeed:
    """Milliseconds for a question without the answer cache; the build in seconds."""

    articles: int
    p50: float
    p95: float
    p99: float
    build_seconds: float


def enlarge(articles: Sequence[Article], count: int) -> tuple[Article, ...]:
    """Return the real articles and mixtures of two of them, `count` in all, each with questions of its own."""
    mixed = (_mix(articles, number) for number in range(count - len(articles)))
    return (*articles, *mixed)


def _mix(articles: Sequence[Article], number: int) -> Article:
    first = articles[number % len(articles)]
    second = articles[(number + 1 + number // len(articles)) % len(articles)]
    turns = range(number, number + SAMPLES)
    samples = (
        _join(first.samples[turn % len(first.samples)], second.samples[-turn % len(second.samples)]) for turn in turns
    )
    return Article(
        slug=f"mixed-{number}",
        title=_join(first.title, second.title),
        answer=first.answer[: len(first.answer) // 2] + second.answer[len(second.answer) // 2 :],
        samples=tuple(dict.fromkeys(samples)),
    )


def _join(head: str, tail: str) -> str:
    return head[: len(head) // 2 + 1] + tail[len(tail) // 2 :]


def time_search(articles: Sequence[Article], questions: Sequence[str]) -> SearchSpeed:
    """Build the index in this process and ask every question once, none of them cached."""
    found = [
        Searchable(number, 1, True, None, article.title, article.answer, article.samples)
        for number, article in enumerate(articles, 1)
    ]
    started = time.perf_counter()
    index = build(
        Plan(articles=found, synonyms=read_synonyms(), off_topic=read_off_topic(), thresholds=Thresholds(), cache=0)
    )
    build_seconds = time.perf_counter() - started
    taken = []
    for question in questions:
        asked = time.perf_counter()
        index.find(question)
        taken.append(time.perf_counter() - asked)
    taken.sort()
    return SearchSpeed(
        len(found), percentile(taken, 0.50), percentile(taken, 0.95), percentile(taken, 0.99), build_seconds
    )


def store_articles(url: str, articles: Sequence[Article]) -> None:
    """Put further articles into the database of a service that doesn't run yet."""
    new = [
        NewArticle(
            subject="",
            slug=article.slug,
            ours=True,
            measure=None,
            title=article.title,
            answer=article.answer,
            links=(),
            samples=article.samples,
        )
        for article in articles
    ]

    async def put() -> None:
        database = open_database(url)
        try:
            await database.write(import_articles, new, status=SAMPLE, editor="bench", now=datetime.now(UTC))
        finally:
            await database.close()

    asyncio.run(put())


def move_knowledge(file: Path) -> None:
    """Raise the knowledge version in the file of a running service, as a change by staff does."""
    connection = sqlite3.connect(file, timeout=15)
    try:
        with connection:
            connection.execute("UPDATE service_state SET knowledge_version = knowledge_version + 1")
    finally:
        connection.close()
