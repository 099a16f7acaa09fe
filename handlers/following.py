"""Following, unfollowing, scanning the code, and WeChat's word that an authorisation was withdrawn."""

from bot import texts
from bot.dialogue import helping
from bot.dialogue.turn import Capability, Turn
from bot.domain.erasure import erase_citizen
from bot.wechat.messages import SILENCE, Event, Reply, Text
from store import citizens

_WITHDRAWALS = frozenset({"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"})


def act(turn: Turn) -> Reply | None:
    """Welcome, say hello again, or erase."""
    if not isinstance(turn.push, Event):
        return None
    match turn.push.name:
        case "subscribe":
            citizens.mark_followed(turn.conn, turn.citizen_id, followed=True)
            turn.forget_thread()
            return Text(texts.welcome(turn.office))
        case "scan":
            return SILENCE if helping.is_held(turn) else Text(texts.scanned())
        case "unsubscribe":
            erase_citizen(turn.conn, turn.citizen_id, cause="unfollowed", now=turn.now)
            turn.erased = True
            return SILENCE
        case name if name in _WITHDRAWALS:
            _erase_person_named(turn, turn.push)
            return SILENCE
    return None


def _erase_person_named(turn: Turn, event: Event) -> None:
    """Erase the person in the event's own field: its sender is the platform."""
    openid = str(event.details.get("OpenID") or "")
    citizen_id = citizens.find_by_openid(turn.conn, openid) if openid else None
    if citizen_id is not None:
        erase_citizen(turn.conn, citizen_id, cause=event.name, now=turn.now)


CAPABILITY = Capability("following", act)
