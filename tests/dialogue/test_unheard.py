"""What is not for us: places that phones report by themselves, and kinds of messages that don't exist yet."""

import logging

import pytest

from tests.dialogue.pushing import count, dump
from tests.town import Town


async def test_a_reported_place_leaves_no_trace(town: Town) -> None:
    citizen = await town.follower()
    before = await dump(town)
    for _ in range(3):
        await citizen.does("reports_location", latitude=34.751234, longitude=113.621234, precision=30)
        citizen.sees_nothing()
    after = await dump(town)
    for tables in (before, after):
        tables.pop("lanes")  # refilled by the clock
    assert after == before


async def test_a_stranger_whose_phone_reports_a_place_stays_a_stranger(town: Town) -> None:
    fields = {"Latitude": "34.75", "Longitude": "113.62", "Precision": "30"}
    outcome = await town.control("event", openid="o" + "x" * 27, event="LOCATION", fields=fields)
    assert outcome["verdict"] == "silent"
    assert await count(town, "citizens") == 0
    assert await count(town, "inbox") == 0


@pytest.mark.parametrize("fields", [{"MsgType": "hologram", "MsgId": 7}, {"MsgType": "event", "Event": "teleport"}])
async def test_unknown_kinds_are_met_with_silence_and_a_line_in_the_log(
    town: Town, caplog: pytest.LogCaptureFixture, fields: dict[str, object]
) -> None:
    citizen = await town.follower()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        await citizen.does("raw", fields=fields)
    citizen.sees_nothing()
    odd = [record for record in caplog.records if record.name == "wenming.callback"]
    assert [record.levelname for record in odd] == ["WARNING"]
    assert citizen.openid not in caplog.text
    assert await count(town, "inbox") == 2
    assert await count(town, "failures") == 0
