"""Mass messages: to whom, with what, and what WeChat's answers mean."""

import pytest

from bot.wechat.api import WeChatApi
from bot.wechat.errors import BreaksLimit, Misconfigured, QuotaSpent, TooSoon, UncertainDelivery, Unreachable
from bot.wechat.mass import (
    Accepted,
    MassArticles,
    MassCard,
    MassContent,
    MassImages,
    MassState,
    MassText,
    MassVideo,
    MassVoice,
)
from tests.wechat.odd_server import OddServer

SENDALL, SEND, PREVIEW = (f"/cgi-bin/message/mass/{name}" for name in ("sendall", "send", "preview"))
TAKEN = '{"errcode":0,"errmsg":"send job submission success","msg_id":34182,"msg_data_id":206227730}'
CONTENTS: tuple[tuple[MassContent, dict[str, object]], ...] = (
    (MassText("明天停水"), {"text": {"content": "明天停水"}, "msgtype": "text"}),
    (MassArticles("M"), {"mpnews": {"media_id": "M"}, "msgtype": "mpnews", "send_ignore_reprint": 0}),
    (MassArticles("M", True), {"mpnews": {"media_id": "M"}, "msgtype": "mpnews", "send_ignore_reprint": 1}),
    (
        MassImages(("M", "N"), "两张"),
        {
            "images": {
                "media_ids": ["M", "N"],
                "recommend": "两张",
                "need_open_comment": 0,
                "only_fans_can_comment": 0,
            },
            "msgtype": "image",
        },
    ),
    (MassVoice("M"), {"voice": {"media_id": "M"}, "msgtype": "voice"}),
    (
        MassVideo("M", "短片", "一分钟"),
        {"mpvideo": {"media_id": "M", "title": "短片", "description": "一分钟"}, "msgtype": "mpvideo"},
    ),
    (MassCard("C"), {"wxcard": {"card_id": "C"}, "msgtype": "wxcard"}),
)


@pytest.mark.parametrize(("content", "form"), CONTENTS)
async def test_each_content_to_all(
    odd: OddServer, odd_api: WeChatApi, content: MassContent, form: dict[str, object]
) -> None:
    odd.answer(SENDALL, TAKEN)
    accepted = await odd_api.mass.send_to_all(content, client_id="b7")
    assert accepted == Accepted(msg_id=34182, data_id=206227730, again=False)
    assert odd.last_json() == {"filter": {"is_to_all": True}, **form, "clientmsgid": "b7"}


async def test_to_a_tag_and_to_a_list(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(SENDALL, TAKEN)
    await odd_api.mass.send_to_tag(100, MassText("好"), client_id="b7")
    assert odd.last_json()["filter"] == {"is_to_all": False, "tag_id": 100}
    odd.answer(SEND, TAKEN)
    await odd_api.mass.send_to_list(["a", "b"], MassText("好"), client_id="b8")
    assert odd.last_json() == {
        "touser": ["a", "b"],
        "text": {"content": "好"},
        "msgtype": "text",
        "clientmsgid": "b8",
    }


@pytest.mark.parametrize(("told", "number"), [(',"msg_id":7', 7), ("", None)])
async def test_what_wechat_has_already_is_success(
    odd: OddServer, odd_api: WeChatApi, told: str, number: int | None
) -> None:
    odd.answer(SENDALL, f'{{"errcode":45065,"errmsg":"clientmsgid exist"{told}}}')
    accepted = await odd_api.mass.send_to_all(MassText("好"), client_id="b7")
    assert accepted == Accepted(msg_id=number, data_id=None, again=True)


@pytest.mark.parametrize(
    ("errcode", "error"), [(45066, TooSoon), (45028, QuotaSpent), (45009, QuotaSpent), (48003, Misconfigured)]
)
async def test_what_wechat_refuses_has_its_reaction(
    odd: OddServer, odd_api: WeChatApi, errcode: int, error: type[Exception]
) -> None:
    odd.answer(SENDALL, f'{{"errcode":{errcode},"errmsg":"no"}}')
    with pytest.raises(error):
        await odd_api.mass.send_to_all(MassText("好"), client_id="b7")
    assert odd.seen.count(SENDALL) == 1


async def test_a_repeat_after_a_lost_answer_carries_the_same_key(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.break_off(SENDALL, TAKEN.encode(), content_type="text/plain")
    with pytest.raises(UncertainDelivery):
        await odd_api.mass.send_to_all(MassText("好"), client_id="b7")
    first = odd.bodies[-1]
    odd.answer(SENDALL, '{"errcode":45065,"errmsg":"exist","msg_id":34182}')
    assert (await odd_api.mass.send_to_all(MassText("好"), client_id="b7")).msg_id == 34182
    assert odd.bodies[-1] == first


async def test_a_preview_goes_to_one_person(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(PREVIEW, '{"errcode":0,"msg_id":1}')
    await odd_api.mass.preview(MassArticles("M"), openid="o1")
    assert odd.last_json() == {"touser": "o1", "mpnews": {"media_id": "M"}, "msgtype": "mpnews"}
    await odd_api.mass.preview(MassImages(("M", "N")), wechat_name="zhang")
    assert odd.last_json() == {"towxname": "zhang", "image": {"media_id": "M"}, "msgtype": "image"}


@pytest.mark.parametrize("state", list(MassState))
async def test_each_state_is_known(odd: OddServer, odd_api: WeChatApi, state: MassState) -> None:
    odd.answer("/cgi-bin/message/mass/get", f'{{"msg_id":7,"msg_status":"{state.value}"}}')
    assert await odd_api.mass.get_state(7) is state
    odd.answer("/cgi-bin/message/mass/get", '{"msg_id":7,"msg_status":"WHAT"}')
    with pytest.raises(Unreachable, match="msg_status"):
        await odd_api.mass.get_state(7)


async def test_speed_and_deletion(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/message/mass/speed/get", '{"speed":3,"realspeed":30}')
    assert await odd_api.mass.get_speed() == 300_000
    odd.answer("/cgi-bin/message/mass/speed/set", '{"errcode":0}')
    await odd_api.mass.set_speed(100_000)
    assert odd.last_json() == {"speed": 4}
    odd.answer("/cgi-bin/message/mass/delete", '{"errcode":0}')
    await odd_api.mass.delete(34182, article=2)
    assert odd.last_json() == {"msg_id": 34182, "article_idx": 2}


async def test_what_breaks_a_limit_is_not_sent(odd: OddServer, odd_api: WeChatApi) -> None:
    mass, text = odd_api.mass, MassText("好")
    for attempt in (
        mass.send_to_all(text, client_id="12345678-1234-1234-1234-123456789012"),
        mass.send_to_all(text, client_id="文" * 11),
        mass.send_to_all(text, client_id=""),
        mass.send_to_all(MassText(""), client_id="b"),
        mass.send_to_all(MassImages(()), client_id="b"),
        mass.send_to_list(["one"], text, client_id="b"),
        mass.send_to_list(["o"] * 10_001, text, client_id="b"),
        mass.preview(text),
        mass.preview(text, openid="o", wechat_name="z"),
        mass.set_speed(5),
    ):
        with pytest.raises(BreaksLimit):
            await attempt
    assert odd.seen == []
