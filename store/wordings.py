"""How names, slogans and titles must be written, and what must not be written at all: kept by the office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from store.tables import service_state, wordings

EXACT = "exact"  # a phrase to be written just so: what is nearly it is a mistake
AVOID = "avoid"  # a word not to be used
KINDS = (EXACT, AVOID)

_COLUMNS = (wordings.c.phrase, wordings.c.kind, wordings.c.blocks, wordings.c.advice)
_ALL = select(*_COLUMNS).order_by(wordings.c.kind, wordings.c.phrase)
_PUT = insert(wordings)
_PUT = _PUT.on_conflict_do_update(
    index_elements=["phrase"],
    set_={name: _PUT.excluded[name] for name in ("kind", "blocks", "advice", "editor", "changed")},
)
_REMOVE = delete(wordings).where(wordings.c.phrase == bindparam("which"))
_LOCK = service_state.update().values(knowledge_version=service_state.c.knowledge_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One rule. `blocks`: text that breaks it can't be published; otherwise it only warns."""

    phrase: str
    kind: str  # EXACT | AVOID
    blocks: bool
    advice: str  # what to write instead, or why


def list_all(conn: Connection) -> list[Wording]:
    """Return every rule."""
    return [Wording(**row._asdict()) for row in conn.execute(_ALL)]


def seed(conn: Connection, rules: Sequence[Wording], *, now: datetime) -> int:
    """Take the starting rules where there is none yet; return how many."""
    conn.execute(_LOCK)
    if list_all(conn):
        return 0
    conn.execute(_PUT, [_row(rule, editor="wenming", now=now) for rule in rules])
    return len(rules)


def put(conn: Connection, rule: Wording, *, editor: str, now: datetime) -> None:
    """Add a rule, over an older one on the same phrase."""
    conn.execute(_PUT, _row(rule, editor=editor, now=now))


def remove(conn: Connection, phrase: str) -> bool:
    """Forget a rule; tells whether there was one."""
    return conn.execute(_REMOVE, {"which": phrase}).rowcount == 1


def _row(rule: Wording, *, editor: str, now: datetime) -> dict[str, object]:
    return {
        "phrase": rule.phrase,
        "kind": rule.kind,
        "blocks": rule.blocks,
        "advice": rule.advice,
        "editor": editor,
        "changed": now,
    }
