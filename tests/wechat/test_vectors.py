"""Published crypto vectors and collected samples, through the real callback."""

import json
from collections.abc import Mapping

import pytest
from wechatpy import parse_message
from wechatpy.messages import UnknownMessage

from bot.wechat.crypto import Keyring, is_signed, sign
from bot.wechat.messages import Event, Message, Push, Text
from bot.wechat.parsing import parse
from bot.wechat.xml import Fields, read
from tests.wechat.corpus import Sample, collected, inbound, vectors
from tests.wechat.pushes import APP_ID, KEY, Request, Wechat, open_office, signature

_MESSAGE_FIELDS = {
    "text": "Content",
    "menu_id": "bizmsgmenuid",
    "media_id": "MediaId",
    "media_id_16k": "MediaId16K",
    "thumb_media_id": "ThumbMediaId",
    "picture_url": "PicUrl",
    "voice_format": "Format",
    "recognition": "Recognition",
    "label": "Label",
    "title": "Title",
    "description": "Description",
    "url": "Url",
    "article_data_id": "MsgDataId",
}
_NUMBERS = {"scale": "Scale", "latitude": "Location_X", "longitude": "Location_Y"}
_EVENT_FIELDS = {"ticket": "Ticket", "menu_id": "MenuId", "status": "Status"}
_INTO_THE_REST = {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgID"}


def _plain(value: object) -> object:
    """Bring a collected value to the shape that we promise: text, and lists where WeChat repeats."""
    if isinstance(value, Mapping):
        return {
            name: [_plain(inner)] if name in ("List", "item") and not isinstance(inner, list) else _plain(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return "" if value is None else str(value).strip()


def _check(push: Push, sample: Sample) -> None:
    for name, value in sample.expect.items():
        assert getattr(push, name) == value, name
    if sample.wechat is None:
        return
    wanted = {name: _plain(value) for name, value in sample.wechat.items()}
    assert push.to_user == wanted["ToUserName"]
    assert push.openid == wanted["FromUserName"]
    assert push.created == int(str(wanted["CreateTime"]))
    if isinstance(push, Message):
        _check_message(push, wanted)
    else:
        _check_event(push, wanted)


def _check_message(message: Message, wanted: dict[str, object]) -> None:
    assert message.kind == wanted["MsgType"]
    assert message.msg_id == int(str(wanted.get("MsgId", 0)))
    for ours, theirs in _MESSAGE_FIELDS.items():
        assert getattr(message, ours) == wanted.get(theirs, ""), theirs
    if message.kind == "location":
        for ours, theirs in _NUMBERS.items():
            assert getattr(message, ours) == float(str(wanted[theirs])), theirs


def _check_event(event: Event, wanted: dict[str, object]) -> None:
    assert event.name.removeprefix("device_") in (str(wanted.get("Event", "")).lower(), "text")
    assert event.key == str(wanted.get("EventKey", "")).removeprefix("qrscene_")
    assert event.msg_id or "MsgID" not in wanted
    for ours, theirs in _EVENT_FIELDS.items():
        assert getattr(event, ours) == wanted.get(theirs, event.status if ours == "status" else ""), theirs
    for name, value in wanted.items():
        if name not in _INTO_THE_REST | set(_EVENT_FIELDS.values()):
            assert event.details[name] == value, name


@pytest.mark.parametrize("sample", inbound(), ids=lambda sample: sample.name)
async def test_every_sample_arrives_whole_in_plain_and_safe_mode(sample: Sample) -> None:
    wechat = Wechat()
    async with open_office(aes_key=KEY, accept_plain=True) as office:
        assert await office.push(wechat.plain(sample.body)) == (200, b"success")
        assert await office.push(wechat.safe(sample.body)) == (200, b"success")
    first, second = office.received
    assert first == second
    assert office.refusals == []
    _check(first, sample)
    if sample.wechat is None:
        assert parse(sample.body).odd == sample.odd


@pytest.mark.parametrize(
    "sample", [sample for sample in inbound() if sample.body.lstrip()[:1] == b"<"], ids=lambda sample: sample.name
)
async def test_xml_and_json_say_the_same(sample: Sample) -> None:
    async with open_office() as office:
        wechat = Wechat()
        await office.push(wechat.plain(sample.body))
        await office.push(wechat.plain(json.dumps(read(sample.body)).encode()))
    assert office.received[0] == office.received[1]


@pytest.mark.parametrize(
    "sample", [sample for sample in inbound() if sample.body.lstrip()[:1] == b"<"], ids=lambda sample: sample.name
)
def test_we_read_what_wechatpy_reads(sample: Sample) -> None:
    theirs = parse_message(sample.body)
    parsed = parse(sample.body)
    push = parsed.push
    said = {name: value for name, value in theirs._data.items() if name != "#text"}  # words between the elements
    assert _plain(said) == _plain(_as_wechatpy_renames(read(sample.body), theirs._data))
    if isinstance(theirs, UnknownMessage):
        added = isinstance(push, Event) and push.name.startswith(("publish", "user_", "debug", "giftcard"))
        assert parsed.odd or added
    else:
        assert isinstance(push, Event) is (theirs.type == "event")
        assert not parsed.odd


def _as_wechatpy_renames(fields: Fields, theirs: Mapping[str, object]) -> Fields:
    # wechatpy calls a follow by QR code another event; we keep WeChat's name.
    if theirs.get("Event") == "subscribe_scan":
        return fields | {"Event": "subscribe_scan", "EventKey": str(fields["EventKey"]).removeprefix("qrscene_")}
    return fields


@pytest.mark.parametrize(
    "sample", collected("bad") or [Sample("own", b"<xml><a>1</b></xml>")], ids=lambda row: row.name
)
async def test_malformed_samples_are_refused(sample: Sample) -> None:
    wechat = Wechat()
    async with open_office(aes_key=KEY, accept_plain=True) as office:
        assert (await office.push(wechat.plain(sample.body)))[0] == 400
        assert (await office.push(wechat.safe(sample.body)))[0] == 400
    assert office.received == []
    assert office.refusals == ["malformed", "malformed"]


@pytest.mark.parametrize("vector", vectors("decrypt"), ids=lambda vector: vector["id"])
async def test_vectors_of_pushes_and_sealed_echoes(vector: dict[str, str]) -> None:
    token, key, app_id = vector["token"], vector["encodingAESKey"], vector["appid"]
    stamp = {"timestamp": vector["timestamp"], "nonce": vector["nonce"]}
    plain = vector.get("signature") or signature(token, *stamp.values())
    query = {**stamp, "signature": plain, "encrypt_type": "aes", "msg_signature": vector["msg_signature"]}
    content = vector["plaintext"].encode()
    async with open_office(token=token, app_id=app_id, aes_key=key, timestamp_window=None) as office:
        if content.isdigit():
            asked = Request({**stamp, "msg_signature": vector["msg_signature"], "echostr": vector["ciphertext"]})
            assert await office.ask(asked) == (200, content)
            return
        envelope = {"ToUserName": "gh_1", "Encrypt": vector["ciphertext"]}
        xml = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{vector['ciphertext']}</Encrypt></xml>"
        body = json.dumps(envelope) if content[:1] == b"{" else xml
        assert await office.push(Request(query, body.encode())) == (200, b"success")
        assert office.received == [parse(content).push]


@pytest.mark.parametrize("vector", vectors("encrypt", "decrypt"), ids=lambda vector: vector["id"])
def test_vectors_open_and_our_own_seals_open_too(vector: dict[str, str]) -> None:
    keyring = Keyring(vector["appid"], vector["encodingAESKey"])
    content, key = keyring.open(vector["ciphertext"])
    assert content.decode() == vector["plaintext"]
    sealed = keyring.seal(content, key)
    assert sealed != vector["ciphertext"]
    assert keyring.open(sealed)[0] == content
    if vector["msg_signature"]:
        signed = vector["token"], vector["timestamp"], vector["nonce"], vector["ciphertext"]
        assert sign(*signed) == vector["msg_signature"]


@pytest.mark.parametrize("vector", vectors("url_verify", "plain_signature"), ids=lambda vector: vector["id"])
async def test_vectors_of_the_plain_signature(vector: dict[str, str]) -> None:
    query = {name: vector[name] for name in ("signature", "timestamp", "nonce")}
    async with open_office(token=vector["token"], timestamp_window=None) as office:
        echo = vector.get("echostr", "1")
        assert await office.ask(Request({**query, "echostr": echo})) == (200, echo.encode())


@pytest.mark.parametrize("vector", vectors("signature", "decrypt"), ids=lambda vector: vector["id"])
def test_vectors_of_the_signature_over_content(vector: dict[str, str]) -> None:
    parts = vector["token"], vector["timestamp"], vector["nonce"], vector["ciphertext"]
    assert is_signed(vector["msg_signature"], *parts)
    assert not is_signed(vector["msg_signature"].upper(), *parts)
    assert not is_signed(vector["msg_signature"], *parts[:3])


async def test_collected_envelopes_of_strangers_are_refused() -> None:
    async with open_office(aes_key=KEY) as office:
        for sample in collected("in"):
            if "Encrypt" in (sample.wechat or {}):
                sealed = str(read(sample.body)["Encrypt"])
                assert (await office.push(Wechat().sealed(sealed)))[0] == 400
        # Their content isn't for us, and neither is one that we can open but that names another account.
        assert (await office.push(Wechat(app_id="wxffffffffffffffff").safe(b"<xml/>")))[0] == 400
    assert set(office.refusals) == {"undecipherable"}
    assert office.received == []


async def test_a_json_push_is_answered_in_json_as_the_documents_show() -> None:
    body = b'{"ToUserName":"gh_1","FromUserName":"oLi_2","CreateTime":1,"MsgType":"text","Content":"hi","MsgId":1}'
    async with open_office(aes_key=KEY) as office:
        office.reply = Text("好的")
        status, answer = await office.push(Wechat().safe(body))
    envelope = json.loads(answer)
    assert (status, set(envelope)) == (200, {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"})
    assert isinstance(envelope["TimeStamp"], int)
    content, _ = Keyring(APP_ID, KEY).open(envelope["Encrypt"])
    reply = json.loads(content)
    assert (reply["ToUserName"], reply["FromUserName"]) == ("oLi_2", "gh_1")
    assert (reply["MsgType"], reply["Content"]) == ("text", "好的")
