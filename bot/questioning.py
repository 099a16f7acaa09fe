"""What a citizen would get for a question here, and why: `wenming ask` and `wenming evaluate` stand on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot import texts
from bot.clock import Clock
from bot.knowledge.building import Plan, build
from bot.knowledge.embedders import Embedder, embed_all
from bot.knowledge.findings import Article, Finding, Outcome, Thresholds
from bot.knowledge.index import Index
from bot.knowledge.library import read_thresholds, to_article
from bot.knowledge.semantic import texts_of
from bot.settings import Settings, SettingsError, read_settings
from store import articles, regressions, synonyms
from store.articles import APPROVED, SAMPLE, NewArticle
from store.database import Connection, open_database
from store.migrate import find_revision, newest_revision
from store.regressions import Regression
from store.start import read_articles, read_off_topic, read_synonyms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlaceKnowledge:
    """What citizens of this installation are answered from, and where that comes from."""

    articles: Sequence[Article]
    source: str
    index: Index


async def read_knowledge(*, samples_too: bool = False, embedder: Embedder | None = None) -> PlaceKnowledge:
    """Take the database's articles, or the starting ones where nothing is set up yet.

    `samples_too`: those that nobody has approved yet as well, whatever the settings say. `embedder` makes the vectors
    of their texts; with some hundred articles that takes a minute.
    """
    stock, source, thresholds = await _stock_of_this_place(samples_too)
    off_topic = read_off_topic()
    plan = Plan(
        articles=stock.articles,
        synonyms=stock.synonyms,
        off_topic=off_topic,
        thresholds=thresholds,
        cache=0,
        vectors=await embed_all(embedder, texts_of(stock.articles, off_topic)) if embedder else {},
    )
    return PlaceKnowledge(stock.articles, source, build(plan))


async def explain_answer(question: str) -> str:
    """Return the answer and the engine's reasons, in lines for a terminal."""
    knowledge = await read_knowledge()
    if not knowledge.articles:
        return f"no published article ({knowledge.source}); see: wenming knowledge approve --help"
    finding = knowledge.index.find(question)
    return "\n".join([*_citizen_sees(finding), "", f"[{knowledge.source}]", *_reasons(finding)])


async def read_regressions() -> list[Regression]:
    """Return the questions that were missed once; none where nothing is set up."""
    try:
        settings = read_settings()
    except SettingsError:
        return []
    if await find_revision(settings.database_url) != newest_revision():
        return []
    return await _read(settings, regressions.list_all)


@dataclass(frozen=True, slots=True)
class _Stock:
    """What an index is made from, but for what comes with the program."""

    articles: Sequence[Article]
    synonyms: Sequence[Sequence[str]]


async def _stock_of_this_place(samples_too: bool) -> tuple[_Stock, str, Thresholds]:
    try:
        settings = read_settings()
    except SettingsError:
        return _starting_stock(), "starting articles, as no settings are there", Thresholds()
    thresholds = read_thresholds(settings)
    if await find_revision(settings.database_url) != newest_revision():
        return _starting_stock(), "starting articles, as the database is empty or of another version", thresholds
    statuses = (APPROVED, SAMPLE) if samples_too or settings.sample_articles else (APPROVED,)
    now = Clock(settings.clock_offset_file).now()

    def read(conn: Connection) -> _Stock:
        published = articles.list_published(conn, statuses=statuses, now=now)
        return _Stock([to_article(one) for one in published], synonyms.list_groups(conn))

    return await _read(settings, read), f"{' and '.join(statuses)} articles", thresholds


async def _read(settings: Settings, read: Callable[[Connection], T]) -> T:
    database = open_database(settings.database_url)
    try:
        return await database.read(read)
    finally:
        await database.close()


def _starting_stock() -> _Stock:
    return _Stock([_numbered(number, article) for number, article in enumerate(read_articles(), 1)], read_synonyms())


def _numbered(number: int, new: NewArticle) -> Article:
    return Article(
        id=number,
        version=1,
        ours=new.ours,
        measure=new.measure,
        title=new.title,
        answer=new.answer,
        samples=new.samples,
        subject=new.subject,
    )


def _citizen_sees(finding: Finding) -> list[str]:
    if finding.outcome is Outcome.ANSWER:
        return [finding.hits[0].article.answer]
    if finding.outcome is Outcome.SUGGEST:
        return [texts.suggestions([(hit.article.title, f"article:{hit.article.id}") for hit in finding.hits])]
    return [texts.unknown(texts.Office("", "", ""))]


def _reasons(finding: Finding) -> list[str]:
    lines = [f"{finding.outcome}: {finding.why}", f"read as: {finding.question}"]
    for hit in finding.hits:
        ours = f"measure {hit.article.measure}" if hit.article.measure else "about the office"
        door = ours if hit.article.ours else "not ours"
        lines.append(f"{hit.confidence:6.3f}  {hit.article.title}  ({door})")
    return lines
