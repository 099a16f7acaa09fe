"""Where each citizen's conversation stands: one row each, with a revision that every change raises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from store.hot import HotInsert
from store.tables import dialogues

_SAVE = HotInsert(dialogues, ("citizen_id", "revision", "heard", "state"), replacing="citizen_id")
_HEARD = select(dialogues.c.heard).where(dialogues.c.citizen_id == bindparam("who"))
_FIND = select(dialogues.c.citizen_id, dialogues.c.revision, dialogues.c.heard, dialogues.c.state).where(
    dialogues.c.citizen_id == bindparam("who")
)
_FORGET = delete(dialogues).where(dialogues.c.citizen_id == bindparam("who"))


@dataclass(frozen=True, slots=True)
class StoredDialogue:
    """One row; `state` is the JSON of bot/dialogue/context.py, `heard` the citizen's last message."""

    citizen_id: str
    revision: int
    heard: datetime
    state: str


def save(conn: Connection, changed: Sequence[StoredDialogue]) -> None:
    """Write dialogues over what was there. The caller holds the turns of their citizens, and none twice."""
    _SAVE.run(conn, [(one.citizen_id, one.revision, one.heard, one.state) for one in changed])


def find(conn: Connection, citizen_id: str) -> StoredDialogue | None:
    """Return where the citizen's conversation stands."""
    row = conn.execute(_FIND, {"who": citizen_id}).first()
    return None if row is None else StoredDialogue(*row)


def find_heard(conn: Connection, citizen_id: str) -> datetime | None:
    """Return when the citizen last wrote, None if nothing is known of them."""
    return conn.scalar(_HEARD, {"who": citizen_id})


def forget(conn: Connection, citizen_id: str) -> None:
    """Delete the dialogue."""
    conn.execute(_FORGET, {"who": citizen_id})
