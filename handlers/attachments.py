"""Pictures, voice, video, stickers, links and places that come without context: kept where that makes sense."""

from dataclasses import replace

from bot import texts
from bot.dialogue import media
from bot.dialogue.turn import Capability, Turn
from bot.wechat.messages import Message, Reply, Text
from bot.wechat.xml import escape_text

_STICKER = texts.UNSUPPORTED_BY_WECHAT
_LONGEST_PLACE = 60  # characters


def act(turn: Turn) -> Reply | None:
    """Keep what can be kept and say what to do next."""
    message = turn.push
    if not isinstance(message, Message):
        return None
    if message.kind in media.SORTS:
        return Text(_media_words(turn, message, kept=media.keep(turn, message) is not None))
    if message.kind == "location":
        return _keep_place(turn, message)
    if message.kind == "link":
        return Text(texts.shared_link())
    if message.kind == "text" and message.text.startswith(_STICKER):
        return Text(texts.sticker())
    return None


def _media_words(turn: Turn, message: Message, *, kept: bool) -> str:
    match message.kind:
        case "image":
            return texts.picture_kept(turn.office) if kept else texts.picture_not_kept(turn.office)
        case "voice":
            return texts.voice_kept(turn.office) if kept else texts.voice_not_kept(turn.office)
        case _:
            return texts.video_kept(turn.office) if kept else texts.video_not_kept(turn.office)


def _keep_place(turn: Turn, message: Message) -> Reply:
    label = message.label[:_LONGEST_PLACE]
    turn.context = replace(turn.context, latitude=message.latitude, longitude=message.longitude, place=label)
    return Text(texts.place_kept(escape_text(label), turn.office))


CAPABILITY = Capability("attachments", act)
