"""Ordered troubles on both sides."""

import json
import time
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import Staging
from tests.sandbox.service import Json, Stage, in_turn, replies

IPS = "/cgi-bin/getcallbackip"


async def fault(stage: Stage, **fields: Any) -> int:
    return int((await stage.post("/control/faults", **fields))["id"])


async def test_a_lost_answer_is_asked_for_again(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="text", Content="来了")
    await fault(stage, where="push", kind="drop", times=1)
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["attempts"]) == ("reply", 2)
    assert len({pushed.fields["MsgId"] for pushed in stage.service.pushes}) == 1
    assert (await stage.get("/control/faults"))["faults"] == []


async def test_when_every_answer_is_lost_the_citizen_sees_the_failure(stage: Stage) -> None:
    openid = await stage.citizen()
    await fault(stage, where="push", kind="drop")
    outcome = await stage.does(openid, "says", text="在吗")
    assert (outcome["verdict"], outcome["attempts"], outcome["reason"]) == ("dropped", 3, "the answer was lost")
    assert (await stage.inbox(openid))[-1]["from"] == "system"


async def test_a_duplicate_arrives_twice_and_is_answered_once(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="text", Content="来了")
    await fault(stage, where="push", kind="duplicate", times=1)
    assert (await stage.does(openid, "says", text="在吗"))["attempts"] == 1
    one, two = stage.service.pushes
    assert one.body == two.body
    assert one.query["nonce"] != two.query["nonce"]
    assert [bubble["text"] for bubble in await stage.inbox(openid)] == ["在吗", "来了"]
    notes = [exchange["note"] for exchange in (await stage.get("/control/exchanges"))["exchanges"]]
    assert any("duplicate of" in note for note in notes)


async def test_a_reordered_push_waits_for_the_next(stage: Stage) -> None:
    openid, other = await stage.citizen("甲"), await stage.citizen("乙")
    await fault(stage, where="push", kind="reorder", times=1, seconds=30)
    await stage.does(openid, "says", text="一", wait=False)
    await stage.does(other, "says", text="别人")
    await stage.does(openid, "says", text="二")
    pushes = await stage.service.received(3)
    assert [pushed.fields["Content"] for pushed in pushes] == ["别人", "二", "一"]


async def test_a_reordered_push_without_a_next_goes_in_the_end(stage: Stage) -> None:
    openid = await stage.citizen()
    await fault(stage, where="push", kind="reorder", times=1, seconds=0.02)
    assert (await stage.does(openid, "says", text="一"))["verdict"] == "silent"


async def test_a_delayed_and_a_slow_push_take_their_time(stage: Stage) -> None:
    openid = await stage.citizen()
    for kind in ("delay", "slow"):
        await fault(stage, where="push", kind=kind, times=1, seconds=0.05)
        outcome = await stage.does(openid, "says", text="慢")
        assert outcome["verdict"] == "silent"
        assert outcome["milliseconds"] >= 45
    assert [pushed.fields["Content"] for pushed in stage.service.pushes] == ["慢", "慢"]


async def test_a_push_that_drips_past_the_cut_is_cut(staged: Staging) -> None:
    stage = await staged(cut=0.05, attempts=1)
    openid = await stage.citizen()
    await fault(stage, where="push", kind="slow", seconds=5)
    assert "cut" in (await stage.does(openid, "says", text="慢"))["reason"]


async def test_a_truncated_push_is_not_whole(stage: Stage) -> None:
    openid = await stage.citizen()
    await fault(stage, where="push", kind="truncate", times=1)
    stage.service.answer = in_turn(replies_nothing, replies(MsgType="text", Content="来了"))
    await stage.does(openid, "says", text="在吗")
    assert not stage.service.pushes[0].body.endswith("</xml>")


async def replies_nothing(_pushed: object) -> aiohttp.web.StreamResponse:
    return aiohttp.web.Response(status=400)


async def test_rates_are_drawn_from_a_seeded_source(stage: Stage) -> None:
    openid = await stage.citizen()
    await fault(stage, where="push", kind="drop", rate=0.5)

    async def run() -> list[int]:
        await stage.post("/control/seed", seed=7)
        return [(await stage.does(openid, "says", text="骰子"))["attempts"] for _ in range(12)]

    first = await run()
    assert first == await run()
    assert 1 in first
    assert max(first) > 1


async def raw(stage: Stage) -> tuple[int, str, str]:
    url = f"{stage.base_url}{IPS}"
    async with stage.client.get(url, params={"access_token": await stage.token()}) as response:
        return response.status, response.content_type, await response.text()


async def test_errors_of_the_api(stage: Stage) -> None:
    await fault(stage, where="api", path=IPS, kind="error", errcode=45009, times=1)
    assert json.loads((await raw(stage))[2])["errcode"] == 45009
    await fault(stage, where="api", path=IPS, kind="error", times=1)
    assert json.loads((await raw(stage))[2])["errcode"] == -1
    await fault(stage, where="api", path=IPS, kind="status", status=503, times=1)
    assert (await raw(stage))[:2] == (503, "text/html")
    await fault(stage, where="api", path=IPS, kind="html", times=1)
    status, kind, body = await raw(stage)
    assert (status, kind) == (502, "text/html")
    assert "Bad Gateway" in body
    await fault(stage, where="api", path=IPS, kind="truncate", times=1)
    status, _, body = await raw(stage)
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert "ip_list" in (await raw(stage))[2]


async def test_a_lost_answer_of_the_api_was_carried_out(stage: Stage) -> None:
    openid = await stage.citizen()
    token = await stage.token()
    await fault(stage, where="api", path="/cgi-bin/message/custom/send", kind="drop", times=1)
    message = {"touser": openid, "msgtype": "text", "text": {"content": "办好了"}}
    with pytest.raises(aiohttp.ClientError):
        await stage.api("/cgi-bin/message/custom/send", message, token=token)
    assert [bubble["text"] for bubble in await stage.inbox(openid)] == ["办好了"]


@pytest.mark.parametrize("kind", ["delay", "slow"])
async def test_a_slow_api(stage: Stage, kind: str) -> None:
    await stage.token()
    await fault(stage, where="api", path=IPS, kind=kind, seconds=0.05, times=1)
    started = time.monotonic()
    assert "ip_list" in (await raw(stage))[2]
    assert time.monotonic() - started >= 0.045


async def test_faults_are_listed_and_removed(stage: Stage) -> None:
    one = await fault(stage, where="api", kind="delay", seconds=2, rate=0.5)
    two = await fault(stage, where="push", kind="drop", times=3)
    listed = (await stage.get("/control/state"))["faults"]
    assert [item["id"] for item in listed] == [one, two]
    assert listed[0] == {
        "id": one,
        "where": "api",
        "kind": "delay",
        "path": None,
        "rate": 0.5,
        "times": None,
        "seconds": 2,
        "errcode": None,
        "status": None,
        "after": 0,
    }
    await stage.delete(f"/control/faults/{one}")
    await stage.delete(f"/control/faults/{one}", expect=404)
    assert [item["id"] for item in (await stage.get("/control/faults"))["faults"]] == [two]
    await stage.delete("/control/faults")
    assert (await stage.get("/control/faults"))["faults"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"where": "moon", "kind": "drop"},
        {"where": "push", "kind": "html"},
        {"where": "api", "kind": "reorder"},
        {"where": "push", "kind": "drop", "rate": 2},
        {"where": "push", "kind": "drop", "times": 0},
        {"where": "push", "kind": "drop", "times": "many"},
        {"where": "push", "kind": "delay", "seconds": -1},
        {"kind": "drop"},
    ],
)
async def test_faults_that_make_no_sense_are_refused(stage: Stage, fields: Json) -> None:
    assert (await stage.post("/control/faults", expect=400, **fields))["error"]
    assert (await stage.get("/control/faults"))["faults"] == []


async def test_a_script_gives_each_call_its_own_trouble(stage: Stage) -> None:
    path = "/cgi-bin/menu/delete"
    steps = ["ok", {"kind": "error", "errcode": 45011}, "html", "ok", "truncate"]
    made = await stage.post("/control/faults/script", where="api", path=path, steps=steps)
    assert len(made["ids"]) == 3
    url, query = stage.base_url + path, {"access_token": await stage.token()}
    seen: list[tuple[int, int | None]] = []
    for _ in range(6):
        async with stage.client.get(url, params=query) as response:
            text = await response.text()
            whole = text.startswith("{") and text.endswith("}")
            seen.append((response.status, json.loads(text)["errcode"] if whole else None))
    assert seen == [(200, 0), (200, 45011), (502, None), (200, 0), (200, None), (200, 0)]
    assert (await stage.get("/control/faults"))["faults"] == []
    await stage.post("/control/faults/script", where="api", steps=["poem"], expect=400)


async def test_a_token_may_be_revoked_in_mid_flight(stage: Stage) -> None:
    await stage.post("/control/faults", where="api", kind="revoke", path="/cgi-bin/menu/delete", times=1)
    old = await stage.token()
    body = {"access_token": old}
    async with stage.client.get(f"{stage.base_url}/cgi-bin/menu/delete", params=body) as response:
        assert json.loads(await response.text())["errcode"] == 40001
    assert await stage.token() != old
    assert (await stage.fetch("/cgi-bin/menu/delete"))["errcode"] == 0


async def test_an_accepted_notice_may_fail_in_the_system(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.post("/control/templates", template_id="T1", title="结果", content="事项：{{thing1.DATA}}")
    await stage.post("/control/faults", where="job", kind="fail", path="/cgi-bin/message/template/send")
    body = {"touser": openid, "template_id": "T1", "data": {"thing1": {"value": "好"}}}
    assert (await stage.api("/cgi-bin/message/template/send", body))["errcode"] == 0
    (pushed,) = await stage.service.received(1, event="TEMPLATESENDJOBFINISH")
    assert pushed.fields["Status"] == "failed: system failed"
    assert await stage.inbox(openid) == []
