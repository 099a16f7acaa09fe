"""Attempts, the cut, and what the citizen sees of an answer."""

import asyncio
import time

import pytest
from aiohttp import web

from bot.sandbox.pictures import sample_photo
from tests.sandbox.conftest import Staging
from tests.sandbox.service import Pushed, Stage, hangs, in_turn, replies, says

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"


async def test_three_attempts_with_fresh_nonces_and_the_same_message(staged: Staging) -> None:
    stage = await staged(cut=0.05)
    openid = await stage.citizen()
    gate = asyncio.Event()
    stage.service.answer = hangs(gate, says("success"))
    outcome = await stage.does(openid, "says", text="在吗")
    gate.set()
    assert (outcome["verdict"], outcome["attempts"]) == ("failed", 3)
    assert "cut after 0.05 s" in outcome["reason"]
    pushes = stage.service.pushes
    assert len({pushed.query["nonce"] for pushed in pushes}) == 3
    assert len({pushed.body for pushed in pushes}) == 1
    last = (await stage.inbox(openid))[-1]
    assert (last["from"], last["text"]) == ("system", OUT_OF_ORDER)


async def test_an_answer_to_the_second_attempt_counts(staged: Staging) -> None:
    stage = await staged(cut=0.1)
    openid = await stage.citizen()
    gate = asyncio.Event()
    stage.service.answer = in_turn(hangs(gate, says("")), replies(MsgType="text", Content="来了"))
    outcome = await stage.does(openid, "says", text="在吗")
    gate.set()
    assert (outcome["verdict"], outcome["attempts"], outcome["reply"]["content"]) == ("reply", 2, "来了")
    assert [bubble["text"] for bubble in await stage.inbox(openid)] == ["在吗", "来了"]


async def test_number_of_attempts_can_be_set(staged: Staging) -> None:
    stage = await staged(attempts=4)
    openid = await stage.citizen()
    stage.service.answer = says("broken", status=503)
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["attempts"], outcome["reason"]) == ("failed", 4, "HTTP 503")
    assert len(stage.service.pushes) == 4


async def test_attempts_after_an_error_keep_a_pause(staged: Staging) -> None:
    stage = await staged(pause=0.05)
    openid = await stage.citizen()
    await stage.post("/control/config", callback="http://127.0.0.1:9/closed")
    started = time.monotonic()
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["attempts"]) == ("failed", 3)
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize("body", ["", "success"])
async def test_silence(stage: Stage, body: str) -> None:
    openid = await stage.citizen()
    stage.service.answer = says(body)
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["reply"], outcome["reason"]) == ("silent", None, None)
    assert len(await stage.inbox(openid)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "success\n",
        "ok",
        '{"errcode":0}',
        "<xml></xml>",
        "<xml><MsgType>text</MsgType>",
        "<html><body/></html>",
        '<!DOCTYPE xml [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
        "<xml><ToUserName>\x01</ToUserName></xml>",
    ],
)
async def test_rubbish_fails_at_once(stage: Stage, body: str) -> None:
    openid = await stage.citizen()
    stage.service.answer = says(body)
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["attempts"]) == ("failed", 1)
    assert (await stage.inbox(openid))[-1]["text"] == OUT_OF_ORDER


async def test_answers_must_be_utf8(stage: Stage) -> None:
    openid = await stage.citizen()

    async def answer(_pushed: Pushed) -> web.StreamResponse:
        return web.Response(body="<xml>好</xml>".encode("gb18030"))

    stage.service.answer = answer
    assert "UTF-8" in (await stage.does(openid, "says", text="在吗"))["reason"]


async def test_malformed_json_fails(staged: Staging) -> None:
    stage = await staged(format="json")
    openid = await stage.citizen()
    stage.service.answer = says('{"MsgType":')
    assert (await stage.does(openid, "says", text="在吗"))["reason"] == "malformed JSON"


async def test_raw_rubbish_travels_in_every_mode_and_format(staged: Staging) -> None:
    for mode in ("plain", "compatible", "safe"):
        for form in ("xml", "json"):
            stage = await staged(mode=mode, format=form)
            openid = await stage.citizen()
            assert (await stage.does(openid, "raw", body="{rubbish"))["verdict"] == "silent"
            assert "Encrypt" in stage.service.pushes[0].body or stage.service.pushes[0].body == "{rubbish"


ARTICLE = {"Title": "指南", "Description": "", "PicUrl": "", "Url": "https://example.com/1"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"MsgType": "text", "Content": "长" * 683}, "2048"),
        ({"MsgType": "text", "Content": ""}, "Content"),
        ({"MsgType": "text"}, "Content"),
        ({"MsgType": "poem", "Content": "诗"}, "poem"),
        ({"MsgType": "text", "Content": "好", "CreateTime": "soon"}, "CreateTime"),
        ({"MsgType": "text", "Content": "好", "ToUserName": "somebody"}, "ToUserName"),
        ({"MsgType": "image", "Image": {"MediaId": "unknown"}}, "MediaId"),
        ({"MsgType": "image"}, "Image"),
        ({"MsgType": "music", "Music": {"ThumbMediaId": "unknown"}}, "ThumbMediaId"),
        ({"MsgType": "news", "ArticleCount": 2, "Articles": {"item": [ARTICLE, ARTICLE]}}, "more than 1"),
        ({"MsgType": "news", "ArticleCount": 2, "Articles": {"item": [ARTICLE]}}, "ArticleCount"),
        ({"MsgType": "news", "ArticleCount": 1, "Articles": {}}, "article"),
    ],
)
async def test_what_wechat_refuses_fails(stage: Stage, fields: dict[str, object], reason: str) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(**fields)
    outcome = await stage.does(openid, "says", text="在吗")
    assert outcome["verdict"] == "failed"
    assert reason in outcome["reason"]


async def test_text_of_exactly_2048_bytes_is_shown(stage: Stage) -> None:
    openid = await stage.citizen()
    text = "长" * 682 + "ab"
    assert len(text.encode()) == 2048
    stage.service.answer = replies(MsgType="text", Content=text)
    assert (await stage.does(openid, "says", text="在吗"))["verdict"] == "reply"
    assert (await stage.inbox(openid))[-1]["text"] == text


async def test_answers_of_every_kind_become_bubbles(stage: Stage) -> None:
    openid = await stage.citizen()
    shelf, now = stage.sandbox.world.media, stage.sandbox.world.now()
    ids = {kind: shelf.put(b"x", kind=kind, name=f"a.{kind}", now=now).id for kind in ("image", "voice", "video")}
    music = {"Title": "歌", "MusicUrl": "https://example.com/a.mp3", "ThumbMediaId": ids["image"]}
    video = {"MediaId": ids["video"], "Title": "片", "Description": "说明"}
    for fields in (
        {"MsgType": "image", "Image": {"MediaId": ids["image"]}},
        {"MsgType": "voice", "Voice": {"MediaId": ids["voice"]}},
        {"MsgType": "video", "Video": video},
        {"MsgType": "music", "Music": music},
        {"MsgType": "news", "ArticleCount": 1, "Articles": {"item": [ARTICLE]}},
    ):
        stage.service.answer = replies(**fields)
        outcome = await stage.does(openid, "says", text="在吗")
        assert outcome["verdict"] == "reply", outcome
        bubble = (await stage.inbox(openid))[-1]
        assert (bubble["kind"], bubble["from"], bubble["via"]) == (fields["MsgType"], "account", "reply")
    assert bubble["articles"] == [{"title": "指南", "description": "", "picurl": "", "url": "https://example.com/1"}]
    assert bubble["links"] == [{"text": "指南", "url": "https://example.com/1"}]


async def test_eight_articles_may_answer_a_menu_tap(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", {"button": [{"type": "click", "name": "看看", "key": "K"}]})
    stage.service.answer = replies(MsgType="news", ArticleCount=8, Articles={"item": [ARTICLE] * 8})
    assert (await stage.does(openid, "clicks", key="K"))["verdict"] == "reply"
    stage.service.answer = replies(MsgType="news", ArticleCount=9, Articles={"item": [ARTICLE] * 9})
    assert (await stage.does(openid, "clicks", key="K"))["verdict"] == "failed"


async def test_hand_over_to_customer_service_shows_nothing(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="transfer_customer_service", TransInfo={"KfAccount": "a@b"})
    outcome = await stage.does(openid, "says", text="找个人")
    assert outcome["reply"] == {"msgtype": "transfer_customer_service", "kf_account": "a@b"}
    assert len(await stage.inbox(openid)) == 1


async def test_one_who_left_sees_no_reply(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="text", Content="再见")
    outcome = await stage.does(openid, "unfollows")
    assert outcome["verdict"] == "reply"
    assert await stage.inbox(openid) == []


async def test_nobody_need_wait_for_the_verdict(stage: Stage) -> None:
    openid = await stage.citizen()
    gate, shown = asyncio.Event(), asyncio.Event()
    stage.service.answer = hangs(gate, replies(MsgType="text", Content="来了"))
    async with stage.sandbox.world.stream.listen() as events:
        answer = await stage.does(openid, "says", text="在吗", wait=False)
        assert list(answer) == ["exchange"]
        gate.set()
        async with asyncio.timeout(5):
            while not shown.is_set():
                event = await events.get()
                if event and "来了" in event and event.startswith("event: bubble"):
                    shown.set()
    (exchange,) = [
        one for one in (await stage.get("/control/exchanges"))["exchanges"] if one["id"] == answer["exchange"]
    ]
    assert exchange["status"] == 200


async def test_pushes_of_one_citizen_may_overlap(stage: Stage) -> None:
    openid = await stage.citizen()
    both = asyncio.Barrier(2)

    async def answer(_pushed: Pushed) -> web.StreamResponse:
        await both.wait()
        return web.Response(text="success")

    stage.service.answer = answer
    async with asyncio.timeout(5):
        await asyncio.gather(stage.does(openid, "says", text="一"), stage.does(openid, "says", text="二"))
    assert sorted(pushed.fields["Content"] for pushed in stage.service.pushes) == ["一", "二"]


async def test_a_push_costs_less_than_two_milliseconds(staged: Staging) -> None:
    stage = await staged(mode="safe")
    openid = await stage.citizen()
    times = [(await stage.does(openid, "says", text="快"))["milliseconds"] for _ in range(60)]
    # The service's own time is in it; the best of them shows the cost when nobody else uses the machine.
    assert min(times) < 2


def test_the_sample_photo_is_a_small_png() -> None:
    photo = sample_photo()
    assert photo.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(photo) < 20_000
