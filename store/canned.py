"""Words to answer with, kept by the office."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.tables import canned_answers


@dataclass(frozen=True, slots=True)
class Canned:
    """One of them; `version` counts its changes."""

    id: int
    title: str
    body: str
    version: int
    editor: str
    changed: datetime


_ALL = select(canned_answers).order_by(canned_answers.c.title)
_BY_ID = select(canned_answers).where(canned_answers.c.id == bindparam("row"))
_BY_TITLE = select(canned_answers.c.id).where(canned_answers.c.title == bindparam("words"))
_OURS = (canned_answers.c.id == bindparam("row"), canned_answers.c.version == bindparam("seen"))
_CHANGE = (
    update(canned_answers)
    .where(*_OURS)
    .values(
        title=bindparam("words"),
        body=bindparam("text"),
        version=canned_answers.c.version + 1,
        editor=bindparam("by"),
        changed=bindparam("now"),
    )
)
_REMOVE = delete(canned_answers).where(*_OURS)


def list_all(conn: Connection) -> list[Canned]:
    """Return all, by title."""
    return [Canned(*row) for row in conn.execute(_ALL)]


def find(conn: Connection, canned_id: int) -> Canned | None:
    """Return one."""
    row = conn.execute(_BY_ID, {"row": canned_id}).first()
    return None if row is None else Canned(*row)


def find_by_title(conn: Connection, title: str) -> int | None:
    """Return the id of the one with this title."""
    row_id: int | None = conn.scalar(_BY_TITLE, {"words": title})
    return row_id


def add(conn: Connection, *, title: str, body: str, editor: str, now: datetime) -> int:
    """Add one and return its id."""
    values = {"title": title, "body": body, "version": 1, "editor": editor, "changed": now}
    row_id = conn.scalar(insert(canned_answers).values(values).returning(canned_answers.c.id))
    assert isinstance(row_id, int)
    return row_id


def change(
    conn: Connection, canned_id: int, *, version: int, title: str, body: str, editor: str, now: datetime
) -> bool:
    """Change one; False if it isn't there in this version any more."""
    values = {"row": canned_id, "seen": version, "words": title, "text": body, "by": editor, "now": now}
    return conn.execute(_CHANGE, values).rowcount == 1


def remove(conn: Connection, canned_id: int, *, version: int) -> bool:
    """Remove one; False if it isn't there in this version any more."""
    return conn.execute(_REMOVE, {"row": canned_id, "seen": version}).rowcount == 1
