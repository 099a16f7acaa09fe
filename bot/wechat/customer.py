"""Customer messages: what the account may write to a citizen whose window is open."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.wechat.caller import Caller
from bot.wechat.limits import check_count, check_given
from bot.wechat.transport import Call

_SEND = "/cgi-bin/message/custom/send"
_TYPING = "/cgi-bin/message/custom/typing"


@dataclass(frozen=True, slots=True)
class Text:
    """Words, with links as `<a href>`; WeChat says itself (45002) what is too long, about 2,048 bytes."""

    content: str


@dataclass(frozen=True, slots=True)
class Image:
    """An uploaded picture."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Voice:
    """An uploaded sound."""

    media_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """An uploaded film with the picture that stands for it."""

    media_id: str
    thumb_media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """A piece of music at an address of ours."""

    url: str
    high_quality_url: str
    thumb_media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCard:
    """One card that leads to an address ("news")."""

    title: str
    url: str
    description: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle of articles from the material ("mpnews"), which WeChat is retiring."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Published:
    """A published article ("mpnewsarticle")."""

    article_id: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu of choices; `id` comes back with the citizen's text."""

    id: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A question with choices to tap ("msgmenu")."""

    choices: tuple[Choice, ...]
    head: str
    tail: str = ""


@dataclass(frozen=True, slots=True)
class CouponCard:
    """A card or coupon ("wxcard")."""

    card_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniProgramPage:
    """A card that opens a page of a mini program."""

    app_id: str
    page: str
    title: str
    thumb_media_id: str


CustomerMessage = (
    Text | Image | Voice | Video | Music | LinkCard | Bundle | Published | Choices | CouponCard | MiniProgramPage
)


class CustomerCalls:
    """Sends and announces. WeChat has no key to recognise a repeat by, so nothing is repeated here."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send(self, openid: str, message: CustomerMessage) -> None:
        """Send one message.

        Raises:
            WindowClosed, NotFollowing, ContentRefused: as WeChat says.
            UncertainDelivery: the answer was lost.
        """
        self._caller.require("customer_message")
        kind, content = to_json(message)
        body = {"touser": openid, "msgtype": kind, kind: content}
        await self._caller.call(Call(path=_SEND, body=body, repeatable=False))

    async def show_typing(self, openid: str) -> None:
        """Show "is typing" for up to 15 seconds, or until a message comes; within 30 s of the citizen's message."""
        await self._typing(openid, "Typing")

    async def stop_typing(self, openid: str) -> None:
        """Take "is typing" away."""
        await self._typing(openid, "CancelTyping")

    async def _typing(self, openid: str, command: str) -> None:
        self._caller.require("customer_message")
        body = {"touser": openid, "command": command}
        await self._caller.call(Call(path=_TYPING, body=body, repeatable=False))


def to_json(message: CustomerMessage) -> tuple[str, Mapping[str, object]]:
    """Return WeChat's name of the kind and the content in its form.

    Raises:
        BreaksLimit: something that must be there is missing.
    """
    match message:
        case Text(content):
            check_given("the text", content)
            return "text", {"content": content}
        case Image(media_id):
            return "image", {"media_id": media_id}
        case Voice(media_id):
            return "voice", {"media_id": media_id}
        case Bundle(media_id):
            return "mpnews", {"media_id": media_id}
        case Published(article_id):
            return "mpnewsarticle", {"article_id": article_id}
        case CouponCard(card_id):
            return "wxcard", {"card_id": card_id}
        case Video() | Music():
            return _played(message)
        case LinkCard():
            return "news", {"articles": [_card(message)]}
        case Choices():
            return "msgmenu", _menu(message)
        case MiniProgramPage():
            return "miniprogrampage", _page(message)


def _played(message: Video | Music) -> tuple[str, Mapping[str, object]]:
    words = {"title": message.title, "description": message.description, "thumb_media_id": message.thumb_media_id}
    if isinstance(message, Video):
        return "video", {"media_id": message.media_id, **words}
    return "music", {"musicurl": message.url, "hqmusicurl": message.high_quality_url, **words}


def _card(card: LinkCard) -> Mapping[str, object]:
    check_given("the card's title", card.title)
    check_given("the card's address", card.url)
    return {"title": card.title, "description": card.description, "url": card.url, "picurl": card.picture_url}


def _menu(menu: Choices) -> Mapping[str, object]:
    check_count("choices", menu.choices, most=10)  # WeChat states no limit; a screen holds so many
    listed = []
    for choice in menu.choices:
        check_given("a choice's text", choice.content)
        listed.append({"id": choice.id, "content": choice.content})
    return {"head_content": menu.head, "list": listed, "tail_content": menu.tail}


def _page(page: MiniProgramPage) -> Mapping[str, object]:
    return {
        "title": page.title,
        "appid": page.app_id,
        "pagepath": page.page,
        "thumb_media_id": page.thumb_media_id,
    }
