"""Notices: what is sent, which values fit, and the consent page's address."""

import pytest
from yarl import URL

from bot.wechat.api import WeChatApi
from bot.wechat.errors import BreaksLimit, ContentRefused, RefusedByCitizen
from bot.wechat.notices import (
    Consent,
    MiniProgram,
    OneTimeNotice,
    SubscriptionNotice,
    Template,
    TemplateMessage,
    check_value,
)
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import APP_ID

TEMPLATE_SEND = "/cgi-bin/message/template/send"
BIZSEND = "/cgi-bin/message/subscribe/bizsend"
ONE_TIME_SEND = "/cgi-bin/message/template/subscribe"
PROGRAM = MiniProgram(app_id="wx1", page="pages/a")


async def test_a_template_message_and_its_number(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(TEMPLATE_SEND, '{"errcode":0,"errmsg":"ok","msgid":200228332}')
    message = TemplateMessage(
        template_id="T", values={"thing1": "路灯修好了"}, client_id="c7", url="https://a/1", mini_program=PROGRAM
    )
    assert await odd_api.notices.send_template("o1", message) == 200228332
    assert odd.last_json() == {
        "touser": "o1",
        "template_id": "T",
        "url": "https://a/1",
        "miniprogram": {"appid": "wx1", "pagepath": "pages/a"},
        "data": {"thing1": {"value": "路灯修好了"}},
        "client_msg_id": "c7",
    }


async def test_a_subscription_notice(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(BIZSEND, '{"errcode":0,"errmsg":"ok"}')
    await odd_api.notices.send_subscription(
        "o1", SubscriptionNotice(template_id="T", values={"time2": "明天 9:00"}, page="https://a/1")
    )
    assert odd.last_json() == {
        "touser": "o1",
        "template_id": "T",
        "page": "https://a/1",
        "data": {"time2": {"value": "明天 9:00"}},
    }


async def test_a_refused_subscription_and_a_wrong_value_are_told_apart(odd: OddServer, odd_api: WeChatApi) -> None:
    notice = SubscriptionNotice(template_id="T", values={"thing1": "一"})
    odd.answer(BIZSEND, '{"errcode":43101,"errmsg":"user refuse to accept the msg"}')
    with pytest.raises(RefusedByCitizen):
        await odd_api.notices.send_subscription("o1", notice)
    odd.answer(BIZSEND, '{"errcode":47003,"errmsg":"argument invalid! data.thing1.value invalid"}')
    with pytest.raises(ContentRefused, match=r"data\.thing1"):
        await odd_api.notices.send_subscription("o1", notice)


async def test_a_one_time_notice(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(ONE_TIME_SEND, '{"errcode":0,"errmsg":"ok"}')
    await odd_api.notices.send_one_time(
        "o1", OneTimeNotice(template_id="T", scene=9, title="提醒", content="明天读书", url="https://a/1")
    )
    assert odd.last_json() == {
        "touser": "o1",
        "template_id": "T",
        "url": "https://a/1",
        "scene": "9",
        "title": "提醒",
        "data": {"content": {"value": "明天读书"}},
    }


async def test_the_consent_page_gets_everything_back(odd_api: WeChatApi) -> None:
    consent = Consent(template_id="T", scene=9, redirect="https://w.example.org/ok?a=1&b=二", reserved="r1")
    address = odd_api.notices.consent_address(consent, base="http://127.0.0.1:8070")
    url = URL(address)
    assert (url.host, url.path, url.fragment) == ("127.0.0.1", "/mp/subscribemsg", "wechat_redirect")
    assert dict(url.query) == {
        "action": "get_confirm",
        "appid": APP_ID,
        "scene": "9",
        "template_id": "T",
        "redirect_url": "https://w.example.org/ok?a=1&b=二",
        "reserved": "r1",
    }
    assert odd_api.notices.consent_address(consent).startswith("https://mp.weixin.qq.com/mp/subscribemsg?action=")


async def test_templates_are_listed_with_their_fields(odd: OddServer, odd_api: WeChatApi) -> None:
    content = "事项:{{thing1.DATA}}\\n时间:{{ time2.DATA }}"
    answer = f'{{"template_list":[{{"template_id":"T","title":"进度","content":"{content}"}}]}}'
    odd.answer("/cgi-bin/template/get_all_private_template", answer)
    (template,) = await odd_api.notices.list_templates()
    assert template.fields == ("thing1", "time2")
    odd.answer("/wxaapi/newtmpl/gettemplate", '{"errcode":0,"data":[{"priTmplId":"S","title":"提醒","content":""}]}')
    assert await odd_api.notices.list_subscription_templates() == [Template(id="S", title="提醒", content="")]


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("thing1", "长" * 20),
        ("number2", "1" * 32),
        ("letter3", "a" * 32),
        ("character_string4", "a" * 32),
        ("phone_number5", "1" * 17),
        ("car_number6", "粤A123456"),
        ("phrase7", "长" * 5),
        ("name8", "王" * 10),
        ("name8", "w" * 20),
    ],
)
def test_a_value_may_have_so_many_characters_and_no_more(name: str, longest: str) -> None:
    check_value(name, longest)
    with pytest.raises(BreaksLimit, match=name):
        check_value(name, longest + longest[-1])
    with pytest.raises(BreaksLimit, match=name):
        check_value(name, "")


def test_kinds_without_a_known_limit_need_only_a_value() -> None:
    check_value("time2", "2026年11月24日 09:00 至 11:30")
    with pytest.raises(BreaksLimit, match="time2"):
        check_value("time2", "")


async def test_what_breaks_a_limit_is_not_sent(odd: OddServer, odd_api: WeChatApi) -> None:
    notices = odd_api.notices
    with pytest.raises(BreaksLimit, match="client_msg_id"):
        await notices.send_template("o", TemplateMessage(template_id="T", values={}, client_id="x" * 33))
    with pytest.raises(BreaksLimit, match="title"):
        await notices.send_one_time("o", OneTimeNotice(template_id="T", scene=1, title="长" * 16, content="一"))
    with pytest.raises(BreaksLimit, match="content"):
        await notices.send_one_time("o", OneTimeNotice(template_id="T", scene=1, title="一", content="长" * 201))
    with pytest.raises(BreaksLimit, match="scene"):
        await notices.send_one_time("o", OneTimeNotice(template_id="T", scene=10_001, title="一", content="一"))
    with pytest.raises(BreaksLimit, match="reserved"):
        notices.consent_address(Consent(template_id="T", scene=1, redirect="https://a/", reserved="x" * 129))
    assert odd.seen == []
