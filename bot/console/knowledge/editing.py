"""Writing an article: the form, what the text lacks, what a question would get, saving without treading on others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.console.form import Form
from bot.console.knowledge.differences import Change, compare_articles
from bot.console.knowledge.looking import Looked, look_over
from bot.console.knowledge.trying import Tried, try_question
from bot.console.visit import Audited, Visit
from bot.domain import desk_articles
from bot.domain.articles import Refused
from bot.domain.desk_articles import Moved, Saved
from bot.knowledge.documents.entries import FIELDS, MEASURES, Mistake, read_values, write_content
from bot.knowledge.staff import words
from store import article_versions, articles
from store.articles import DRAFT, NewArticle, StoredArticle
from store.database import Connection

FORM_BYTES = 1024 * 1024
# What is kept of a text that is too long: enough to be shown again whole and shortened by its writer.
_MOST_KEPT = {"answer": 50_000, "samples": 60_000, "links": 20_000}
_LINES = frozenset(_MOST_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The form as it stands: each field's text as typed, and what is to be said about it."""

    slug: str | None  # None: an article that doesn't exist yet
    version: int  # that its writer has in view
    texts: Mapping[str, str]
    mistakes: Sequence[Mistake] = ()
    objections: Sequence[str] = ()
    theirs: Sequence[Change] = ()  # what a colleague has changed meanwhile
    clash: Sequence[Change] = ()  # how this text differs from the colleague's
    status: int = 200
    errors: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Lead from each field to its first mistake."""
        errors = {mistake.field: mistake.says for mistake in reversed(self.mistakes)}
        object.__setattr__(self, "errors", errors)


async def show_new(visit: Visit) -> web.StreamResponse:
    """Show an empty form; the address may bring a title."""
    empty = dict.fromkeys(FIELDS, "") | {"ours": words().yes, "title": visit.query("title", most=60)}
    return _show(visit, Writing(slug=None, version=0, texts=empty))


async def show_edit(visit: Visit) -> web.StreamResponse:
    """Show an article's form."""
    article = await _find(visit)
    return _show(visit, Writing(slug=article.slug, version=article.version, texts=write_content(article)))


async def save_new(visit: Visit) -> web.StreamResponse:
    """Begin an article."""
    return await _save(visit, None, desk_articles.create)


async def save_edit(visit: Visit) -> web.StreamResponse:
    """Give an article another text."""
    article = await _find(visit)

    def rewrite(conn: Connection, new: NewArticle, **rest: object) -> Saved:
        return desk_articles.rewrite(conn, new, seen=visit.form.number("version") or 0, **rest)  # type: ignore[arg-type]

    return await _save(visit, article, rewrite)


async def try_it(visit: Visit) -> web.StreamResponse:
    """Show what a question gets now, and whom it would find with the text that is being written."""
    article, _ = read_values(typed(visit.form))
    question = visit.form.text("question")
    tried = await try_question(visit, question, draft=article if article.title or article.samples else None)
    if visit.is_part:
        return visit.page("knowledge/tried.html", tried=tried)
    return _show(visit, _as_typed(visit), tried=tried)


async def look(visit: Visit) -> web.StreamResponse:
    """Show what stands against the text that is being written."""
    article, mistakes = read_values(typed(visit.form))
    looked = await visit.read(look_over, article)
    says = [one.says for one in mistakes]
    if visit.is_part:
        return visit.page("knowledge/looked.html", looked=looked, mistakes=says)
    return _show(visit, _as_typed(visit), looked=looked, looked_mistakes=says)


def _as_typed(visit: Visit) -> Writing:
    """Return the form as it was sent, of an article that exists if it brings a version."""
    version, texts = visit.form.number("version") or 0, dict.fromkeys(FIELDS, "") | typed(visit.form)
    return Writing(slug=texts["slug"] if version else None, version=version, texts=texts)


def typed(form: Form) -> dict[str, str]:
    """Return each field's text as it was typed."""
    return {
        name: form.text(name, most=_MOST_KEPT.get(name, 1000), lines=name in _LINES) for name in FIELDS if name in form
    }


async def _save(visit: Visit, before: StoredArticle | None, put: Callable[..., Saved]) -> web.StreamResponse:
    texts = typed(visit.form)
    if before is not None:
        texts["slug"] = before.slug
    new, mistakes = read_values(texts)
    slug, version = (before.slug if before else None), visit.form.number("version") or 0
    shown = dict.fromkeys(FIELDS, "") | texts
    writing = Writing(slug=slug, version=version, texts=shown, mistakes=mistakes, status=422)
    if mistakes:
        return _show(visit, writing)

    def change(conn: Connection) -> Saved:
        saved = put(conn, new, to_submit=visit.form.text("do") == "submit", by=visit.staff.name, now=visit.now)
        if saved.changed:
            action = "article_changed" if before else "article_added"
            visit.note(conn, about(action, saved.slug, version=saved.version))
        if saved.submitted:
            visit.note(conn, about("article_submitted", saved.slug, version=saved.version))
        return saved

    try:
        saved = await visit.write(change)
    except Moved:
        return _show(visit, await _clash(visit, writing, new))
    except Refused as refused:
        return _show(visit, _with(writing, objections=str(refused).splitlines()))
    return visit.go(f"/knowledge/articles/{saved.slug}", said=f"knowledge/{_said(saved)}")


def _said(saved: Saved) -> str:
    if saved.submitted:
        return "submitted"
    if not saved.changed:
        return "unchanged"
    return "saved" if saved.status == DRAFT else "saved_live"


def about(action: str, slug: str, *, version: int | None = None) -> Audited:
    """Return the audit line of a change to an article."""
    return Audited(
        action=action, subject="article", subject_id=slug, detail="" if version is None else f"version {version}"
    )


async def _clash(visit: Visit, writing: Writing, new: NewArticle) -> Writing:
    """Return the form with its writer's text, over the version that a colleague has made meanwhile."""

    def read(conn: Connection) -> tuple[StoredArticle | None, NewArticle | None]:
        now = articles.find_by_slug(conn, new.slug)
        versions = article_versions.list_of(conn, now.id) if now else ()
        return now, next((one.content for one in versions if one.version == writing.version), None)

    now, seen = await visit.read(read)
    if now is None:
        raise visit.missing("article", new.slug)
    return _with(
        writing,
        version=now.version,
        theirs=compare_articles(seen, now) if seen else (),
        clash=compare_articles(now, new),
        status=409,
    )


def _with(writing: Writing, **changes: object) -> Writing:
    values = {name: getattr(writing, name) for name in Writing.__slots__ if name != "errors"}
    return Writing(**values | changes)


async def _find(visit: Visit) -> StoredArticle:
    slug = visit.place("slug")
    article = await visit.read(articles.find_by_slug, slug)
    if article is None:
        raise visit.missing("article", slug)
    return article


def _show(
    visit: Visit,
    writing: Writing,
    *,
    tried: Tried | None = None,
    looked: Looked | None = None,
    looked_mistakes: Sequence[str] = (),
) -> web.StreamResponse:
    return visit.page(
        "knowledge/edit.html",
        status=writing.status,
        writing=writing,
        measures=MEASURES,
        words=words(),
        question=visit.form.text("question"),
        tried=tried,
        looked=looked,
        looked_mistakes=looked_mistakes,
    )
