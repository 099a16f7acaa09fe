"""What the duty officer must see of a conversation."""

from bot.dialogue.turn import Turn
from bot.domain import alerts
from bot.wechat.messages import Message


def tell(turn: Turn, *, answered: str) -> None:
    """Put what was said and answered on its way to the duty officer, if it was sensitive."""
    sighting = turn.understanding.sensitive
    if sighting is None or not isinstance(turn.push, Message):
        return
    alerted = alerts.tell_duty(
        turn.conn,
        turn.town.seal,
        kind=sighting.kind,
        said=turn.push.text,
        answered=answered,
        citizen_id=turn.citizen_id,
        reference=turn.push.dedupe_key.hex()[:12],
        now=turn.now,
    )
    turn.outgoing = turn.outgoing or alerted
