"""Replies that are ready only after WeChat has stopped waiting.

WeChat cuts an attempt after 5 s and makes three of them. A reply committed later than 4.5 s after its receipt is
promised by another way in the same transaction: as a customer message 16 s after the receipt, when the last attempt
is over, or, on accounts that can't send one, together with the next reply. A retry answered in time takes it back.

An attempt that is too late gets no words before WeChat has cut it, or the citizen would read them twice.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import inf
from time import monotonic

from bot import texts
from bot.dialogue.context import Dialogue, dump_context
from bot.dialogue.turn import Turn
from bot.outbound.delivery import CustomerText, text_delivery
from bot.wechat.messages import Reply, Text
from store import dialogues, outbox
from store.database import Connection
from store.dialogues import StoredDialogue
from store.outbox import NewDelivery

PATIENCE_SECONDS = 4.5
_LOOK_AGAIN_SECONDS = 0.05
CUT_SECONDS = 5.5  # by now WeChat has certainly cut an attempt
LAST_ATTEMPT_OVER = timedelta(seconds=16)
EXPIRES_AFTER = timedelta(hours=47)  # the window for customer messages closes after 48 h
_TAKEN_BACK = "answered in time"


@dataclass(slots=True, eq=False)
class Patience:
    """WeChat's, for one attempt.

    The time of receipt alone doesn't tell: a request may have lain unread for long, while this machine stood still.
    """

    received: float  # monotonic second
    is_connected: Callable[[], bool]
    _seen: float = field(default=-inf, init=False)  # when the connection was last seen to stand

    def lasts(self) -> bool:
        """Tell whether an answer given now would still be taken; the connection is looked at again after 50 ms."""
        now = monotonic()
        if now - self.received >= PATIENCE_SECONDS:
            return False
        if now - self._seen > _LOOK_AGAIN_SECONDS:
            if not self.is_connected():
                return False
            self._seen = now
        return True

    def left(self) -> float:
        """Return how many seconds of it are left, negative if none are."""
        return self.received + PATIENCE_SECONDS - monotonic()

    async def outlast(self) -> None:
        """Wait until WeChat has cut the attempt."""
        if self.is_connected():
            await asyncio.sleep(self.received + CUT_SECONDS - monotonic())


def promise(turn: Turn, reply: Reply, *, key: bytes) -> None:
    """Have the reply delivered even if no attempt of WeChat's gets it."""
    if not isinstance(reply, Text):
        return
    if not turn.town.can.customer_message:
        turn.context = replace(turn.context, owed=reply.content, owed_to=key.hex())
        return
    outbox.enqueue(turn.conn, _delivery(reply, key=key, citizen_id=turn.citizen_id, now=turn.now))
    turn.outgoing = True


def promise_again(conn: Connection, reply: Text, *, key: bytes, citizen_id: str, now: datetime) -> None:
    """Have a stored reply delivered whose retry is too late as well.

    Either it was in time when it was committed and this machine stood still before it left, or an earlier retry took
    the promise back and got no further. Only a customer message does this: what is owed may have been paid meanwhile.
    """
    delivery = _delivery(reply, key=key, citizen_id=citizen_id, now=now)
    if outbox.enqueue(conn, delivery) is None:
        outbox.revive(conn, dedupe=_name(key), cancelled_for=_TAKEN_BACK, due=delivery.due)


def _delivery(reply: Text, *, key: bytes, citizen_id: str, now: datetime) -> NewDelivery:
    return text_delivery(
        CustomerText(citizen_id=citizen_id, text=reply.content),
        now,
        due=now + LAST_ATTEMPT_OVER,
        expires=now + EXPIRES_AFTER,
        dedupe=_name(key),
    )


def pay(turn: Turn, reply: Reply) -> Reply:
    """Put what is owed before a reply in words; to someone who was just erased nothing is owed any more."""
    if not turn.context.owed or turn.erased or not isinstance(reply, Text):
        return reply
    owed = turn.context.owed
    turn.context = replace(turn.context, owed="", owed_to="")
    return Text(f"{texts.ACCEPTED_LATE}\n{owed}\n\n{reply.content}")


def take_back(conn: Connection, *, key: bytes, citizen_id: str | None, dialogue: Dialogue, now: datetime) -> None:
    """A retry is being answered in time: nothing needs to be delivered another way."""
    outbox.cancel(conn, dedupe=_name(key), reason=_TAKEN_BACK, now=now)
    if citizen_id is not None and dialogue.stored.owed_to == key.hex() and dialogue.heard is not None:
        paid = dump_context(replace(dialogue.stored, owed="", owed_to=""))
        dialogues.save(conn, [StoredDialogue(citizen_id, dialogue.revision + 1, dialogue.heard, paid)])


def _name(key: bytes) -> str:
    return f"late:{key.hex()}"
