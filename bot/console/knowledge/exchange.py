"""Files of articles: looked over before they are taken in, and given out."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.console.knowledge.differences import Change, compare_articles
from bot.console.visit import Audited, Visit
from bot.domain import articles as rules
from bot.domain.articles import Imported, Refused
from bot.knowledge.documents.entries import BadDocument, Entry
from bot.knowledge.documents.files import read_upload, write_download
from bot.knowledge.staff import Say, say
from store import articles, uploads
from store.articles import STATUSES, WITHDRAWN, NewArticle
from store.database import Connection
from store.uploads import Upload

UPLOAD_BYTES = 8 * 1024 * 1024
_KINDS: Mapping[str, str] = {
    "md": "text/markdown",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SHOWN = 200  # lines of mistakes, or of articles of one kind
_COMPARED = 30  # changed articles whose differences are shown


class _Stale(Refused):
    """The knowledge has changed since the file was looked over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What taking a file in would do to the knowledge of this `version`."""

    upload: Upload
    version: int
    imported: Imported
    titles: Mapping[str, str]
    differences: Mapping[str, Sequence[Change]]


async def show_import(visit: Visit) -> web.StreamResponse:
    """Show where to choose a file."""
    return visit.page("knowledge/import.html", mistakes=[], more=0)


async def look_over_file(visit: Visit) -> web.StreamResponse:
    """Read a file and show what it would do."""
    files = visit.form.files("file")
    if not files:
        return visit.page("knowledge/import.html", status=422, mistakes=[say(Say.NO_FILE)], more=0)
    try:
        entries: Sequence[Entry] = await asyncio.to_thread(read_upload, files[0].content)
    except BadDocument as bad:
        mistakes = str(bad).splitlines()
        values = {"mistakes": mistakes[:_SHOWN], "more": max(len(mistakes) - _SHOWN, 0)}
        return visit.page("knowledge/import.html", status=422, **values)
    found = [entry.article for entry in entries]
    token = await visit.write(uploads.keep, name=files[0].name[:80], articles=found, by=visit.staff.name, now=visit.now)
    return await _preview(visit, token)


async def take_in(visit: Visit) -> web.StreamResponse:
    """Take in the file that was looked over, all of it or nothing."""
    token, seen = visit.form.text("upload"), visit.form.number("version")

    def change(conn: Connection) -> Imported:
        articles.lock(conn)
        upload = uploads.find(conn, token, by=visit.staff.name, now=visit.now)
        if upload is None:
            raise Refused(say(Say.UPLOAD_GONE))
        if articles.read_version(conn) != seen:
            raise _Stale(say(Say.UPLOAD_STALE))
        imported = rules.import_articles(conn, upload.articles, by=visit.staff.name, now=visit.now)
        uploads.forget(conn, token, by=visit.staff.name)
        for slug in (*imported.added, *imported.changed, *imported.questions):
            visit.note(conn, Audited(action="article_imported", subject="article", subject_id=slug))
        return imported

    try:
        imported = await visit.write(change)
    except _Stale as stale:
        return await _preview(visit, token, status=409, objections=[str(stale)])
    except Refused as refused:
        return visit.page("knowledge/import.html", status=422, mistakes=[str(refused)], more=0)
    number = len(imported.added) + len(imported.changed) + len(imported.questions)
    return visit.go("/knowledge", said="knowledge/imported", about=str(number))


async def export(visit: Visit) -> web.StreamResponse:
    """Give out the articles of one status, or all that aren't withdrawn."""
    kind, status = visit.query("format"), visit.query("status")
    if kind not in _KINDS:
        raise visit.missing("export", kind)
    statuses = (status,) if status in STATUSES else tuple(one for one in STATUSES if one != WITHDRAWN)
    found = await visit.read(articles.list_all, statuses=statuses)
    content = await asyncio.to_thread(write_download, kind, found)
    name = f"articles-{visit.now:%Y%m%d}.{kind}"
    return visit.file(content, name=name, content_type=_KINDS[kind])


async def _preview(
    visit: Visit, token: str, *, status: int = 200, objections: Sequence[str] = ()
) -> web.StreamResponse:
    def read(conn: Connection) -> Preview | None:
        upload = uploads.find(conn, token, by=visit.staff.name, now=visit.now)
        if upload is None:
            return None
        imported = rules.import_articles(conn, upload.articles, by=visit.staff.name, now=visit.now, dry_run=True)
        by_slug = {article.slug: article for article in upload.articles}
        return Preview(
            upload=upload,
            version=articles.read_version(conn),
            imported=imported,
            titles={slug: article.title for slug, article in by_slug.items()},
            differences=_compare(conn, by_slug, (*imported.changed, *imported.questions)),
        )

    preview = await visit.read(read)
    if preview is None:
        return visit.page("knowledge/import.html", status=422, mistakes=[say(Say.UPLOAD_GONE)], more=0)
    return visit.page("knowledge/preview.html", status=status, preview=preview, objections=objections, shown=_SHOWN)


def _compare(conn: Connection, new: Mapping[str, NewArticle], changed: Sequence[str]) -> Mapping[str, Sequence[Change]]:
    found = {}
    for slug in changed[:_COMPARED]:
        if (before := articles.find_by_slug(conn, slug)) is not None:
            found[slug] = compare_articles(before, new[slug])
    return found
