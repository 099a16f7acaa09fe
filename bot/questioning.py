"""`wenming ask`: what a citizen would get for a question, and why."""

from bot import texts
from bot.clock import Clock
from bot.knowledge.building import Plan, build
from bot.knowledge.findings import Article, Finding, Outcome, Thresholds
from bot.knowledge.library import to_article
from bot.settings import Settings, SettingsError, read_settings
from store import articles
from store.articles import APPROVED, SAMPLE, NewArticle
from store.database import open_database
from store.migrate import find_revision, newest_revision
from store.start import read_articles, read_off_topic, read_synonyms


async def explain_answer(question: str) -> str:
    """Return the answer and the engine's reasons, in lines for a terminal."""
    found, source, thresholds = await _articles_of_this_place()
    if not found:
        return f"no published article ({source}); see: wenming knowledge approve --help"
    plan = Plan(articles=found, synonyms=read_synonyms(), off_topic=read_off_topic(), thresholds=thresholds, cache=0)
    finding = build(plan).find(question)
    return "\n".join([*_citizen_sees(finding), "", f"[{source}]", *_reasons(finding)])


async def _articles_of_this_place() -> tuple[list[Article], str, Thresholds]:
    """Take the database's articles, or the starting ones where nothing is set up yet."""
    try:
        settings = read_settings()
    except SettingsError:
        return _starting_articles(), "starting articles, as no settings are there", Thresholds()
    thresholds = Thresholds(answer=settings.answer_confidence, suggest=settings.suggest_confidence)
    if await find_revision(settings.database_url) != newest_revision():
        return _starting_articles(), "starting articles, as the database is empty or of another version", thresholds
    statuses = (APPROVED, SAMPLE) if settings.sample_articles else (APPROVED,)
    return await _stored_articles(settings, statuses), f"{' and '.join(statuses)} articles", thresholds


def _starting_articles() -> list[Article]:
    return [_numbered(number, article) for number, article in enumerate(read_articles(), 1)]


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


async def _stored_articles(settings: Settings, statuses: tuple[str, ...]) -> list[Article]:

    database = open_database(settings.database_url)
    try:
        now = Clock(settings.clock_offset_file).now()
        stored = await database.read(articles.list_published, statuses=statuses, now=now)
    finally:
        await database.close()
    return [to_article(one) for one in stored]


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
