"""The audit log: searched by time, person, action and subject, checked, and taken along as a file."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from aiohttp import web

from bot.clock import TOWN
from bot.console.audit_file import FORMATS, AuditFile
from bot.console.page import Route, Subject
from bot.console.visit import Audited, Visit
from bot.domain.auditing import gather, verify_log, words
from bot.domain.permissions import Permission
from store import audit, staff
from store.audit import Line, Search, Verdict
from store.database import Connection

_ON_A_PAGE = 50
_MOST_IN_A_FILE = 50_000  # lines
_FIELDS = ("since", "until", "who", "action", "subject", "subject_id", "citizen")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, and what the form offers."""

    lines: Sequence[Line]
    more: bool
    people: Mapping[int, str]
    actions: Sequence[str]


async def show(visit: Visit) -> web.Response:
    """Show the lines that match."""
    return await _show(visit)


async def check(visit: Visit) -> web.Response:
    """Follow the whole chain, and say what was found; that is written down too."""
    verdict = await verify_log(visit.desk.means.database)
    outcome = f"{verdict.lines} lines, {len(verdict.breaks)} breaks"
    await visit.write(visit.note, Audited(action="audit_checked", subject="audit", detail=outcome))
    return await _show(visit, verdict)


async def export(visit: Visit) -> web.Response:
    """Return the matching lines as a file; who took it stands in the log."""
    kind = visit.place("kind")
    if kind not in FORMATS:
        raise visit.missing("audit", kind)
    lines = await gather(visit.desk.means.database, _wanted(visit), most=_MOST_IN_A_FILE)
    people = await visit.read(staff.displays)
    taken = f"{kind}, {len(lines)} lines"
    await visit.write(visit.note, Audited(action="audit_exported", subject="audit", detail=taken))
    content = await asyncio.to_thread(AuditFile(people, words()).write, kind, lines)
    name = f"audit-{visit.now.astimezone(TOWN):%Y%m%d-%H%M}.{kind}"
    return visit.file(content, name=name, content_type=FORMATS[kind])


async def _show(visit: Visit, verdict: Verdict | None = None) -> web.Response:
    before = visit.query_number("before", default=0, most=10**9) or None
    found = await visit.read(_search, _wanted(visit), before)
    asked = {name: visit.query(name) for name in _FIELDS}
    narrowed = urlencode({name: value for name, value in asked.items() if value})
    return visit.page("audit/log.html", found=found, wanted=asked, narrowed=narrowed, words=words(), verdict=verdict)


def _search(conn: Connection, wanted: Search, before: int | None) -> Found:
    lines = audit.search(conn, wanted, before=before, limit=_ON_A_PAGE + 1)
    return Found(lines[:_ON_A_PAGE], len(lines) > _ON_A_PAGE, staff.displays(conn), audit.actions_used(conn))


def _wanted(visit: Visit) -> Search:
    """Return what the address asks for; a date or a number that is none doesn't narrow."""
    until = _day(visit.query("until"))
    action = visit.query("action")
    who = visit.query("who")
    return Search(
        since=_day(visit.query("since")),
        until=until + timedelta(days=1) if until else None,
        staff_id=int(who) if who.isascii() and who.isdigit() and len(who) < 19 else None,
        actions=(action,) if action else (),
        subject=visit.query("subject"),
        subject_id=visit.query("subject_id"),
        citizen=visit.query("citizen"),
    )


def _day(text: str) -> datetime | None:
    """Return the beginning of a day in the town, such as 2026-11-24."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=TOWN)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


SUBJECT = Subject(
    name="audit",
    routes=(
        Route("GET", "/audit", show, Permission.AUDIT_READ),
        Route("GET", "/audit/check", check, Permission.AUDIT_READ),
        Route("GET", "/audit/export/{kind}", export, Permission.AUDIT_READ),
    ),
    rule=Permission.AUDIT_READ,
    home="/audit",
)
