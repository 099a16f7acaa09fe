"""What is held about one citizen: in short for the chat, whole for the page and the file to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from bot.clock import TOWN
from store import consents, failures, personal, security_log
from store.consents import Consent
from store.database import Connection
from store.failures import Failure
from store.personal import Counts, Rows
from store.sealing import CannotOpen, Seal
from store.security_log import Entry


@dataclass(frozen=True, slots=True)
class Summary:
    """How much is held, and what the citizen said last about keeping phone and name."""

    counts: Counts
    consent: Consent | None


@dataclass(frozen=True, slots=True)
class OpenedContact:
    """A phone or a name in the clear; None if its key is missing."""

    kind: str
    value: str | None
    given: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything, and nothing of anybody else."""

    rows: Rows
    contacts: Sequence[OpenedContact]
    consents: Sequence[Consent]
    failures: Sequence[Failure]
    looks: Sequence[Entry]  # of the security log


def summarise(conn: Connection, citizen_id: str) -> Summary:
    """Count what is held."""
    return Summary(personal.count(conn, citizen_id), consents.find_last(conn, citizen_id))


def gather(conn: Connection, seal: Seal, citizen_id: str) -> Holdings | None:
    """Read all there is about a citizen; None for one who was erased."""
    rows = personal.read_all(conn, citizen_id)
    if rows is None or rows.account.openid is None:
        return None
    return Holdings(
        rows=rows,
        contacts=[OpenedContact(one.kind, _open(seal, one.sealed), one.given) for one in rows.contacts],
        consents=consents.list_of(conn, citizen_id),
        failures=_failures(conn, seal, rows.account.openid),
        looks=security_log.list_of(conn, seal.aliases(citizen_id)),
    )


def export(holdings: Holdings, *, now: datetime) -> bytes:
    """Return it as JSON, times in the town's own."""
    rows = holdings.rows
    content = {
        "made": now,
        "account": asdict(rows.account),
        "contacts": _all(holdings.contacts),
        "consents": _all(holdings.consents),
        "messages": [{**asdict(one), "reply": orjson.loads(one.reply)} for one in rows.messages],
        "dialogue": None if rows.talk is None else {"heard": rows.talk.heard, **orjson.loads(rows.talk.state)},
        "unanswered_questions": _all(rows.questions),
        "attachments": _all(rows.files),
        "talks_with_the_office": _all(rows.help),
        "outgoing": [{**asdict(one), "body": orjson.loads(one.body)} for one in rows.sent],
        "failed_messages": [{**asdict(one), "raw": orjson.loads(one.raw)} for one in holdings.failures],
        "security_log": _all(holdings.looks),
    }
    return orjson.dumps(_in_town_time(content), option=orjson.OPT_INDENT_2)


def _open(seal: Seal, sealed: bytes) -> str | None:
    try:
        return seal.open(sealed)
    except CannotOpen:
        return None


def _failures(conn: Connection, seal: Seal, openid: str) -> Sequence[Failure]:
    try:
        return failures.list_of(conn, seal, openid)
    except CannotOpen:
        return []


def _all(rows: Sequence[object]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]  # type: ignore[call-overload]


def _in_town_time(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(TOWN)
    if isinstance(value, Mapping):
        return {name: _in_town_time(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_town_time(inner) for inner in value]
    return value
