"""A message while a person is called or answers: what the office gets of it, and the bot's word that it is back."""

from dataclasses import replace

from bot import texts
from bot.dialogue import media
from bot.dialogue.turn import Turn
from bot.domain import help_asked
from bot.domain.help_asked import Said
from bot.domain.help_state import IS_WAITING, Helped
from bot.wechat.messages import Event, Message, Reply, Text

_LONGEST_PLACE = 60  # characters


def is_held(turn: Turn) -> bool:
    """Tell whether a person answers and the bot is silent."""
    return turn.context.help == Helped.HELD


def is_waiting(turn: Turn) -> bool:
    """Tell whether a person was called and hasn't come yet."""
    return turn.context.help in IS_WAITING


def hear(turn: Turn) -> None:
    """Give the office what was said, if it takes part in this talk."""
    if not is_held(turn) and not is_waiting(turn):
        return
    said = _said(turn)
    if said is not None:
        help_asked.hear(turn.conn, turn.context.help_id, said, now=turn.now)


def announce(turn: Turn, reply: Reply) -> Reply:
    """Say before a reply that the bot is back, where that couldn't be said by itself."""
    if turn.context.help != Helped.BACK or turn.erased or not isinstance(reply, Text):
        return reply
    turn.context = replace(turn.context, help="", help_id=0)
    return Text(texts.bot_is_back_before(reply.content))


def _said(turn: Turn) -> Said | None:
    push = turn.push
    if isinstance(push, Event):
        return Said(kind="menu", body=_label(turn, push)) if push.name == "click" else None
    sighting = turn.understanding.sensitive
    alert = None if sighting is None else str(sighting.kind)
    match push.kind:
        case "image" | "voice" | "video" | "shortvideo":
            return Said(kind=media.SORTS[push.kind], attachment_id=media.keep(turn, push))
        case "location":
            return Said(kind="place", body=_place(push))
        case "link":
            return Said(kind="link", body=f"{push.title} {push.url}".strip())
        case _:
            return Said(kind="text", body=push.text, alert=alert)


def _label(turn: Turn, event: Event) -> str:
    return next((label for label, key in turn.town.menu_entries if key == event.key), event.key)


def _place(message: Message) -> str:
    where = f"{message.latitude:.6f},{message.longitude:.6f}"
    return f"{message.label[:_LONGEST_PLACE]} ({where})".strip()
