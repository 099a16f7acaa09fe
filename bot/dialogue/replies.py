"""Replies as the inbox keeps them: JSON that a retry turns back into the same reply."""

from dataclasses import asdict

import orjson

from bot.wechat.messages import Article, Image, Music, News, Reply, Silence, Text, Transfer, Video, Voice

_KINDS: dict[str, type[Reply]] = {
    "text": Text,
    "image": Image,
    "voice": Voice,
    "video": Video,
    "music": Music,
    "news": News,
    "transfer": Transfer,
    "silence": Silence,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def dump_reply(reply: Reply) -> str:
    """Return the JSON of a reply."""
    if isinstance(reply, Text):
        return orjson.dumps({"kind": "text", "content": reply.content}).decode()
    return orjson.dumps({"kind": _NAMES[type(reply)], **asdict(reply)}).decode()


def load_reply(stored: str) -> Reply:
    """Return the reply of its JSON."""
    values = orjson.loads(stored)
    kind = _KINDS[values.pop("kind")]
    if kind is News:
        return News(tuple(Article(**article) for article in values["articles"]))
    return kind(**values)
