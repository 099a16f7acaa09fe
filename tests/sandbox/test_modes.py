"""Three modes in two formats: what travels, what comes back, what is refused."""

import json

import pytest

from bot.sandbox.crypto import sign
from tests.sandbox.conftest import Staging
from tests.sandbox.service import AES_KEY, APPID, OLD_KEY, Stage, replies, says, seals

TEXT = {"MsgType": "text", "Content": "您好，请说是哪里。"}
FORMATS = ["xml", "json"]


@pytest.mark.parametrize("form", FORMATS)
async def test_plain_push(staged: Staging, form: str) -> None:
    stage = await staged(mode="plain", format=form)
    openid = await stage.citizen()
    stage.service.answer = replies(**TEXT)
    outcome = await stage.does(openid, "says", text="垃圾桶满了]]>&<b>")
    assert outcome["verdict"] == "reply"
    assert outcome["reply"] == {"msgtype": "text", "content": TEXT["Content"]}
    (pushed,) = stage.service.pushes
    assert pushed.content_type == ("text/xml" if form == "xml" else "application/json")
    assert set(pushed.query) == {"signature", "timestamp", "nonce", "openid"}
    assert pushed.query["openid"] == pushed.fields["FromUserName"] == openid
    assert list(pushed.fields) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"]
    assert pushed.fields["Content"] == "垃圾桶满了]]>&<b>"
    assert pushed.fields["ToUserName"].startswith("gh_")


@pytest.mark.parametrize("form", FORMATS)
async def test_safe_push(staged: Staging, form: str) -> None:
    stage = await staged(mode="safe", format=form)
    openid = await stage.citizen()
    stage.service.answer = seals(stage.service.config, **TEXT)
    outcome = await stage.does(openid, "says", text="你好")
    assert outcome["verdict"] == "reply"
    (pushed,) = stage.service.pushes
    assert set(pushed.outer) == {"ToUserName", "Encrypt"}
    assert pushed.query["encrypt_type"] == "aes"
    assert pushed.fields["Content"] == "你好"
    query = pushed.query
    signature = sign("tok", query["timestamp"], query["nonce"], pushed.outer["Encrypt"])
    assert query["msg_signature"] == signature


@pytest.mark.parametrize("form", FORMATS)
async def test_compatible_push_has_both(staged: Staging, form: str) -> None:
    stage = await staged(mode="compatible", format=form)
    openid = await stage.citizen()
    for answer in (replies(**TEXT), seals(stage.service.config, **TEXT)):
        stage.service.answer = answer
        assert (await stage.does(openid, "says", text="你好"))["verdict"] == "reply"
    pushed = stage.service.pushes[0]
    assert pushed.outer["Content"] == pushed.fields["Content"] == "你好"
    assert "Encrypt" not in pushed.fields


async def test_json_service_may_reply_in_json(staged: Staging) -> None:
    stage = await staged(format="json")
    openid = await stage.citizen()
    names = {"ToUserName": openid, "FromUserName": stage.service.config.original_id, "CreateTime": 1}
    stage.service.answer = says(json.dumps({**names, **TEXT}))
    assert (await stage.does(openid, "says", text="你好"))["verdict"] == "reply"


async def test_xml_service_may_not_reply_in_json(stage: Stage) -> None:
    openid = await stage.citizen()
    names = {"ToUserName": openid, "FromUserName": stage.service.config.original_id, "CreateTime": 1}
    stage.service.answer = says(json.dumps({**names, **TEXT}))
    assert (await stage.does(openid, "says", text="你好"))["verdict"] == "failed"


async def test_silence_is_never_encrypted(staged: Staging) -> None:
    stage = await staged(mode="safe")
    openid = await stage.citizen()
    for body in ("", "success"):
        stage.service.answer = says(body)
        assert (await stage.does(openid, "says", text="你好"))["verdict"] == "silent"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"_signature": "0" * 40}, "MsgSignature"),
        ({"_key": OLD_KEY}, "decrypted"),
        ({"_appid": "wxother"}, "decrypted"),
    ],
)
async def test_wrongly_sealed_reply_fails(staged: Staging, wrong: dict[str, str], reason: str) -> None:
    stage = await staged(mode="safe")
    openid = await stage.citizen()
    stage.service.answer = seals(stage.service.config, **TEXT, **wrong)
    outcome = await stage.does(openid, "says", text="你好")
    assert outcome["verdict"] == "failed"
    assert outcome["attempts"] == 1
    assert reason in outcome["reason"]
    assert (await stage.inbox(openid))[-1]["from"] == "system"


async def test_plain_reply_in_safe_mode_fails(staged: Staging) -> None:
    stage = await staged(mode="safe")
    openid = await stage.citizen()
    stage.service.answer = replies(**TEXT)
    assert (await stage.does(openid, "says", text="你好"))["verdict"] == "failed"


async def test_sealed_reply_in_plain_mode_fails(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = seals(stage.service.config, **TEXT)
    assert (await stage.does(openid, "says", text="你好"))["verdict"] == "failed"


async def test_reply_with_the_previous_key_is_accepted(staged: Staging) -> None:
    stage = await staged(mode="safe", aes_key=AES_KEY, previous_aes_key=OLD_KEY)
    openid = await stage.citizen()
    stage.service.answer = seals(stage.service.config, **TEXT, _key=OLD_KEY)
    assert (await stage.does(openid, "says", text="你好"))["verdict"] == "reply"


async def test_mode_and_format_can_be_switched_while_running(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.post("/control/config", mode="safe", format="json")
    await stage.does(openid, "says", text="你好")
    pushed = stage.service.pushes[-1]
    assert pushed.content_type == "application/json"
    assert set(pushed.outer) == {"ToUserName", "Encrypt"}
    state = await stage.get("/control/state")
    assert (state["account"]["mode"], state["account"]["format"]) == ("safe", "json")
    assert state["account"]["appid"] == APPID


async def test_address_is_verified_with_an_echo(stage: Stage) -> None:
    assert (await stage.post("/control/verify"))["ok"] is True
    await stage.post("/control/config", callback=stage.base_url + "/nowhere")
    assert (await stage.post("/control/verify"))["ok"] is False
    await stage.post("/control/config", callback="http://127.0.0.1:9/closed")
    verdict = await stage.post("/control/verify")
    assert verdict["ok"] is False
    assert "ClientConnectorError" in verdict["reason"]
