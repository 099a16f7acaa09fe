"""Somebody in danger, in despair, hurt or up in arms: a fixed reply that says what to do now, and a person is told.

The conversation stays as it was: an open offer, a question to confirm and a form go on with the next message.
"""

from bot import texts
from bot.dialogue import duty, helping
from bot.dialogue.turn import Capability, Turn
from bot.knowledge.sensitive import Kind, Sighting
from bot.wechat.messages import Reply, Text


def act(turn: Turn) -> Reply | None:
    """Answer at once, whatever else the message says."""
    sighting = turn.understanding.sensitive
    if sighting is None:
        return None
    seen = texts.DUTY_OFFICER_SEES if turn.town.settings.duty_robot_url else ""
    words = _answer(sighting, seen)
    duty.tell(turn, answered=words)
    helping.hear(turn)  # said even while a person answers: life comes first, and the person may be slow
    return Text(words)


def _answer(sighting: Sighting, seen: str) -> str:
    match sighting.kind:
        case Kind.SELF_HARM:
            return texts.self_harm(seen)
        case Kind.VIOLENCE:
            return texts.violence(seen)
        case Kind.CHILD_ABUSE:
            return texts.child_abuse(seen)
        case Kind.CROWD:
            return texts.crowd(seen)
        case Kind.PETITION:
            return texts.petition(seen)
        case Kind.CORRUPTION:
            return texts.corruption(seen)
        case Kind.DANGER:
            return texts.danger(sighting.call, seen)


CAPABILITY = Capability("sensitive", act)
