"""The callback at the HTTP boundary: who is let in, what is refused, and how we answer."""

import asyncio
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web

from bot.wechat.callback import Callback
from bot.wechat.messages import Article, Message, News, Push, Reply, Text, Transfer
from tests.wechat.pushes import APP_ID, KEY, OLD_KEY, TOKEN, Office, Request, Wechat, encrypt, frame, open_office

_TEXT = (
    b"<xml><ToUserName><![CDATA[gh_office]]></ToUserName><FromUserName><![CDATA[oAunt-Wang_0001]]></FromUserName>"
    b"<CreateTime>1795600001</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content>"
    b"<MsgId>24863140378325001</MsgId></xml>"
)
_JSON = (
    b'{"ToUserName":"gh_office","FromUserName":"oAunt-Wang_0001","CreateTime":1795600001,"MsgType":"text",'
    b'"Content":"hello","MsgId":24863140378325001}'
)
_CLICK = _TEXT.replace(b"[text]", b"[event]").replace(b"<Content>", b"<Event>CLICK</Event><Content>")
_HELLO = Message(
    to_user="gh_office",
    openid="oAunt-Wang_0001",
    created=1795600001,
    kind="text",
    msg_id=24863140378325001,
    text="hello",
)


def _fields(xml: bytes) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}


# Who is let in.


@pytest.mark.parametrize("body", [_TEXT, _JSON], ids=["xml", "json"])
async def test_a_plain_push_is_received_and_answered(body: bytes) -> None:
    async with open_office() as office:
        office.reply = Text("您好 <&]]> 再见")
        status, answer = await office.push(Wechat().plain(body))
    reply = json.loads(answer) if body is _JSON else _fields(answer)
    assert status == 200
    assert office.received == [_HELLO]
    assert (reply["ToUserName"], reply["FromUserName"]) == ("oAunt-Wang_0001", "gh_office")
    assert (reply["MsgType"], reply["Content"]) == ("text", "您好 <&]]> 再见")
    assert abs(int(reply["CreateTime"]) - time.time()) < 10


async def test_a_safe_push_is_answered_sealed() -> None:
    async with open_office(aes_key=KEY) as office:
        office.reply = Text("您好")
        status, answer = await office.push(Wechat().safe(_TEXT))
    envelope, content = Wechat().open_reply(answer)
    assert status == 200
    assert office.received == [_HELLO]
    assert _fields(content)["Content"] == "您好"
    assert "您好".encode() not in answer
    assert abs(int(envelope["TimeStamp"]) - time.time()) < 10


async def test_in_compatible_mode_the_plain_copy_is_never_believed() -> None:
    lies = (
        "<FromUserName>oSomebody</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>lies</Content>"
    )
    sealed = encrypt(KEY, frame(_TEXT, APP_ID))
    async with open_office(aes_key=KEY) as office:
        office.reply = Text("您好")
        _, answer = await office.push(Wechat().sealed(sealed, beside=lies))
    assert office.received == [_HELLO]
    assert _fields(Wechat().open_reply(answer)[1])["ToUserName"] == "oAunt-Wang_0001"


async def test_while_the_key_changes_the_previous_one_works_and_seals_its_answer() -> None:
    async with open_office(aes_key=KEY, previous_aes_key=OLD_KEY) as office:
        office.reply = Text("您好")
        for key in (OLD_KEY, KEY):
            _, answer = await office.push(Wechat(key=key).safe(_TEXT))
            assert _fields(Wechat(key=key).open_reply(answer)[1])["Content"] == "您好"
    assert office.received == [_HELLO, _HELLO]


async def test_silence_is_success_unencrypted() -> None:
    async with open_office(aes_key=KEY) as office:
        assert await office.push(Wechat().safe(_TEXT)) == (200, b"success")
        office.reply = Text(" \x00 ")  # nothing is left of it, and WeChat shows a fault on an empty text
        assert await office.push(Wechat().safe(_JSON)) == (200, b"success")
        office.reply = News(())
        assert await office.push(Wechat().safe(_TEXT)) == (200, b"success")


async def test_every_answer_has_its_own_nonce_and_seal() -> None:
    async with open_office(aes_key=KEY) as office:
        office.reply = Transfer()
        answers = [await office.push(Wechat().safe(_TEXT)) for _ in range(3)]
    envelopes = [Wechat().open_reply(answer)[0] for _, answer in answers]
    assert len({envelope["Nonce"] for envelope in envelopes}) == 3
    assert len({envelope["Encrypt"] for envelope in envelopes}) == 3


async def test_one_card_answers_a_message_and_eight_a_click() -> None:
    async with open_office() as office:
        office.reply = News(tuple(Article(f"t{number}", "", "", "") for number in range(10)))
        _, to_message = await office.push(Wechat().plain(_TEXT))
        _, to_click = await office.push(Wechat().plain(_CLICK))
    assert (_fields(to_message)["ArticleCount"], _fields(to_click)["ArticleCount"]) == ("1", "8")


async def test_raw_and_empty_encrypt_type_mean_plain() -> None:
    async with open_office() as office:
        assert (await office.push(Wechat().plain(_TEXT).changed(encrypt_type="raw")))[0] == 200
        assert (await office.push(Wechat().plain(_TEXT).changed(encrypt_type="")))[0] == 200
    assert len(office.received) == 2


# The check of the address.


async def test_echostr_comes_back_verbatim_and_harmless() -> None:
    echo = "<script>alert(1)</script>&\"'汉"
    async with open_office(aes_key=KEY) as office:
        query = Wechat().signed(echostr=echo).query
        async with office.session.get(office.url, params=query) as response:
            assert (response.status, await response.text()) == (200, echo)
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_sealed_echostr_comes_back_opened() -> None:
    wechat = Wechat()
    sealed = wechat.sealed(encrypt(KEY, frame(b"4375120948345356249", APP_ID)), as_json=True)
    asked = sealed.changed(echostr=json.loads(sealed.body)["Encrypt"])
    async with open_office(aes_key=KEY) as office:
        assert await office.ask(asked) == (200, b"4375120948345356249")
        assert (await office.ask(asked.changed(echostr="QUJD")))[0] == 403
        assert (await office.ask(asked.changed(msg_signature=asked.query["signature"])))[0] == 403
        assert office.refusals == ["forged", "forged"]


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "echostr"])
async def test_the_check_of_the_address_needs_every_parameter_once(name: str) -> None:
    asked = Wechat().signed(echostr="42")
    async with open_office() as office:
        assert (await office.ask(asked))[0] == 200
        assert (await office.ask(asked.changed(**{name: None})))[0] == 403
        assert (await office.ask(asked.changed(**{name: ""})))[0] == 403
        twice = [*asked.query.items(), (name, asked.query[name])]
        async with office.session.get(office.url, params=twice) as response:
            assert response.status == 403
            assert "42" not in await response.text()
    assert office.refusals == ["forged"] * 3


# Who is refused: every one of these shows that nothing ran.


def _forgeries() -> list[tuple[str, Request]]:
    plain, safe = Wechat().plain(_TEXT), Wechat().safe(_TEXT)
    other = Wechat(token="another-token")
    swapped = replace(
        safe, query={**safe.query, "signature": safe.query["msg_signature"], "msg_signature": safe.query["signature"]}
    )
    return [
        *(
            (f"safe without {name}", safe.changed(**{name: None}))
            for name in ("signature", "timestamp", "nonce", "msg_signature")
        ),
        *(
            (f"safe with empty {name}", safe.changed(**{name: ""}))
            for name in ("signature", "timestamp", "nonce", "msg_signature")
        ),
        ("signature off by one letter", safe.changed(signature="0" + safe.query["signature"][1:] + "0")),
        ("signature in capitals", safe.changed(signature=safe.query["signature"].upper())),
        ("signature of another alphabet", safe.changed(signature="签名" * 20)),
        ("msg_signature wrong", safe.changed(msg_signature="0" * 40)),
        ("the two signatures swapped", swapped),
        ("the plain signature as msg_signature", safe.changed(msg_signature=safe.query["signature"])),
        ("another nonce", safe.changed(nonce="1")),
        ("another timestamp", safe.changed(timestamp=str(int(time.time()) + 1))),
        ("another body", replace(safe, body=Wechat().safe(_TEXT.replace(b"hello", b"hullo")).body)),
        ("another token", other.safe(_TEXT)),
        ("an unknown encrypt_type", safe.changed(encrypt_type="rot13")),
        ("safe called plain", safe.changed(encrypt_type="raw")),
        ("safe without encrypt_type", safe.changed(encrypt_type=None)),
        ("plain, though a key is set", plain),
        ("plain and unsigned", plain.changed(signature=None)),
        ("nothing at all", Request({}, _TEXT)),
    ]


@pytest.mark.parametrize("name", [name for name, _ in _forgeries()])
async def test_forgeries_are_refused_and_nothing_runs(name: str) -> None:
    forged = dict(_forgeries())[name]  # made anew: a signature ages
    async with open_office(aes_key=KEY) as office:
        status, answer = await office.push(forged)
    assert status == 403
    assert answer in (b"forged", b"unencrypted")
    assert office.received == []
    assert office.refusals == [answer.decode()]


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "openid"])
async def test_a_repeated_parameter_is_refused_and_nothing_runs(name: str) -> None:
    safe = Wechat().safe(_TEXT)
    async with open_office(aes_key=KEY) as office:
        for again in (safe.query[name], "something else"):
            twice = [*safe.query.items(), (name, again)]
            async with office.session.post(office.url, params=twice, data=safe.body) as response:
                assert response.status == 403
    assert office.received == []
    assert office.refusals == ["forged", "forged"]


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
async def test_plain_mode_needs_every_parameter(name: str) -> None:
    plain = Wechat().plain(_TEXT)
    async with open_office() as office:
        assert (await office.push(plain.changed(**{name: None})))[0] == 403
        assert (await office.push(plain.changed(**{name: "1"})))[0] == 403
        assert (await office.push(Wechat(token="another").plain(_TEXT)))[0] == 403
    assert office.received == []


async def test_a_seen_plain_signature_cannot_pull_a_safe_account_down_to_plain() -> None:
    seen = Wechat().safe(_TEXT)
    forged = Request({name: seen.query[name] for name in ("signature", "timestamp", "nonce")}, _TEXT)
    async with open_office(aes_key=KEY) as office:
        assert await office.push(forged) == (403, b"unencrypted")
        assert office.received == []
    async with open_office(aes_key=KEY, accept_plain=True) as office:
        assert (await office.push(forged))[0] == 200  # which is what the operator has asked for
        assert office.received == [_HELLO]


@pytest.mark.parametrize("seconds", [-3600, -601, 601, 3600])
async def test_signatures_of_another_time_are_stale(seconds: int) -> None:
    wechat = Wechat(timestamp=str(int(time.time()) + seconds))
    async with open_office(aes_key=KEY) as office:
        assert await office.push(wechat.safe(_TEXT)) == (403, b"stale")
        assert await office.ask(wechat.signed(echostr="1")) == (403, b"stale")
    assert office.received == []
    async with open_office(aes_key=KEY, timestamp_window=None) as office:
        assert (await office.push(wechat.safe(_TEXT)))[0] == 200


@pytest.mark.parametrize("seconds", [-590, 590])
async def test_clocks_may_differ_a_little(seconds: int) -> None:
    async with open_office(aes_key=KEY) as office:
        assert (await office.push(Wechat(timestamp=str(int(time.time()) + seconds)).safe(_TEXT)))[0] == 200


@pytest.mark.parametrize(
    "timestamp", ["", "-1795600001", "1e9", "17956000011", "179560000", "١٧٩٥٦٠٠٠٠١", "1795600001 ", "nan"]
)
async def test_a_timestamp_is_ten_digits_even_when_it_is_signed(timestamp: str) -> None:
    async with open_office(aes_key=KEY, timestamp_window=None) as office:
        assert (await office.push(Wechat(timestamp=timestamp).safe(_TEXT)))[0] == 403
    assert office.received == []


async def test_digits_cannot_wander_from_the_nonce_into_the_timestamp() -> None:
    seen = Wechat(timestamp="1500000000", nonce=f"99{int(time.time())}").plain(_TEXT)
    moved = seen.changed(timestamp="150000000099", nonce=str(int(time.time())))
    async with open_office() as office:
        assert await office.push(seen) == (403, b"stale")
        assert await office.push(moved) == (403, b"forged")
    assert office.received == []


async def test_an_encrypted_push_without_a_key_says_what_to_set(caplog: pytest.LogCaptureFixture) -> None:
    async with open_office() as office:
        assert await office.push(Wechat().safe(_TEXT)) == (400, b"key_missing")
    assert office.received == []
    assert [record.name for record in caplog.records] == ["wenming.callback"]
    assert "AES_KEY" in caplog.messages[0]


# What is signed and yet isn't a push.


def _rubbish() -> list[tuple[str, bytes]]:
    bomb = b'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + _TEXT.replace(
        b"hello", b"&b;"
    )
    return [
        ("empty", b""),
        ("white space", b" \n"),
        ("not XML", b"hello"),
        ("cut off", _TEXT[:-20]),
        ("two roots", _TEXT + _TEXT),
        ("another root", _TEXT.replace(b"xml>", b"html>")),
        ("only a root", b"<xml/>"),
        ("a root of words", b"<xml>hello</xml>"),
        ("an entity bomb", bomb),
        ("a bare DOCTYPE", b"<!DOCTYPE xml>" + _TEXT),
        (
            "a file by entity",
            b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + _TEXT.replace(b"hello", b"&f;"),
        ),
        ("an entity that nobody declared", _TEXT.replace(b"<![CDATA[hello]]>", b"&hello;")),
        ("a control character", _TEXT.replace(b"hello", b"\x01")),
        ("a lone surrogate", _TEXT.replace(b"hello", b"\xed\xa0\x80")),
        ("GBK", _TEXT.replace(b"hello", "你好".encode("gbk"))),
        ("UTF-16", _TEXT.decode().encode("utf-16")),
        ("UTF-16 that says UTF-8", b'\xff\xfe<?xml version="1.0" encoding="utf-8"?>' + _TEXT),
        ("deep", b"<xml>" + b"<a>" * 500 + b"</a>" * 500 + b"</xml>"),
        ("many", b"<xml>" + b"<a/>" * 1100 + b"</xml>"),
        ("no MsgType", _TEXT.replace(b"MsgType", b"MsgTypo")),
        ("an empty MsgType", _TEXT.replace(b"[text]", b"[]")),
        ("MsgType twice", _TEXT.replace(b"</xml>", b"<MsgType>text</MsgType></xml>")),
        ("an event without Event", _TEXT.replace(b"[text]", b"[event]")),
        ("no FromUserName", _TEXT.replace(b"FromUserName", b"FromUserNome")),
        ("an empty FromUserName", _TEXT.replace(b"[oAunt-Wang_0001]", b"[ ]")),
        ("nested FromUserName", _TEXT.replace(b"<![CDATA[oAunt-Wang_0001]]>", b"<a>o</a>")),
        ("an endless FromUserName", _TEXT.replace(b"oAunt", b"o" * 200)),
        ("FromUserName on two lines", _TEXT.replace(b"oAunt", b"o\nAunt")),
        ("no ToUserName", _TEXT.replace(b"ToUserName", b"ToUserNome")),
        ("JSON cut off", _JSON[:-1]),
        ("JSON with NaN", _JSON.replace(b"1795600001", b"NaN")),
        ("JSON with half an emoji", _JSON.replace(b"hello", b"\\ud83d")),
        ("JSON in GBK", _JSON.replace(b"hello", "你好".encode("gbk"))),
        ("deep JSON", b'{"a":' * 500 + b"1" + b"}" * 500),
        ("deeper JSON", b'{"a":' * 5000 + b"1" + b"}" * 5000),
        ("a list in JSON", b"[" * 2000),
        ("wide JSON", b'{"a":[' + b"1," * 2000 + b"1]}"),
        ("JSON without FromUserName", _JSON.replace(b"FromUserName", b"From")),
        ("JSON with a number as FromUserName's object", _JSON.replace(b'"oAunt-Wang_0001"', b'{"a":1}')),
    ]


@pytest.mark.parametrize("body", [body for _, body in _rubbish()], ids=[name for name, _ in _rubbish()])
async def test_rubbish_is_refused_with_one_line_and_no_traceback(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with open_office(aes_key=KEY, accept_plain=True) as office:
        assert await office.push(Wechat().plain(body)) == (400, b"malformed")
        assert await office.push(Wechat().safe(body)) == (400, b"malformed")
    assert office.received == []
    assert [record.name for record in caplog.records] == ["wenming.callback"] * 2
    assert not any(record.exc_info for record in caplog.records)
    assert not any("hello" in message or "oAunt" in message for message in caplog.messages)


def _odd_seals() -> list[tuple[str, str]]:
    good = frame(_TEXT, APP_ID)
    return [
        ("not base64", "%%%%"),
        ("base64 with blanks", encrypt(KEY, good)[:8] + "\n" + encrypt(KEY, good)[8:]),
        ("other letters", "汉字" * 30),
        ("bad padding of base64", encrypt(KEY, good)[:-1]),
        ("half a block", encrypt(KEY, good)[:20]),
        ("one block", encrypt(KEY, b"")[:24]),
        ("another key", encrypt(OLD_KEY, good)),
        ("another account", encrypt(KEY, frame(_TEXT, "wxffffffffffffffff"))),
        ("an account with a tail", encrypt(KEY, frame(_TEXT, APP_ID + "0"))),
        ("no account", encrypt(KEY, frame(_TEXT, ""))),
        ("a length past the end", encrypt(KEY, good[:16] + b"\xff\xff\xff\xff" + good[20:])),
        ("a length too short", encrypt(KEY, good[:16] + b"\x00\x00\x00\x01" + good[20:])),
        ("shorter than its head", encrypt(KEY, b"short")),
    ]


@pytest.mark.parametrize("sealed", [sealed for _, sealed in _odd_seals()], ids=[name for name, _ in _odd_seals()])
async def test_wrongly_encrypted_content_is_refused(sealed: str, caplog: pytest.LogCaptureFixture) -> None:
    async with open_office(aes_key=KEY) as office:
        assert await office.push(Wechat().sealed(sealed)) == (400, b"undecipherable")
    assert office.received == []
    assert [record.name for record in caplog.records] == ["wenming.callback"]
    assert not caplog.records[0].exc_info


@pytest.mark.parametrize(
    "envelope",
    [b"<xml/>", b"<xml><Encrypt/></xml>", b"<xml><Encrypt><a>b</a></Encrypt></xml>", b'{"Encrypt":7}', b"{}"],
)
async def test_an_envelope_without_content_is_refused(envelope: bytes) -> None:
    request = replace(Wechat().safe(_TEXT), body=envelope)
    async with open_office(aes_key=KEY) as office:
        assert (await office.push(request))[0] in (400, 403)  # a bare 7 is text, whose signature is wrong
    assert office.received == []


# Bodies that are too much.


async def test_the_cap_is_64_kilobytes() -> None:
    async with open_office() as office:
        fits = _TEXT.replace(b"hello", b"x" * (64 * 1024 - len(_TEXT) + 5))
        assert (len(fits), (await office.push(Wechat().plain(fits)))[0]) == (65536, 200)
        status, answer = await office.push(Wechat().plain(fits.replace(b"xx", b"xxx", 1)))
        assert (status, answer) == (413, b"too_large")
    assert len(office.received) == 1


async def test_a_body_without_a_length_is_not_collected_past_the_cap() -> None:
    async with open_office() as office:
        chunk = b"2000\r\n" + b"x" * 8192 + b"\r\n"
        answer = await _raw(office, "Transfer-Encoding: chunked", chunk * 9)  # and no end
    assert b" 413 " in answer
    assert office.refusals == ["too_large"]
    assert office.received == []


async def test_compressed_bodies_are_refused_not_inflated(caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Content-Encoding": "gzip"}
    async with open_office() as office:
        for body in (gzip.compress(_TEXT), gzip.compress(b"x" * 10_000_000), b"not gzip"):
            request = Wechat().plain(body)
            async with office.session.post(office.url, params=request.query, data=body, headers=headers) as response:
                assert (response.status, await response.read()) == (415, b"compressed")
    assert office.received == []
    assert not any(record.exc_info for record in caplog.records)


async def _raw(office: Office, head: str, body: bytes, *, wait: bool = True) -> bytes:
    host, port = office.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    query = "&".join(f"{name}={value}" for name, value in Wechat().plain(b"").query.items())
    writer.write(f"POST /wechat?{query} HTTP/1.1\r\nHost: test\r\n{head}\r\n\r\n".encode() + body)
    await writer.drain()
    answer = await reader.readline() if wait else b""
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_body_that_breaks_off_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with open_office() as office:
        await _raw(office, "Content-Length: 500", _TEXT[:50], wait=False)
        await office.refusal.wait()
    assert office.received == []
    assert office.refusals == ["malformed"]
    assert [record.name for record in caplog.records] == ["wenming.callback"]
    assert not caplog.records[0].exc_info


async def test_what_is_not_http_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with open_office() as office:
        assert b" 400 " in await _raw(office, "Transfer-Encoding: chunked", b"zz\r\nrubbish\r\n")
        assert b" 400 " in await _raw(office, "Content-Length: -1", b"")
    assert office.received == []
    assert not any(record.exc_info for record in caplog.records)
    assert {record.name for record in caplog.records} <= {"wenming.http", "wenming.callback"}


async def test_a_body_that_trickles_in_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wechat.body.BODY_SECONDS", 0.05)
    async with open_office() as office:
        assert b" 408 " in await _raw(office, "Content-Length: 500", _TEXT[:50])
    assert office.received == []
    assert office.refusals == ["too_slow"]


async def test_a_body_in_pieces_is_put_together() -> None:
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (_TEXT[:7], _TEXT[7:90], _TEXT[90:]))
    async with open_office() as office:
        assert b" 200 " in await _raw(office, "Transfer-Encoding: chunked", pieces + b"0\r\n\r\n")
    assert office.received == [_HELLO]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_not_allowed(method: str) -> None:
    request = Wechat().plain(_TEXT).changed(echostr="1")
    async with open_office() as office, office.session.request(method, office.url, params=request.query) as response:
        assert response.status == 405
    assert office.received == []


# What is written down.


async def test_a_refusal_is_one_line_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    async with open_office(aes_key=KEY) as office:
        await office.push(Wechat().safe(_TEXT).changed(signature="0" * 40))
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("wenming.callback", "WARNING")
    assert vars(record)["cause"] == "forged"
    assert vars(record)["status"] == 403
    assert vars(record)["remote"] == "127.0.0.1"
    assert not any(secret in str(vars(record)) for secret in (TOKEN, KEY, "hello", "oAunt"))


async def test_unknown_kinds_and_absurd_values_are_received_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    absurd = (
        _TEXT.replace(b"1795600001", b"-1").replace(b"24863140378325001", b"9" * 30).replace(b"[text]", b"[hologram]")
    )
    async with open_office() as office:
        assert await office.push(Wechat().plain(absurd)) == (200, b"success")
        assert len(office.received) == 1
    (record,) = caplog.records
    assert vars(record)["fields"] == ("MsgType", "CreateTime", "MsgId")
    assert vars(record)["kind"] == "hologram"
    assert "oAunt-Wang_0001" not in str(vars(record))


async def test_an_exception_of_the_receiver_shows_a_stranger_nothing() -> None:
    async def fail(_push: Push, _is_connected: Callable[[], bool]) -> Reply:
        raise LookupError("a secret of the house")

    app = web.Application()
    callback = Callback(token=TOKEN, app_id=APP_ID, receive=fail, refused=lambda _cause: None)
    app.add_routes(callback.routes("/wechat"))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        office = Office(f"http://127.0.0.1:{runner.addresses[0][1]}/wechat", session)
        status, answer = await office.push(Wechat().plain(_TEXT))
    await runner.cleanup()
    assert status == 500
    assert b"secret" not in answer
    assert b"Traceback" not in answer


def test_secrets_are_not_in_what_python_prints() -> None:
    async def receive(_push: Push, _is_connected: Callable[[], bool]) -> Reply:
        return Text("")

    callback = Callback(token=TOKEN, app_id=APP_ID, aes_key=KEY, receive=receive, refused=lambda _cause: None)
    assert TOKEN not in repr(callback)
    assert KEY not in repr(callback)
