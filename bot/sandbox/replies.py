"""Reads what the service answered and judges it as strictly as WeChat does."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.bubbles import Draft, news_draft, text_draft
from bot.sandbox.config import SandboxConfig
from bot.sandbox.crypto import CannotOpen, MessageCipher, is_signed
from bot.sandbox.media import MediaShelf
from bot.sandbox.messages import Parcel
from bot.sandbox.wire import Json, MalformedXml, from_xml

TEXT_BYTES = 2048
ARTICLES = 8
ONE_ARTICLE_AFTER = frozenset({"text", "image", "voice", "video", "shortvideo", "location"})


class WrongReply(ValueError):
    """The answer is one for which WeChat tells the citizen that the service is out of order."""


@dataclass(frozen=True)
class Reply:
    """A valid passive reply; `draft` is the bubble to show, None for a hand-over to customer service."""

    msgtype: str
    content: Json
    draft: Draft | None

    def as_json(self) -> Json:
        return {"msgtype": self.msgtype, **self.content}


@dataclass(frozen=True)
class Desk:
    """What is needed to judge: whose push was answered, under which settings, with which media known."""

    parcel: Parcel
    config: SandboxConfig
    media: MediaShelf
    now: float


def unsealed(answer: bytes, config: SandboxConfig) -> str:
    """The answer's plain text; raises WrongReply where mode, signature or encryption are not right."""
    try:
        text = answer.decode()
    except UnicodeDecodeError as error:
        raise WrongReply("the answer is not UTF-8") from error
    if text in ("", "success"):
        return text
    fields = _fields(text, config)
    if "Encrypt" not in fields:
        if config.mode == "safe":
            raise WrongReply("the answer is not encrypted although the mode is safe")
        return text
    if config.mode == "plain":
        raise WrongReply("the answer is encrypted although the mode is plain")
    return _opened(fields, config)


def parsed(text: str, desk: Desk) -> Reply | None:
    """The reply in the plain text, None for silence; raises WrongReply."""
    if text in ("", "success"):
        return None
    fields = _fields(text, desk.config)
    if fields.get("ToUserName") != desk.parcel.openid or fields.get("FromUserName") != desk.config.original_id:
        raise WrongReply("ToUserName and FromUserName are not those of the message, exchanged")
    if not str(fields.get("CreateTime", "")).isdecimal():
        raise WrongReply("CreateTime is not a number")
    kind = _text(fields, "MsgType")
    if kind not in READERS:
        raise WrongReply(f"unknown MsgType {kind!r}")
    return READERS[kind](fields, desk)


def _fields(text: str, config: SandboxConfig) -> Json:
    if config.format == "json" and text.startswith("{"):
        try:
            fields: Json = json.loads(text)
        except ValueError as error:
            raise WrongReply("malformed JSON") from error
        return fields
    try:
        return from_xml(text)
    except MalformedXml as error:
        raise WrongReply(str(error)) from error


def _opened(envelope: Json, config: SandboxConfig) -> str:
    sealed, nonce = _text(envelope, "Encrypt"), _text(envelope, "Nonce")
    timestamp, signature = str(envelope.get("TimeStamp", "")), _text(envelope, "MsgSignature")
    if not timestamp.isdecimal() or not is_signed(signature, config.token, timestamp, nonce, sealed):
        raise WrongReply("MsgSignature does not fit")
    reason: CannotOpen | None = None
    for key in filter(None, (config.aes_key, config.previous_aes_key)):
        try:
            return MessageCipher(key, config.appid).open(sealed)
        except CannotOpen as error:
            reason = error
    raise WrongReply(f"the answer can't be decrypted: {reason}") from reason


def _text(fields: Json, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise WrongReply(f"{name} is missing")
    return value


def _part(fields: Json, name: str) -> Json:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise WrongReply(f"{name} is missing")
    return value


def _optional(fields: Json, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _read_text(fields: Json, _desk: Desk) -> Reply:
    content = _text(fields, "Content")
    if len(content.encode()) > TEXT_BYTES:
        raise WrongReply(f"the text is longer than {TEXT_BYTES} bytes")
    return Reply("text", {"content": content}, text_draft(content))


def _medium_reader(kind: str, part: str) -> Callable[[Json, Desk], Reply]:
    def read(fields: Json, desk: Desk) -> Reply:
        inner = _part(fields, part)
        medium = desk.media.find_fresh(_text(inner, "MediaId"), now=desk.now)
        if not medium or medium.kind != kind:
            raise WrongReply(f"MediaId is no {kind} known to the platform")
        content = {"media_id": medium.id}
        if kind == "video":
            content |= {"title": _optional(inner, "Title"), "description": _optional(inner, "Description")}
        return Reply(kind, content, Draft(kind, content.get("title", ""), content=content | {"media_url": medium.path}))

    return read


def _read_music(fields: Json, desk: Desk) -> Reply:
    inner = _part(fields, "Music")
    thumb = _text(inner, "ThumbMediaId")
    if not desk.media.find_fresh(thumb, now=desk.now):
        raise WrongReply("ThumbMediaId is not known to the platform")
    content = {
        "title": _optional(inner, "Title"),
        "description": _optional(inner, "Description"),
        "url": _optional(inner, "MusicUrl"),
        "hq_url": _optional(inner, "HQMusicUrl"),
        "thumb_media_id": thumb,
    }
    return Reply("music", content, Draft("music", content["title"], content=content))


def _read_news(fields: Json, desk: Desk) -> Reply:
    inner: Any = fields.get("Articles")
    items = inner.get("item") if isinstance(inner, dict) else inner
    items = items if isinstance(items, list) else [items]
    articles = [_article(item) for item in items]
    if str(fields.get("ArticleCount")) != str(len(articles)):
        raise WrongReply("ArticleCount is not the number of articles")
    limit = 1 if desk.parcel.answers in ONE_ARTICLE_AFTER else ARTICLES
    if len(articles) > limit:
        raise WrongReply(f"more than {limit} article(s) in answer to {desk.parcel.answers}")
    return Reply("news", {"articles": articles}, news_draft(articles))


def _article(item: Any) -> Json:
    if not isinstance(item, dict):
        raise WrongReply("an article is missing")
    return {
        "title": _text(item, "Title"),
        "description": _optional(item, "Description"),
        "picurl": _optional(item, "PicUrl"),
        "url": _optional(item, "Url"),
    }


def _read_hand_over(fields: Json, _desk: Desk) -> Reply:
    account = _text(_part(fields, "TransInfo"), "KfAccount") if "TransInfo" in fields else ""
    return Reply("transfer_customer_service", {"kf_account": account}, None)


READERS: dict[str, Callable[[Json, Desk], Reply]] = {
    "text": _read_text,
    "image": _medium_reader("image", "Image"),
    "voice": _medium_reader("voice", "Voice"),
    "video": _medium_reader("video", "Video"),
    "music": _read_music,
    "news": _read_news,
    "transfer_customer_service": _read_hand_over,
}
