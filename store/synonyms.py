"""Groups of words that citizens use for the same thing, kept by the office; a change raises the knowledge version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.tables import service_state, synonym_groups

SHORTEST_WORD = 2  # characters: a single one turns up inside unrelated words

_ALL = select(synonym_groups.c.id, synonym_groups.c.words).order_by(synonym_groups.c.id)
_ADD = insert(synonym_groups)
_CHANGE = update(synonym_groups).where(synonym_groups.c.id == bindparam("group_id"))
_REMOVE = delete(synonym_groups).where(synonym_groups.c.id == bindparam("group_id"))
_LOCK = update(service_state).values(knowledge_version=service_state.c.knowledge_version)
_BUMP = update(service_state).values(knowledge_version=service_state.c.knowledge_version + 1)


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """One group as the office sees it."""

    id: int
    words: tuple[str, ...]


def list_groups(conn: Connection) -> list[tuple[str, ...]]:
    """Return the words of every group."""
    return [group.words for group in list_kept(conn)]


def list_kept(conn: Connection) -> list[SynonymGroup]:
    """Return every group with its number."""
    return [SynonymGroup(row.id, tuple(orjson.loads(row.words))) for row in conn.execute(_ALL)]


def seed(conn: Connection, groups: Sequence[Sequence[str]], *, now: datetime) -> int:
    """Take the starting groups where there is none yet; return how many."""
    if list_kept(conn):
        return 0
    conn.execute(_ADD, [_row(words, editor="wenming", now=now) for words in groups])
    conn.execute(_BUMP)
    return len(groups)


def lock(conn: Connection) -> None:
    """Let nobody else change the groups until the transaction's end."""
    conn.execute(_LOCK)


def add(conn: Connection, words: Sequence[str], *, editor: str, now: datetime) -> SynonymGroup:
    """Keep words as one group; if one of them is in a group already, the others join it.

    Raises:
        ValueError: a word is too short, there are fewer than two, or they are in two groups already.
    """
    conn.execute(_LOCK)
    fresh = tuple(dict.fromkeys(word.strip() for word in words))
    if short := [word for word in fresh if len(word) < SHORTEST_WORD]:
        raise ValueError(f"a word has {SHORTEST_WORD} characters or more: {', '.join(map(repr, short))}")
    known = [group for group in list_kept(conn) if not set(group.words).isdisjoint(fresh)]
    if len(known) > 1:
        raise ValueError(f"these words stand in groups {' and '.join(str(group.id) for group in known)}")
    conn.execute(_BUMP)
    if known:
        return _join(conn, known[0], fresh, editor=editor, now=now)
    if len(fresh) < 2:
        raise ValueError("a group has two words or more")
    added = conn.execute(_ADD.values(**_row(fresh, editor=editor, now=now)))
    return SynonymGroup(added.inserted_primary_key[0], fresh)  # type: ignore[index]


def remove(conn: Connection, group_id: int) -> bool:
    """Forget a group; tells whether there was one."""
    removed = conn.execute(_REMOVE, {"group_id": group_id}).rowcount == 1
    if removed:
        conn.execute(_BUMP)
    return removed


def _join(conn: Connection, group: SynonymGroup, fresh: Sequence[str], *, editor: str, now: datetime) -> SynonymGroup:
    words = tuple(dict.fromkeys((*group.words, *fresh)))
    conn.execute(_CHANGE.values(**_row(words, editor=editor, now=now)), {"group_id": group.id})
    return SynonymGroup(group.id, words)


def _row(words: Sequence[str], *, editor: str, now: datetime) -> dict[str, object]:
    return {"words": orjson.dumps(list(words)).decode(), "editor": editor, "changed": now}
