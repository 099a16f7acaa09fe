"""What the account keeps about a citizen, and erasing it on request."""

from dataclasses import replace

from bot import texts
from bot.dialogue.turn import Button, Capability, Intent, Turn
from bot.domain.erasure import erase_citizen
from bot.wechat.messages import Reply, Text

_ERASING = "erase"


def act(turn: Turn) -> Reply | None:
    """Explain, ask once, erase."""
    if turn.intent is None:
        return None
    match turn.intent:
        case Intent.PRIVACY:
            days = turn.town.settings.keep_inbox_days
            return Text(texts.my_data(keeps_media=turn.town.can.media, days=days))
        case Intent.ERASE:
            turn.context = replace(turn.context, confirming=_ERASING)
            return Text(texts.ask_erase())
        case Intent.CONFIRM_ERASE | Intent.YES if turn.context.confirming == _ERASING:
            erase_citizen(turn.conn, turn.citizen_id, cause="asked", now=turn.now)
            turn.erased = True
            return Text(texts.erased())
        case Intent.CONFIRM_ERASE:
            turn.context = replace(turn.context, confirming=_ERASING)
            return Text(texts.ask_erase())
    return None


CAPABILITY = Capability("privacy", act, buttons=(Button("mine", texts.BUTTON_MY_DATA, Intent.PRIVACY),))
