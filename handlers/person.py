"""Reaching a human being: whom to call and when."""

from bot import texts
from bot.dialogue.turn import Button, Capability, Intent, Turn
from bot.wechat.messages import Reply, Text


def act(turn: Turn) -> Reply | None:
    """Tell how to reach a person."""
    return Text(texts.person(turn.office)) if turn.intent is Intent.PERSON else None


CAPABILITY = Capability("person", act, buttons=(Button("mine", texts.BUTTON_PERSON, Intent.PERSON),))
