"""Where each citizen's conversation stands: one row each, with a revision that every change raises."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, update

from store.hot import HotStatement
from store.tables import dialogues

_BEGIN = HotStatement(
    insert(dialogues).values(
        citizen_id=bindparam("citizen_id"),
        revision=bindparam("revision"),
        heard=bindparam("heard"),
        state=bindparam("state"),
    )
)
_SAVE = HotStatement(
    update(dialogues)
    .where(dialogues.c.citizen_id == bindparam("who"))
    .values(revision=bindparam("new_revision"), heard=bindparam("heard_at"), state=bindparam("new_state"))
)
_FORGET = delete(dialogues).where(dialogues.c.citizen_id == bindparam("who"))


def save(conn: Connection, citizen_id: str, *, revision: int, heard: datetime, state: str) -> None:
    """Write the dialogue; revision 1 is its first row. The caller holds the citizen's turn."""
    if revision == 1:
        _BEGIN.change(conn, {"citizen_id": citizen_id, "revision": 1, "heard": heard, "state": state})
    else:
        values = {"who": citizen_id, "new_revision": revision, "heard_at": heard, "new_state": state}
        _SAVE.change(conn, values)


def forget(conn: Connection, citizen_id: str) -> None:
    """Delete the dialogue."""
    conn.execute(_FORGET, {"who": citizen_id})
