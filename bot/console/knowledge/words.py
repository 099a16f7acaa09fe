"""Words that citizens use for the same thing, and how names must be written."""

from aiohttp import web

from bot.console.visit import Audited, Visit
from bot.domain import word_lists
from bot.domain.articles import Refused
from bot.domain.permissions import Permission
from store import synonyms, wordings
from store.database import Connection
from store.wordings import KINDS


async def show_synonyms(visit: Visit) -> web.StreamResponse:
    """Show the groups of words."""
    return await _synonyms(visit)


async def add_synonyms(visit: Visit) -> web.StreamResponse:
    """Keep words as a group, or let them join one."""
    written = visit.form.text("words", most=500, lines=True)

    def change(conn: Connection) -> None:
        group = word_lists.add_synonyms(conn, word_lists.split_words(written), by=visit.staff.name, now=visit.now)
        visit.note(conn, Audited(action="synonyms_changed", subject="synonyms", subject_id=str(group.id)))

    try:
        await visit.write(change)
    except Refused as refused:
        return await _synonyms(visit, status=422, written=written, objections=str(refused).splitlines())
    return visit.go("/knowledge/synonyms", said="knowledge/synonyms_added")


async def remove_synonyms(visit: Visit) -> web.StreamResponse:
    """Forget a group."""
    number = visit.form.number("group") or 0

    def change(conn: Connection) -> None:
        word_lists.remove_synonyms(conn, number)
        visit.note(conn, Audited(action="synonyms_removed", subject="synonyms", subject_id=str(number)))

    try:
        await visit.write(change)
    except Refused as refused:
        return await _synonyms(visit, status=422, objections=str(refused).splitlines())
    return visit.go("/knowledge/synonyms", said="knowledge/synonyms_removed")


async def show_wordings(visit: Visit) -> web.StreamResponse:
    """Show how names and slogans are written, and what isn't."""
    return await _wordings(visit)


async def put_wording(visit: Visit) -> web.StreamResponse:
    """Add a rule, or change the one on this phrase."""
    form = visit.form
    phrase, advice = form.text("phrase", most=500), form.text("advice", most=500)
    kind = form.text("kind") if form.text("kind") in KINDS else KINDS[0]

    def change(conn: Connection) -> None:
        rule = wordings.Wording(phrase=phrase, kind=kind, blocks=form.ticked("blocks"), advice=advice)
        word_lists.put_wording(conn, rule, by=visit.staff.name, now=visit.now)
        visit.note(conn, Audited(action="wording_changed", subject="wording", subject_id=phrase))

    try:
        await visit.write(change)
    except Refused as refused:
        return await _wordings(visit, status=422, objections=str(refused).splitlines())
    return visit.go("/knowledge/wordings", said="knowledge/wording_added")


async def remove_wording(visit: Visit) -> web.StreamResponse:
    """Forget a rule."""
    phrase = visit.form.text("phrase", most=500)

    def change(conn: Connection) -> None:
        word_lists.remove_wording(conn, phrase)
        visit.note(conn, Audited(action="wording_removed", subject="wording", subject_id=phrase))

    try:
        await visit.write(change)
    except Refused as refused:
        return await _wordings(visit, status=422, objections=str(refused).splitlines())
    return visit.go("/knowledge/wordings", said="knowledge/wording_removed")


async def _synonyms(
    visit: Visit, *, status: int = 200, written: str = "", objections: list[str] | None = None
) -> web.StreamResponse:
    groups = await visit.read(synonyms.list_kept)
    may = visit.staff.may(Permission.KNOWLEDGE_EDIT)
    values = {"groups": groups, "written": written, "objections": objections or [], "may_change": may}
    return visit.page("knowledge/synonyms.html", status=status, **values)


async def _wordings(visit: Visit, *, status: int = 200, objections: list[str] | None = None) -> web.StreamResponse:
    rules = await visit.read(wordings.list_all)
    may = visit.staff.may(Permission.KNOWLEDGE_APPROVE)
    form = {name: visit.form.text(name, most=500) for name in ("phrase", "kind", "advice", "blocks")}
    values = {"rules": rules, "form": form, "objections": objections or [], "may_change": may}
    return visit.page("knowledge/wordings.html", status=status, **values)
