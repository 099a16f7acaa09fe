"""Customer messages: each kind as WeChat wants it, and typing."""

import pytest

from bot.wechat.api import WeChatApi
from bot.wechat.customer import (
    Bundle,
    Choice,
    Choices,
    CouponCard,
    CustomerMessage,
    Image,
    LinkCard,
    MiniProgramPage,
    Music,
    Published,
    Text,
    Video,
    Voice,
)
from bot.wechat.errors import BreaksLimit, TooSoon, WindowClosed
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import CUSTOM_SEND, Platform

TYPING = "/cgi-bin/message/custom/typing"
KINDS: tuple[tuple[CustomerMessage, str, object], ...] = (
    (Text('您好 "王" \\u4f60 🙂'), "text", {"content": '您好 "王" \\u4f60 🙂'}),
    (Image("M"), "image", {"media_id": "M"}),
    (Voice("M"), "voice", {"media_id": "M"}),
    (
        Video(media_id="M", thumb_media_id="T", title="短片", description="一分钟"),
        "video",
        {"media_id": "M", "thumb_media_id": "T", "title": "短片", "description": "一分钟"},
    ),
    (
        Music(url="https://a/1", high_quality_url="https://a/2", thumb_media_id="T", title="歌"),
        "music",
        {
            "title": "歌",
            "description": "",
            "musicurl": "https://a/1",
            "hqmusicurl": "https://a/2",
            "thumb_media_id": "T",
        },
    ),
    (
        LinkCard(title="读书日", url="https://a/1?x=1&y=2", description="明天", picture_url="https://a/p.jpg"),
        "news",
        {
            "articles": [
                {"title": "读书日", "description": "明天", "url": "https://a/1?x=1&y=2", "picurl": "https://a/p.jpg"}
            ]
        },
    ),
    (Bundle("M"), "mpnews", {"media_id": "M"}),
    (Published("A"), "mpnewsarticle", {"article_id": "A"}),
    (
        Choices(head="满意吗?", choices=(Choice("y", "满意"), Choice("n", "不满意")), tail="谢谢"),
        "msgmenu",
        {
            "head_content": "满意吗?",
            "list": [{"id": "y", "content": "满意"}, {"id": "n", "content": "不满意"}],
            "tail_content": "谢谢",
        },
    ),
    (CouponCard("C"), "wxcard", {"card_id": "C"}),
    (
        MiniProgramPage(app_id="wx1", page="pages/a?b=1", title="办事", thumb_media_id="T"),
        "miniprogrampage",
        {"title": "办事", "appid": "wx1", "pagepath": "pages/a?b=1", "thumb_media_id": "T"},
    ),
)


@pytest.mark.parametrize(("message", "kind", "content"), KINDS, ids=[kind for _, kind, _ in KINDS])
async def test_each_kind_in_wechats_form(
    odd: OddServer, odd_api: WeChatApi, message: CustomerMessage, kind: str, content: object
) -> None:
    odd.answer(CUSTOM_SEND, '{"errcode":0,"errmsg":"ok"}')
    await odd_api.customer.send("o1", message)
    assert json_without_escapes(odd) == {"touser": "o1", "msgtype": kind, kind: content}


def json_without_escapes(odd: OddServer) -> object:
    """Read the body; a backslash that the citizen wrote comes doubled, which is no escape."""
    body = odd.bodies[-1]
    odd.bodies[-1] = body.replace(b"\\\\u", b"BACKSLASH-u")
    read = odd.last_json()
    return _restored(read)


def _restored(read: object) -> object:
    if isinstance(read, dict):
        return {name: _restored(value) for name, value in read.items()}
    if isinstance(read, list):
        return [_restored(value) for value in read]
    return read.replace("BACKSLASH-u", "\\u") if isinstance(read, str) else read


async def test_control_characters_are_left_out(platform: Platform, api: WeChatApi) -> None:
    """JSON can write them as \\uXXXX alone, and WeChat refuses that (40033)."""
    citizen = platform.follower()
    await api.customer.send(citizen.openid, Text("一\x0b二\x00\x1f\n三\\\x01四\\u0007"))
    assert platform.texts(citizen) == ["一二\n三\\四\\u0007"]


async def test_typing_is_shown_and_stopped(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(TYPING, '{"errcode":0,"errmsg":"ok"}')
    await odd_api.customer.show_typing("o1")
    assert odd.last_json() == {"touser": "o1", "command": "Typing"}
    await odd_api.customer.stop_typing("o1")
    assert odd.last_json() == {"touser": "o1", "command": "CancelTyping"}


async def test_typing_that_wechat_refuses_says_why(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(TYPING, '{"errcode":45080,"errmsg":"not in window"}')
    with pytest.raises(WindowClosed, match="30 seconds"):
        await odd_api.customer.show_typing("o1")
    odd.answer(TYPING, '{"errcode":45081,"errmsg":"already"}')
    with pytest.raises(TooSoon):
        await odd_api.customer.show_typing("o1")


@pytest.mark.parametrize(
    "message",
    [
        Text(""),
        LinkCard(title="", url="https://a/1"),
        LinkCard(title="一", url=""),
        Choices(head="问", choices=()),
        Choices(head="问", choices=(Choice("1", ""),)),
    ],
)
async def test_what_lacks_something_is_not_sent(odd: OddServer, odd_api: WeChatApi, message: CustomerMessage) -> None:
    with pytest.raises(BreaksLimit):
        await odd_api.customer.send("o1", message)
    assert odd.seen == []
