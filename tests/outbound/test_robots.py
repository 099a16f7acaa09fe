"""The duty officers' robot: alerts arrive, wait out every trouble, and leave no words behind."""

import logging
from dataclasses import replace

import pytest
from aiohttp import web
from sqlalchemy import Connection, select

from bot.outbound.delivery import NOTICE, REPLY, DutyAlert, MalformedBody, alert_delivery, load_alert
from bot.outbound.robots import TWENTY_A_MINUTE, DutyRobot
from bot.outbound.sender import Sender
from store import citizens, outbox, service
from store.lanes import Limits
from store.tables import outbox as rows
from tests.outbound.stage import PLENTY, Stage

SEND = "/cgi-bin/webhook/send"
ALERT = DutyAlert(
    kind="self_harm",
    citizen="0123abcd",
    said="我不想活了",
    answered="12356",
    reference="00ff",
    raised="2026-11-24 09:00",
)
WORDS = "我不想活了"


def sender(stage: Stage, *, key: str = "duty-robot", limits: Limits = PLENTY, at: str | None = None) -> Sender:
    """Return a sender of the robot lane."""
    address = at or f"{stage.platform.url}{SEND}?key={key}"
    return stage.sender(DutyRobot(stage.platform.session, address, metrics=stage.metrics, limits=limits))


async def put(stage: Stage, dedupe: str = "alert:1", *, said: str = WORDS, priority: int = REPLY) -> int:
    delivery = alert_delivery(replace(ALERT, said=said), stage.now(), citizen_id="c1", dedupe=dedupe, priority=priority)
    return await stage.put(delivery)


def received(stage: Stage) -> list[str]:
    return [message.content for message in stage.platform.sandbox.world.robot.messages]


async def body(stage: Stage, row_id: int) -> str:
    def find(conn: Connection) -> str:
        return str(conn.scalars(select(rows.c.body).where(rows.c.id == row_id)).one())

    return await stage.database.read(find)


def test_an_alert_is_read_as_it_was_written(stage: Stage) -> None:
    row = alert_delivery(ALERT, stage.now(), citizen_id="c1", dedupe="alert:1", priority=REPLY)
    assert load_alert(row.body) == ALERT
    assert (row.lane, row.repeatable, row.citizen_id) == ("robot", True, "c1")
    with pytest.raises(MalformedBody):
        load_alert("{}")


async def test_an_alert_arrives_and_leaves_no_words(stage: Stage) -> None:
    row_id = await put(stage)
    assert await sender(stage).run_once() == 1
    (text,) = received(stage)
    assert text.startswith("【轻生、自伤】2026-11-24 09:00\n市民 0123abcd 说：\n我不想活了\n")
    assert "00ff" in text
    assert (await stage.row(row_id)).state == "sent"
    assert await body(stage, row_id) == outbox.ERASED_BODY
    assert b'wenming_alerts_total{end="sent",kind="self_harm"} 1.0' in stage.metrics.page()


async def test_never_more_than_twenty_in_a_minute(stage: Stage) -> None:
    for number in range(12):
        await put(stage, f"alert:{number}")
    done = 0
    for _ in range(4):
        done += await sender(stage, limits=TWENTY_A_MINUTE).run_once()
    assert 5 <= done <= 7  # five at once, and what dripped in meanwhile
    assert TWENTY_A_MINUTE.burst + TWENTY_A_MINUTE.per_second * 60 / TWENTY_A_MINUTE.every == 20


async def test_lives_go_first(stage: Stage) -> None:
    await put(stage, "alert:1", said="去上访", priority=NOTICE)
    await put(stage, "alert:2")
    await sender(stage, limits=Limits(per_second=1, every=60, burst=1, day_limit=9)).run_once()
    (text,) = received(stage)
    assert WORDS in text


async def test_too_fast_waits_a_minute(stage: Stage) -> None:
    robot = stage.platform.sandbox.world.robot
    for _ in range(20):
        assert robot.count(now=stage.platform.sandbox.world.now())
    row_id = await put(stage)
    await sender(stage).run_once()
    assert (await stage.row(row_id)).state == "ready"
    assert await sender(stage).run_once() == 0
    await stage.advance(61)
    assert await sender(stage).run_once() == 1
    assert len(received(stage)) == 1


async def test_a_removed_robot_is_an_alarm_and_nothing_is_lost(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    row_id = await put(stage)
    await sender(stage, key="removed").run_once()
    row = await stage.row(row_id)
    assert (row.state, row.errcode) == ("ready", 93000)
    (alarm,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "DUTY_ROBOT_URL" in str(vars(alarm)["reason"])
    assert "key=" not in str(vars(alarm))
    await stage.advance(301)
    await sender(stage).run_once()
    assert len(received(stage)) == 1


@pytest.mark.parametrize("kind", ["status", "drop", "truncate", "error"])
async def test_trouble_on_the_way_is_tried_again(stage: Stage, kind: str) -> None:
    await stage.platform.fault(kind, SEND, times=1)
    row_id = await put(stage)
    for _ in range(3):
        await sender(stage).run_once()
        await stage.advance(400)
    assert (await stage.row(row_id)).state == "sent"
    assert 1 <= len(received(stage)) <= 2  # a second alert does little harm


async def test_no_connection_is_tried_again_and_said_after_a_while(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    row_id = await put(stage)
    for _ in range(5):
        await sender(stage, at="http://127.0.0.1:1/send?key=secret").run_once()
        await stage.advance(600)
    row = await stage.row(row_id)
    assert (row.state, row.attempts) == ("ready", 5)
    assert "no connection" in str(row.error)
    warned = [vars(record) for record in caplog.records if record.name == "wenming.duty"]
    assert [line["attempts"] for line in warned] == [3, 4]
    assert "secret" not in str([vars(record) for record in caplog.records])
    await sender(stage).run_once()
    assert len(received(stage)) == 1


@pytest.mark.parametrize("path", ["/healthz-of-nothing", "/", "/control/state"])
async def test_an_address_without_a_robot_is_an_alarm(
    stage: Stage, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    row_id = await put(stage)
    await sender(stage, at=stage.platform.url + path).run_once()
    row = await stage.row(row_id)
    assert (row.state, row.attempts) == ("ready", 1)
    assert "no robot there" in str(row.error)
    assert any(record.levelno == logging.ERROR for record in caplog.records)


@pytest.mark.parametrize("answer", ["[]", '{"ok": true}', '{"errcode": "0"}', "<html>"])
async def test_odd_answers_are_no_robots(stage: Stage, answer: str) -> None:
    async def say(_request: web.Request) -> web.Response:
        return web.Response(text=answer)

    app = web.Application()
    app.router.add_post("/send", say)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        row_id = await put(stage)
        await sender(stage, at=f"http://127.0.0.1:{runner.addresses[0][1]}/send").run_once()
        assert "no robot there" in str((await stage.row(row_id)).error)
    finally:
        await runner.cleanup()


async def test_what_is_never_taken_is_cried_into_the_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    row_id = await put(stage, said="长" * 3000)
    await sender(stage).run_once()
    assert (await stage.row(row_id)).state == "refused"
    (cry,) = [record for record in caplog.records if record.name == "wenming.duty"]
    assert (cry.levelno, vars(cry)["reference"]) == (logging.ERROR, "00ff")
    assert "长" not in str(vars(cry))
    assert await body(stage, row_id) == outbox.ERASED_BODY
    assert b'wenming_alerts_total{end="refused",kind="self_harm"} 1.0' in stage.metrics.page()


async def test_an_unknown_code_waits_for_an_operator(stage: Stage) -> None:
    await stage.platform.fault("error", SEND, errcode=99999, times=1)
    row_id = await put(stage)
    await sender(stage).run_once()
    row = await stage.row(row_id)
    assert (row.state, row.errcode) == ("ready", 99999)
    await stage.advance(301)
    await sender(stage).run_once()
    assert len(received(stage)) == 1


async def test_alerts_go_on_while_quiet(stage: Stage) -> None:
    await stage.database.write(service.go_quiet, reason="an emergency", now=stage.now())
    await put(stage)
    assert await sender(stage).run_once() == 1
    assert len(received(stage)) == 1


async def test_a_citizen_erased_since_is_no_longer_to_be_found(stage: Stage) -> None:
    stays = await stage.database.write(citizens.enrol, "o-stays", now=stage.now())
    leaves = await stage.database.write(citizens.enrol, "o-leaves", now=stage.now())
    for who in (stays, leaves):
        row = alert_delivery(ALERT, stage.now(), citizen_id=who, dedupe=f"alert:{who}", priority=REPLY)
        await stage.put(row)
    await stage.database.write(citizens.forget_openid, leaves)
    await sender(stage).run_once()
    assert ["已经找不到" in text for text in received(stage)] == [False, True]
