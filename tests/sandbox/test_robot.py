"""The pretend group robot: its limit, its codes, its records."""

from typing import Any

import pytest

from tests.sandbox.service import Json, Stage


async def sent(stage: Stage, body: Any, *, key: str = "duty-robot") -> int:
    async with stage.client.post(f"{stage.base_url}/cgi-bin/webhook/send?key={key}", json=body) as response:
        answer: Json = await response.json(content_type=None)
        return int(answer["errcode"])


async def test_what_the_group_received_can_be_listed(stage: Stage) -> None:
    robot = await stage.get("/control/robot")
    assert robot == {"address": f"{stage.base_url}/cgi-bin/webhook/send?key=duty-robot", "messages": []}
    async with stage.client.post(
        robot["address"], data='{"msgtype":"text","text":{"content":"有人遇险"}}'.encode()
    ) as got:
        assert (await got.json(content_type=None))["errcode"] == 0
    (message,) = (await stage.get("/control/robot"))["messages"]
    assert (message["msgtype"], message["content"]) == ("text", "有人遇险")
    await stage.post("/control/reset")
    assert (await stage.get("/control/robot"))["messages"] == []


@pytest.mark.parametrize(
    ("body", "key", "errcode"),
    [
        ({"msgtype": "text", "text": {"content": "a"}}, "other", 93000),
        ({"msgtype": "voice", "voice": {}}, "duty-robot", 40008),
        ({"msgtype": ["text"]}, "duty-robot", 40008),
        ({}, "duty-robot", 40008),
        ({"msgtype": "text", "text": {"content": ""}}, "duty-robot", 44004),
        ({"msgtype": "text", "text": "a"}, "duty-robot", 44004),
        ({"msgtype": "text", "text": {"content": "a" * 2049}}, "duty-robot", 40058),
        ([], "duty-robot", 47001),
    ],
)
async def test_what_a_robot_doesnt_take(stage: Stage, body: Any, key: str, errcode: int) -> None:
    assert await sent(stage, body, key=key) == errcode
    assert (await stage.get("/control/robot"))["messages"] == []


async def test_twenty_a_minute(stage: Stage) -> None:
    plain = {"msgtype": "text", "text": {"content": "a"}}
    assert [await sent(stage, plain) for _ in range(21)] == [0] * 20 + [45009]
    await stage.post("/control/clock", advance=61)
    assert await sent(stage, plain) == 0


async def test_the_key_may_change_and_isnt_shown_in_the_traffic(stage: Stage) -> None:
    await stage.post("/control/config", robot_key="another")
    plain = {"msgtype": "text", "text": {"content": "a"}}
    assert (await sent(stage, plain), await sent(stage, plain, key="another")) == (93000, 0)
    shown = (await stage.get("/control/exchanges"))["exchanges"]
    assert [exchange["url"] for exchange in shown] == ["/cgi-bin/webhook/send?key=…"] * 2
    assert '"content": "a"' in shown[1]["request"]


async def test_faults_hit_it_by_its_path(stage: Stage) -> None:
    await stage.post("/control/faults", where="api", kind="error", errcode=-1, path="/cgi-bin/webhook/send", times=1)
    plain = {"msgtype": "text", "text": {"content": "a"}}
    assert [await sent(stage, plain) for _ in range(2)] == [-1, 0]
