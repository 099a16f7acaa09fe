"""What citizens expect here and the account doesn't offer: the right door instead."""

from bot import texts
from bot.dialogue.turn import Capability, Intent, Turn
from bot.wechat.messages import Reply, Text


def act(turn: Turn) -> Reply | None:
    """Point reporting and signing up to the office or 12345."""
    match turn.intent:
        case Intent.REPORT:
            return Text(texts.reporting_elsewhere(turn.office))
        case Intent.SIGNUP:
            return Text(texts.signup_elsewhere(turn.office))
    return None


CAPABILITY = Capability("elsewhere", act)
