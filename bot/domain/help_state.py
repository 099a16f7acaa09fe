"""Who answers a citizen at the moment: noted in the citizen's dialogue, which every message reads anyhow.

`bot/dialogue/context.py` holds the same two fields under the same names.
"""

from enum import StrEnum

import orjson

from store import dialogues
from store.database import Connection
from store.dialogues import StoredDialogue


class Helped(StrEnum):
    """Where live help stands, as the dialogue knows it."""

    NO = ""
    WAITING = "waiting"
    TOLD = "told"  # waiting, and the one acknowledgement was given
    HELD = "held"  # a person answers, the bot is silent
    BACK = "back"  # the bot answers again, and couldn't say so yet


IS_WAITING = frozenset({Helped.WAITING, Helped.TOLD})


def note(conn: Connection, citizen_id: str, helped: Helped, *, conversation_id: int = 0) -> None:
    """Write it into the dialogue, one revision further: a message thought about before is thought about again.

    The caller holds the citizen's turn. Without a dialogue (the citizen was erased) there is nothing to note.
    """
    stored = dialogues.find(conn, citizen_id)
    if stored is None:
        return
    state = {name: value for name, value in orjson.loads(stored.state).items() if name not in ("help", "help_id")}
    if helped is not Helped.NO:
        state |= {"help": str(helped), "help_id": conversation_id}
    words = orjson.dumps(state).decode()
    dialogues.save(conn, [StoredDialogue(citizen_id, stored.revision + 1, stored.heard, words)])
