"""Subscription notices, one-time messages, and the events about them."""

import pytest

from tests.sandbox.conftest import Staging
from tests.sandbox.service import APPID, Json, Stage

SEND = "/cgi-bin/message/subscribe/bizsend"
ONCE = "/cgi-bin/message/template/subscribe"
CONTENT = "活动：{{thing1.DATA}}\n时间：{{time2.DATA}}\n人数：{{number3.DATA}}"
DATA = {"thing1": {"value": "读书日"}, "time2": {"value": "2026年11月28日"}, "number3": {"value": "2"}}


async def known(stage: Stage, *, kind: str = "subscribe", name: str = "S1") -> None:
    await stage.post("/control/templates", template_id=name, title="活动提醒", content=CONTENT, kind=kind)


async def send(stage: Stage, openid: str, **changes: object) -> int:
    body = {"touser": openid, "template_id": "S1", "page": "https://e.cn/a", "data": DATA} | changes
    return int((await stage.api(SEND, body))["errcode"])


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_one_consent_is_one_notice(staged: Staging, form: str) -> None:
    stage = await staged(format=form)
    openid = await stage.citizen()
    await known(stage)
    assert await send(stage, openid) == 43101
    told = await stage.does(openid, "subscribes", accept=["S1"])
    assert told["subscribed"]["counts"] == {"S1": 1}
    (popup,) = await stage.service.received(1, event="subscribe_msg_popup_event")
    listed = popup.fields["SubscribeMsgPopupEvent"]["List"]
    assert listed == {"TemplateId": "S1", "SubscribeStatusString": "accept", "PopupScene": "2"}
    assert [await send(stage, openid) for _ in range(2)] == [0, 43101]
    (sent,) = await stage.service.received(1, event="subscribe_msg_sent_event")
    item = sent.fields["SubscribeMsgSentEvent"]["List"]
    assert (item["TemplateId"], item["ErrorCode"], item["ErrorStatus"]) == ("S1", "0", "success")
    bubble = (await stage.inbox(openid))[-1]
    assert (bubble["kind"], bubble["via"], bubble["url"]) == ("subscribe", "subscribe", "https://e.cn/a")
    assert bubble["data"]["活动"] == {"value": "读书日"}


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_several_answers_repeat_the_list(staged: Staging, form: str) -> None:
    stage = await staged(format=form)
    openid = await stage.citizen()
    await known(stage)
    await known(stage, name="S2")
    await stage.does(openid, "subscribes", accept=["S1"], reject=["S2"])
    (popup,) = await stage.service.received(1, event="subscribe_msg_popup_event")
    statuses = [item["SubscribeStatusString"] for item in popup.fields["SubscribeMsgPopupEvent"]["List"]]
    assert statuses == ["accept", "reject"]
    assert await send(stage, openid, template_id="S2") == 43101


async def test_a_lasting_grant_stays_until_it_is_withdrawn(stage: Stage) -> None:
    openid = await stage.citizen()
    await known(stage, kind="lasting")
    await stage.does(openid, "subscribes", accept=["S1"])
    assert [await send(stage, openid) for _ in range(3)] == [0, 0, 0]
    await stage.does(openid, "manages", reject=["S1"])
    (change,) = await stage.service.received(1, event="subscribe_msg_change_event")
    assert change.fields["SubscribeMsgChangeEvent"]["List"]["SubscribeStatusString"] == "reject"
    assert await send(stage, openid) == 43101


async def test_leaving_ends_every_grant(stage: Stage) -> None:
    openid = await stage.citizen()
    await known(stage, kind="lasting")
    await stage.does(openid, "subscribes", accept=["S1"])
    await stage.does(openid, "unfollows")
    assert await send(stage, openid) == 43101


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "nobody"}, 40003),
        ({"template_id": "T9"}, 40037),
        ({"data": {}}, 47003),
        ({"data": DATA | {"thing1": {"value": "长" * 21}}}, 47003),
        ({"data": DATA | {"number3": {"value": "两"}}}, 47003),
        ({"page": 7}, 41030),
    ],
)
async def test_notices_against_the_rules_cost_no_grant(stage: Stage, changes: Json, errcode: int) -> None:
    openid = await stage.citizen()
    await known(stage)
    await stage.does(openid, "subscribes", accept=["S1"])
    assert await send(stage, openid, **changes) == errcode
    assert await send(stage, openid) == 0


async def test_an_accepted_notice_may_fail(stage: Stage) -> None:
    openid = await stage.citizen()
    await known(stage)
    await stage.does(openid, "subscribes", accept=["S1"])
    await stage.post("/control/faults", where="job", kind="fail", path=SEND, errcode=50001)
    assert await send(stage, openid) == 0
    (sent,) = await stage.service.received(1, event="subscribe_msg_sent_event")
    assert sent.fields["SubscribeMsgSentEvent"]["List"]["ErrorCode"] == "50001"
    assert await stage.inbox(openid) == []


async def test_the_accounts_templates(stage: Stage) -> None:
    folder = "/wxaapi/newtmpl"
    made = (await stage.api(f"{folder}/addtemplate", {"tid": "401", "kidList": [1, 2]}))["priTmplId"]
    (kept,) = (await stage.fetch(f"{folder}/gettemplate"))["data"]
    assert (kept["priTmplId"], kept["type"]) == (made, 2)
    assert (await stage.fetch(f"{folder}/getcategory"))["data"] == [{"id": 1, "name": "政务民生"}]
    assert (await stage.api(f"{folder}/addtemplate", {"tid": "401", "kidList": [1]}))["errcode"] == 200020
    assert (await stage.api(f"{folder}/deltemplate", {"priTmplId": made}))["errcode"] == 0
    assert (await stage.api(f"{folder}/deltemplate", {"priTmplId": made}))["errcode"] == 200014


def once(openid: str, **changes: object) -> Json:
    data = {"content": {"value": "您预约的讲座明天开始", "color": "#000"}}
    head = {"touser": openid, "template_id": "O1", "url": "https://e.cn", "scene": "7", "title": "讲座"}
    return {**head, "data": data, **changes}


async def test_a_one_time_message_needs_its_own_consent(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.post("/control/templates", template_id="O1", title="讲座提醒", kind="once")
    assert (await stage.api(ONCE, once(openid)))["errcode"] == 43101
    await stage.does(openid, "subscribes_once", template_id="O1", scene="7")
    assert (await stage.api(ONCE, once(openid, scene="8")))["errcode"] == 43101
    assert (await stage.api(ONCE, once(openid, title="长" * 16)))["errcode"] == 45002
    assert [(await stage.api(ONCE, once(openid)))["errcode"] for _ in range(2)] == [0, 43101]
    bubble = (await stage.inbox(openid))[-1]
    assert (bubble["kind"], bubble["title"], bubble["words"]) == ("once", "讲座", "您预约的讲座明天开始")


@pytest.mark.parametrize("action", ["confirm", "cancel"])
async def test_the_consent_page_sends_the_answer_back(stage: Stage, action: str) -> None:
    openid = await stage.citizen()
    await stage.post("/control/templates", template_id="O1", title="讲座提醒", kind="once")
    query = {"appid": APPID, "scene": "7", "template_id": "O1", "redirect_url": "https://e.cn/b", "reserved": "r1"}
    address, cookie = f"{stage.base_url}/mp/subscribemsg", {"Cookie": f"sandbox_openid={openid}"}
    async with stage.client.get(address, params={**query, "action": "get_confirm"}, headers=cookie) as page:
        assert "讲座提醒" in await page.text()
    params = {**query, "action": action}
    async with stage.client.get(address, params=params, headers=cookie, allow_redirects=False) as answer:
        assert answer.status == 302
        assert f"action={action}" in answer.headers["Location"]
        assert "reserved=r1" in answer.headers["Location"]
        assert (openid in answer.headers["Location"]) is (action == "confirm")
    assert ((await stage.api(ONCE, once(openid)))["errcode"] == 0) is (action == "confirm")


async def test_the_consent_page_refuses_wrong_parameters(stage: Stage) -> None:
    async with stage.client.get(f"{stage.base_url}/mp/subscribemsg", params={"action": "get_confirm"}) as page:
        assert page.status == 400
