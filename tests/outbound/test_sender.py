"""Sending customer messages end to end: through the sandbox, on both databases, with everything going wrong."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.outbound.lanes import CustomerMessages, Prepared
from bot.settings import AccountKind
from store import citizens, claims, outbox, service
from store.claims import Claimed
from store.database import Database
from store.lanes import Limits
from store.outbox import NewDelivery
from store.tables import outbox as rows
from tests.outbound.stage import PLENTY, Stage, no_answer, set_stage, wait_for_text
from tests.wechat.platform import CUSTOM_SEND, STABLE_TOKEN

LANE = "customer_message"


def _end_leases(conn: Connection) -> None:
    """Let every lease have run out."""
    conn.execute(update(rows).values(lease_until=rows.c.created))


def _states(conn: Connection) -> list[str]:
    return sorted(conn.scalars(select(rows.c.state)))


async def test_a_promise_arrives(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "您问的事办好了。")
    assert await stage.texts().run_once() == 1
    assert stage.platform.texts(citizen) == ["您问的事办好了。"]
    row = await stage.row(row_id)
    assert (row.state, row.attempts, row.error) == ("sent", 1, None)
    assert await stage.texts().run_once() == 0


async def test_a_late_reply_waits_for_its_time_and_can_be_taken_back(stage: Stage) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    late = timedelta(seconds=16)
    await stage.promise(who, "一", due=stage.now() + late, dedupe="late:1")
    taken_back = await stage.promise(who, "二", due=stage.now() + late, dedupe="late:2")
    assert await stage.texts().run_once() == 0
    await stage.database.write(outbox.cancel, dedupe="late:2", reason="answered in time", now=stage.now())
    await stage.advance(16)
    assert await stage.texts().run_once() == 1
    assert stage.platform.texts(citizen) == ["一"]
    assert (await stage.row(taken_back)).state == "cancelled"


async def test_what_nobody_needs_any_more_expires(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "旧闻", expires=stage.now() + timedelta(minutes=1))
    await stage.advance(60)
    assert await stage.texts().run_once() == 0
    assert (await stage.row(row_id)).state == "expired"


async def test_who_left_or_was_erased_gets_nothing(stage: Stage) -> None:
    left, erased = [await stage.enrol(stage.platform.follower(name)) for name in ("李师傅", "小陈")]
    ids = [await stage.promise(who, "你好") for who in (left, erased)]
    await stage.database.write(citizens.mark_followed, left, followed=False)
    await stage.database.write(citizens.forget_openid, erased)
    await stage.texts().run_once()
    for row_id in ids:
        row = await stage.row(row_id)
        assert (row.state, row.attempts) == ("cancelled", 0)
    assert stage.platform.calls(CUSTOM_SEND) == []


async def test_a_closed_window_is_a_refusal_in_plain_words(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.advance(48 * 3600)
    await stage.texts().run_once()
    row = await stage.row(row_id)
    assert (row.state, row.errcode) == ("refused", 45015)
    assert row.error is not None
    assert "48 hours" in row.error
    assert await stage.texts().run_once() == 0


async def test_the_sixth_message_in_a_window_is_refused(stage: Stage) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    ids = [await stage.promise(who, str(number)) for number in range(6)]
    await stage.texts().run_once()
    assert sorted([(await stage.row(one)).state for one in ids]) == ["refused"] + ["sent"] * 5
    assert len(stage.platform.texts(citizen)) == 5


async def test_nothing_leaves_while_quiet(stage: Stage) -> None:
    citizen = stage.platform.follower()
    await stage.promise(await stage.enrol(citizen), "你好")
    await stage.database.write(service.go_quiet, reason="an emergency", now=stage.now())
    assert await stage.texts().run_once() == 0
    await stage.database.write(service.lift_quiet)
    assert await stage.texts().run_once() == 1
    assert stage.platform.texts(citizen) == ["你好"]


@pytest.mark.parametrize("kind", [AccountKind.UNVERIFIED_SERVICE, AccountKind.UNVERIFIED_SUBSCRIPTION])
async def test_an_account_that_cannot_send_never_tries(database: Database, tmp_path: Path, kind: AccountKind) -> None:
    async with set_stage(database, tmp_path, kind=kind) as stage:
        row_id = await stage.promise(await stage.enrol(stage.platform.follower()), "你好")
        await stage.texts().run_once()
        assert (await stage.row(row_id)).state == "refused"
        assert stage.platform.calls(CUSTOM_SEND) == stage.platform.calls(STABLE_TOKEN) == []


async def test_wechats_trouble_is_tried_again_with_a_pause(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("error", CUSTOM_SEND, errcode=-1, times=2)
    for _ in range(3):
        await stage.texts().run_once()
        await stage.advance(10)
    row = await stage.row(row_id)
    assert (row.state, row.attempts) == ("sent", 3)
    assert stage.platform.texts(citizen) == ["你好"]


async def test_no_connection_is_tried_again(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    nowhere = replace(stage, platform=replace(stage.platform, url="http://127.0.0.1:1"))
    await nowhere.texts().run_once()
    row = await stage.row(row_id)
    assert (row.state, row.attempts) == ("ready", 1)
    assert "no connection" in str(row.error)
    await stage.advance(10)
    await stage.texts().run_once()
    assert stage.platform.texts(citizen) == ["你好"]


@pytest.mark.parametrize("kind", ["drop", "html", "truncate"])
async def test_a_lost_answer_is_uncertain_and_never_repeated(stage: Stage, kind: str) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault(kind, CUSTOM_SEND, times=1)
    for _ in range(3):
        await stage.texts().run_once()
        await stage.advance(3600)
    assert (await stage.row(row_id)).state == "uncertain"
    assert len(stage.platform.texts(citizen)) <= 1


async def test_a_wrong_secret_stops_the_lane_with_an_alarm_and_burns_no_quota(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    citizens_ids = [await stage.enrol(stage.platform.follower(str(number))) for number in range(30)]
    ids = [await stage.promise(who, "你好") for who in citizens_ids]
    await stage.platform.control("config", {"secret": "f" * 32})
    for _ in range(5):
        await stage.texts().run_once()
    assert len(stage.platform.calls(STABLE_TOKEN)) == 1
    assert {(await stage.row(one)).state for one in ids} == {"ready"}
    (alarm,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "APP_SECRET" in str(vars(alarm)["reason"])
    await stage.platform.control("config", {"secret": "0123456789abcdef0123456789abcdef"})
    await stage.advance(301)
    assert await stage.texts().run_once() == 30
    assert {(await stage.row(one)).state for one in ids} == {"sent"}


async def test_a_spent_quota_waits_for_the_next_day(stage: Stage) -> None:
    ids = [await stage.promise(await stage.enrol(stage.platform.follower(str(one))), "你好") for one in range(4)]
    await stage.platform.control("quotas", {"path": CUSTOM_SEND, "daily": 2, "minute": None})
    await stage.texts().run_once()
    states = sorted([(await stage.row(one)).state for one in ids])
    assert states == ["ready", "ready", "sent", "sent"]
    await stage.advance(60)
    assert await stage.texts().run_once() == 0
    await stage.advance(86_400)
    await stage.platform.control("quotas", {"path": CUSTOM_SEND, "daily": None, "minute": None})
    await stage.texts().run_once()
    assert {(await stage.row(one)).state for one in ids} == {"sent"}


async def test_a_call_too_fast_holds_the_lane_for_a_minute(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("error", CUSTOM_SEND, errcode=45011, times=1)
    await stage.texts().run_once()
    await stage.promise(await stage.enrol(stage.platform.follower("李师傅")), "你好")
    await stage.advance(50)
    assert await stage.texts().run_once() == 0
    await stage.advance(11)
    assert await stage.texts().run_once() == 2
    assert (await stage.row(row_id)).state == "sent"


async def test_a_rotation_of_the_token_goes_unnoticed(stage: Stage) -> None:
    for number in range(40):
        who = await stage.enrol(stage.platform.follower(str(number)))
        await stage.promise(who, "一")
        await stage.promise(who, "二")
    sender = stage.texts()
    assert await sender.run_once() == 40
    await stage.platform.control("tokens", {})
    assert await sender.run_once() == 40
    assert set(await stage.database.read(_states)) == {"sent"}
    assert len(stage.platform.calls(STABLE_TOKEN)) == 2


async def test_a_poison_row_does_not_block_the_lane(stage: Stage) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    poison = [
        await stage.put(
            NewDelivery(lane=LANE, body=body, due=stage.now(), created=stage.now(), repeatable=False, priority=0)
        )
        for body in ("", "{", "[]", '{"citizen_id":7}')
    ]
    good = await stage.promise(who, "你好", priority=9)
    await stage.texts().run_once()
    assert (await stage.row(good)).state == "sent"
    for row_id in poison:
        row = await stage.row(row_id)
        assert (row.state, row.attempts) == ("refused", 0)
        assert "body" in str(row.error)


class BrokenLane(CustomerMessages):
    """The lane with a bug that one text sets off."""

    def prepare(self, conn: Connection, claimed: Claimed) -> Prepared:
        """Prepare as usual, but break in the attempt."""
        prepared = super().prepare(conn, claimed)
        return Prepared(attempt=self._break) if "坏" in claimed.body else prepared

    async def _break(self) -> None:
        raise ZeroDivisionError


async def test_a_bug_in_one_delivery_leaves_the_others_alone(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    bad = await stage.promise(who, "坏")
    good = await stage.promise(who, "好")
    lane = BrokenLane(stage.api(), answers=no_answer, files=stage.files, limits=PLENTY)
    await stage.sender(lane).run_once()
    assert ((await stage.row(bad)).state, (await stage.row(good)).state) == ("attempting", "sent")
    assert any("in _break" in getattr(record, "traceback", "") for record in caplog.records)
    await stage.database.write(_end_leases)
    await stage.texts().run_once()
    assert (await stage.row(bad)).state == "uncertain"


async def test_a_row_that_was_tried_for_days_is_given_up(stage: Stage) -> None:
    row_id = await stage.promise(await stage.enrol(stage.platform.follower()), "你好")
    await stage.platform.fault("error", CUSTOM_SEND, errcode=-1, times=1)
    await stage.texts().run_once()
    await stage.advance(5 * 86_400)
    await stage.texts().run_once()
    row = await stage.row(row_id)
    assert (row.state, row.error) == ("refused", "given up after 1 attempts")
    assert len(stage.platform.calls(CUSTOM_SEND)) == 1


async def test_killed_between_claim_and_attempt_it_is_sent_by_another(stage: Stage) -> None:
    citizen = stage.platform.follower()
    await stage.texts().run_once()  # opens the lane
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.database.write(claims.claim, LANE, limit=50, lease_seconds=-1.0, now=stage.now())
    assert (await stage.row(row_id)).state == "leased"
    await stage.texts().run_once()
    assert (await stage.row(row_id)).state == "sent"
    assert stage.platform.texts(citizen) == ["你好"]


async def test_killed_in_an_attempt_the_message_is_uncertain(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=3.0, times=1)
    doomed = asyncio.create_task(stage.texts().run_once())
    await wait_for_text(stage, citizen)
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    assert (await stage.row(row_id)).state == "attempting"
    await stage.texts().run_once()
    assert (await stage.row(row_id)).state == "attempting"  # its lease still holds
    await stage.database.write(_end_leases)
    await stage.texts().run_once()
    assert (await stage.row(row_id)).state == "uncertain"
    assert stage.platform.texts(citizen) == ["你好"]


async def test_two_senders_send_everything_once(stage: Stage) -> None:
    people = [stage.platform.follower(str(number)) for number in range(60)]
    for citizen in people:
        await stage.promise(await stage.enrol(citizen), "你好")
    done = await asyncio.gather(*(stage.texts().run_once() for _ in range(2)))
    assert sum(done) == 60
    assert all(stage.platform.texts(citizen) == ["你好"] for citizen in people)


async def test_the_bucket_holds_for_two_senders_together(stage: Stage) -> None:
    for number in range(30):
        await stage.promise(await stage.enrol(stage.platform.follower(str(number))), "你好")
    limits = Limits(per_second=1, burst=10, day_limit=1000)
    done = await asyncio.gather(*(stage.texts(limits=limits).run_once() for _ in range(3)))
    assert 10 <= sum(done) <= 13  # the bucket, and what dripped in meanwhile


async def test_a_running_sender_is_woken_and_stops_when_all_is_done(stage: Stage) -> None:
    people = [stage.platform.follower(str(number)) for number in range(100)]
    sender, stop = stage.texts(), asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    async with stage.platform.sandbox.world.stream.listen() as happenings:
        for citizen in people:
            await stage.promise(await stage.enrol(citizen), "你好")
        sender.wake()
        async with asyncio.timeout(20.0):
            while not all(stage.platform.texts(citizen) for citizen in people):
                await happenings.get()
    stop.set()
    async with asyncio.timeout(10.0):
        await running
    assert await stage.database.read(_states) == ["sent"] * 100


async def test_a_stop_waits_for_the_attempt_that_has_begun(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=0.3)
    sender, stop = stage.texts(), asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    await wait_for_text(stage, citizen)
    stop.set()
    await running
    assert (await stage.row(row_id)).state == "sent"


async def test_a_sender_that_nobody_wakes_looks_by_itself(stage: Stage) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    stop = asyncio.Event()
    running = asyncio.create_task(stage.texts().run(stop))
    for number in range(2):
        await stage.promise(who, "你好")
        await wait_for_text(stage, citizen, number=number + 1)
    stop.set()
    await running


class NarrowLane(CustomerMessages):
    """The lane with room for one attempt at a time."""

    width = 1


async def test_a_full_lane_takes_no_more_than_it_has_room_for(stage: Stage) -> None:
    people = [stage.platform.follower(str(number)) for number in range(3)]
    for citizen in people:
        await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=0.1)
    sender, stop = (
        stage.sender(NarrowLane(stage.api(), answers=no_answer, files=stage.files, limits=PLENTY)),
        asyncio.Event(),
    )
    running = asyncio.create_task(sender.run(stop))
    async with stage.platform.sandbox.world.stream.listen() as happenings, asyncio.timeout(20.0):
        while not all(stage.platform.texts(citizen) for citizen in people):
            await happenings.get()
            sender.wake()
            states = await stage.database.read(_states)
            assert states.count("leased") + states.count("attempting") <= 1
    stop.set()
    await running


class HurriedLane(CustomerMessages):
    """The lane with hardly any time for an attempt."""

    attempt_seconds = 0.3


async def test_an_attempt_never_outlives_its_lease(stage: Stage) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=3.0)
    await stage.sender(HurriedLane(stage.api(), answers=no_answer, files=stage.files, limits=PLENTY)).run_once()
    row = await stage.row(row_id)
    assert (row.state, row.error) == ("uncertain", "the attempt took too long")


def _give_to_another(conn: Connection) -> None:
    conn.execute(update(rows).values(fence=rows.c.fence + 1))


async def test_a_row_given_to_another_meanwhile_is_left_to_it(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=0.3)
    sending = asyncio.create_task(stage.texts().run_once())
    await wait_for_text(stage, citizen)
    await stage.database.write(_give_to_another)
    await sending
    assert (await stage.row(row_id)).state == "attempting"
    assert "a delivery was settled by another" in caplog.messages


async def test_what_was_sent_is_counted(stage: Stage) -> None:
    await stage.promise(await stage.enrol(stage.platform.follower()), "你好")
    await stage.texts().run_once()
    assert b'wenming_deliveries_total{lane="customer_message",state="sent"} 1.0' in stage.metrics.page()


async def test_logs_name_rows_and_no_words_or_people(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    citizen.windows.close()
    await stage.promise(who, "私事")
    with caplog.at_level(logging.DEBUG):
        await stage.texts().run_once()
    said = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("bot."))
    assert "refused" in said
    assert "私事" not in said
    assert citizen.openid not in said
