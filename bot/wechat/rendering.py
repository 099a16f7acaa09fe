"""Our replies in WeChat's words: passive replies of every kind, as XML or JSON, and their sealed envelope."""

from collections.abc import Mapping
from typing import TypeAlias, assert_never

import orjson

from bot.wechat.messages import Article, Image, Message, Music, News, Push, Reply, Silence, Text, Transfer, Video, Voice
from bot.wechat.xml import cdata, clean, split_text

SUCCESS = b"success"
_ARTICLES = 8
_ARTICLES_TO_A_MESSAGE = 1  # WeChat refuses more since 2018-10-12

Answer: TypeAlias = "int | str | Mapping[str, Answer] | list[Mapping[str, Answer]]"
Answers: TypeAlias = dict[str, Answer]


def render(reply: Reply, push: Push, *, created: int, as_json: bool = False) -> bytes:
    """Return the reply's body, SUCCESS where there is nothing to say (WeChat shows a fault on an empty text).

    A text past the limit is cut at a sentence, cards past what WeChat takes are left out: whoever has more to say
    sends several messages, see `split_text`.

    Args:
        created: Unix seconds.
    """
    content = _content(reply, 1 if isinstance(push, Message) else _ARTICLES)
    if content is None:
        return SUCCESS
    head: Answers = {"ToUserName": push.openid, "FromUserName": push.to_user, "CreateTime": created}
    return write(head | content, as_json=as_json)


def write(answer: Answers, *, as_json: bool) -> bytes:
    """Write fields as WeChat nests them; every text in them must be clean."""
    if as_json:
        return orjson.dumps(answer)
    return f"<xml>{_elements(answer)}</xml>".encode()


def _elements(answers: Mapping[str, Answer]) -> str:
    return "".join([_element(name, value) for name, value in answers.items()])


def _element(name: str, value: Answer) -> str:
    if isinstance(value, str):
        return f"<{name}>{cdata(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, list):
        return "".join([_element(name, item) for item in value])
    return f"<{name}>{_elements(value)}</{name}>"


def _content(reply: Reply, articles: int) -> Answers | None:
    """Return what the kind of reply adds to the common fields; None for nothing to say."""
    match reply:
        case Text(content):
            parts = split_text(content)
            return {"MsgType": "text", "Content": parts[0]} if parts else None
        case News(cards):
            return _news(cards[:articles]) if cards else None
        case Image(media_id):
            return {"MsgType": "image", "Image": {"MediaId": clean(media_id)}}
        case Voice(media_id):
            return {"MsgType": "voice", "Voice": {"MediaId": clean(media_id)}}
        case Video():
            return {"MsgType": "video", "Video": _video(reply)}
        case Music():
            return {"MsgType": "music", "Music": _music(reply)}
        case Transfer(account):
            info: Answers = {"TransInfo": {"KfAccount": clean(account)}} if account else {}
            return {"MsgType": "transfer_customer_service"} | info
        case Silence():
            return None
        case _:
            assert_never(reply)


def _video(video: Video) -> Answers:
    return {
        "MediaId": clean(video.media_id),
        "Title": clean(video.title),
        "Description": clean(video.description),
    }


def _music(music: Music) -> Answers:
    return {
        "Title": clean(music.title),
        "Description": clean(music.description),
        "MusicUrl": clean(music.url),
        "HQMusicUrl": clean(music.hq_url),
        "ThumbMediaId": clean(music.thumb_media_id),
    }


def _news(cards: tuple[Article, ...]) -> Answers:
    items: list[Mapping[str, Answer]] = [
        {
            "Title": clean(card.title),
            "Description": clean(card.description),
            "PicUrl": clean(card.picture_url),
            "Url": clean(card.url),
        }
        for card in cards
    ]
    return {"MsgType": "news", "ArticleCount": len(items), "Articles": {"item": items}}
