"""Mass messages: audience, limits, client ids, the administrator, the event at the end."""

import time
from datetime import datetime

import aiohttp
import pytest

from bot.sandbox.clock import CHINA
from tests.sandbox.conftest import Staging
from tests.sandbox.service import Json, Stage
from tests.sandbox.test_library import draft

ALL = "/cgi-bin/message/mass/sendall"
LIST = "/cgi-bin/message/mass/send"
GET = "/cgi-bin/message/mass/get"
DAY = 86_400


def to_all(content: str = "通知", **more: object) -> Json:
    return {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": content}, **more}


def to_list(openids: list[str], content: str = "通知", **more: object) -> Json:
    return {"touser": openids, "msgtype": "text", "text": {"content": content}, **more}


async def crowd(stage: Stage, count: int) -> list[str]:
    return list((await stage.post("/control/crowd", count=count))["openids"])


async def report(stage: Stage, count: int = 1) -> Json:
    """The last of so many reports."""
    return (await stage.service.received(count, event="MASSSENDJOBFINISH"))[-1].fields


def counts(fields: Json) -> list[int]:
    return [int(fields[name]) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")]


async def start_of_month(stage: Stage) -> None:
    """Noon of a month's third day, so that the days after it stay in the month."""
    now = time.time()
    third = datetime(2027, 2, 3, 12, tzinfo=CHINA).timestamp()
    await stage.post("/control/clock", offset=third - now)


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_message_to_all_is_sent_and_reported_later(staged: Staging, form: str) -> None:
    stage = await staged(format=form)
    one, _ = await crowd(stage, 2)
    await stage.citizen(follows=False)
    job = await stage.api(ALL, to_all())
    assert (job["errcode"], job["errmsg"]) == (0, "send job submission success")
    fields = await report(stage)
    assert (int(fields["MsgID"]), fields["Status"], counts(fields)) == (job["msg_id"], "send success", [2, 2, 2, 0])
    assert await stage.api(GET, {"msg_id": job["msg_id"]}) == {"msg_id": job["msg_id"], "msg_status": "SEND_SUCCESS"}
    bubble = (await stage.inbox(one))[-1]
    assert (bubble["via"], bubble["kind"], bubble["text"]) == ("mass", "text", "通知")


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_articles_arrive_as_a_bundle_with_pages(staged: Staging, form: str) -> None:
    stage = await staged(format=form)
    openids = await crowd(stage, 2)
    body = {"touser": openids, "msgtype": "mpnews", "mpnews": {"media_id": await draft(stage)}}
    job = await stage.api(LIST, body)
    fields = await report(stage)
    (result,) = _listed(fields["ArticleUrlResult"]["ResultList"]["item"])
    assert int(fields["CopyrightCheckResult"]["Count"]) == 1
    bubble = (await stage.inbox(openids[0]))[-1]
    assert (bubble["kind"], bubble["articles"][0]["url"]) == ("news", result["ArticleUrl"])
    async with stage.client.get(result["ArticleUrl"]) as page:
        assert "周六一起来" in await page.text()
    gone = {"msg_id": job["msg_id"], "article_idx": 0}
    assert (await stage.api("/cgi-bin/message/mass/delete", gone))["errcode"] == 0
    async with stage.client.get(result["ArticleUrl"]) as page:
        assert page.status == 404
    assert (await stage.api(GET, {"msg_id": job["msg_id"]}))["msg_status"] == "DELETE"
    assert (await stage.inbox(openids[0]))[-1] == bubble


def _listed(value: object) -> list[Json]:
    """One repeated element of XML is no list."""
    return value if isinstance(value, list) else [dict(value)]  # type: ignore[call-overload]


async def test_those_who_left_fail_and_those_who_refuse_are_filtered(stage: Stage) -> None:
    openids = [await stage.citizen(name) for name in ("甲", "乙", "丙")]
    await stage.does(openids[1], "unfollows")
    await stage.does(openids[2], "refuses", messages=True)
    await stage.api(LIST, to_list(openids))
    assert counts(await report(stage)) == [3, 2, 1, 1]
    assert await stage.inbox(openids[2]) == []


async def test_a_tag_is_an_audience(stage: Stage) -> None:
    openids = await crowd(stage, 3)
    number = (await stage.api("/cgi-bin/tags/create", {"tag": {"name": "读书"}}))["tag"]["id"]
    await stage.api("/cgi-bin/tags/members/batchtagging", {"openid_list": openids[:2], "tagid": number})
    body = to_all() | {"filter": {"is_to_all": False, "tag_id": number}}
    await stage.api(ALL, body)
    assert counts(await report(stage)) == [2, 2, 2, 0]
    assert await stage.inbox(openids[2]) == []


async def test_four_a_month_for_each_receiver(stage: Stage) -> None:
    await start_of_month(stage)
    openids = await crowd(stage, 3)
    for number in range(4):
        assert (await stage.api(LIST, to_list(openids[:2], f"第{number}次")))["errcode"] == 0
    await report(stage, 4)
    assert (await stage.api(LIST, to_list(openids[:2], "第五次")))["errcode"] == 45028
    assert (await stage.api(LIST, to_list(openids, "第五次")))["errcode"] == 0
    assert counts(await report(stage, 5)) == [3, 1, 1, 0]
    await stage.post("/control/clock", advance=28 * DAY)
    assert (await stage.api(LIST, to_list(openids[:2], "下个月")))["errcode"] == 0


async def test_to_all_once_a_day(stage: Stage) -> None:
    await start_of_month(stage)
    await crowd(stage, 1)
    assert (await stage.api(ALL, to_all("一")))["errcode"] == 0
    assert (await stage.api(ALL, to_all("二")))["errcode"] == 45028
    await stage.post("/control/clock", advance=DAY)
    assert (await stage.api(ALL, to_all("二")))["errcode"] == 0


async def test_a_subscription_account_sends_once_a_day(staged: Staging) -> None:
    stage = await staged(account="verified_subscription")
    await start_of_month(stage)
    openids = await crowd(stage, 2)
    assert (await stage.api(LIST, to_list(openids)))["errcode"] == 48001
    for day in range(5):
        assert (await stage.api(ALL, to_all(f"第{day}天")))["errcode"] == 0
        await report(stage, day + 1)
        assert (await stage.api(ALL, to_all("再来")))["errcode"] == 45028
        await stage.post("/control/clock", advance=DAY)


async def test_limits_can_be_switched(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/mass", monthly=1)
    assert (await stage.api(LIST, to_list(openids, "一")))["errcode"] == 0
    await report(stage)
    assert (await stage.api(LIST, to_list(openids, "二")))["errcode"] == 45028


async def test_a_client_id_makes_one_job_in_24_hours(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    job = await stage.api(LIST, to_list(openids, clientmsgid="c1"))
    assert (await stage.api(LIST, to_list(openids, clientmsgid="c1")))["errcode"] == 45066
    await stage.post("/control/clock", advance=60)
    again = await stage.api(LIST, to_list(openids, clientmsgid="c1"))
    assert (again["errcode"], again["msg_id"]) == (45065, job["msg_id"])
    assert (await stage.api(LIST, to_list(openids, clientmsgid="c" * 33)))["errcode"] == 45067
    await stage.post("/control/clock", advance=DAY)
    assert (await stage.api(LIST, to_list(openids, clientmsgid="c1")))["msg_id"] != job["msg_id"]


async def test_without_a_client_id_the_same_content_is_refused(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    job = await stage.api(LIST, to_list(openids))
    await stage.post("/control/clock", advance=60)
    assert (await stage.api(LIST, to_list(openids)))["msg_id"] == job["msg_id"]
    assert (await stage.api(LIST, to_list(openids, "别的")))["errcode"] == 0


async def test_a_lost_answer_was_accepted_all_the_same(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/faults", where="api", kind="drop", path=LIST, times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await stage.api(LIST, to_list(openids, clientmsgid="c1"))
    await stage.post("/control/clock", advance=60)
    again = await stage.api(LIST, to_list(openids, clientmsgid="c1"))
    assert (again["errcode"], again["msg_id"]) == (45065, int((await report(stage))["MsgID"]))


@pytest.mark.parametrize(("confirm", "status"), [(True, "send success"), (False, "err(40001)"), (None, "err(40002)")])
async def test_the_administrator_has_half_an_hour(stage: Stage, confirm: bool | None, status: str) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/mass", confirmation="waits")
    job = await stage.api(LIST, to_list(openids))
    await _waits(stage)
    assert (await stage.api(GET, {"msg_id": job["msg_id"]}))["msg_status"] == "SENDING"
    if confirm is None:
        await stage.post("/control/clock", advance=1800)
    else:
        await stage.post(f"/control/mass/{job['msg_id']}", confirm=confirm)
    fields = await report(stage)
    assert (fields["Status"], counts(fields)[2]) == (status, 2 if confirm else 0)
    await stage.post(f"/control/mass/{job['msg_id']}", confirm=True, expect=409)


async def _waits(stage: Stage) -> None:
    """Until the job is before the administrator: the calls that ask give it its turns."""
    while not (await stage.get("/control/mass"))["jobs"][0]["waits"]:
        pass


async def test_an_administrator_who_always_refuses(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/mass", confirmation="refuses")
    await stage.api(LIST, to_list(openids))
    fields = await report(stage)
    assert (fields["Status"], counts(fields)) == ("err(40001)", [2, 0, 0, 0])
    assert (await stage.get("/control/mass"))["jobs"][0]["status"] == "SEND_FAIL"
    await stage.post("/control/mass", confirmation="maybe", expect=400)


async def test_sending_takes_its_time_by_the_clock(stage: Stage) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/mass", seconds=600)
    job = await stage.api(LIST, to_list(openids))
    assert (await stage.api(GET, {"msg_id": job["msg_id"]}))["msg_status"] == "SENDING"
    assert await stage.inbox(openids[0]) == []
    await stage.post("/control/clock", advance=600)
    assert (await report(stage))["Status"] == "send success"


@pytest.mark.parametrize(("errcode", "status"), [(None, "send fail"), (20001, "err(20001)")])
async def test_an_accepted_job_may_fail(stage: Stage, errcode: int | None, status: str) -> None:
    openids = await crowd(stage, 2)
    await stage.post("/control/faults", where="job", kind="fail", errcode=errcode)
    await stage.api(LIST, to_list(openids))
    fields = await report(stage)
    assert (fields["Status"], counts(fields)) == (status, [2, 2, 0, 2])


@pytest.mark.parametrize("kind", ["lose", "duplicate"])
async def test_reports_get_lost_or_come_twice(stage: Stage, kind: str) -> None:
    one, two = await crowd(stage, 2)
    await stage.post("/control/faults", where="push", kind=kind, path="MASSSENDJOBFINISH", times=1)
    await stage.api(LIST, to_list([one, two], "一"))
    if kind == "duplicate":
        await report(stage, 2)
        return
    await stage.api(LIST, to_list([one, two], "二"))
    await report(stage, 1)
    reported = await stage.service.received(1, event="MASSSENDJOBFINISH")
    assert len(reported) == 1
    assert len((await stage.get("/control/deliveries?via=mass"))["deliveries"]) == 4


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": ["a"]}, 40130),
        ({"touser": ["a", "b"]}, 40003),
        ({"touser": ["a"] * 10_001}, 40032),
        ({"touser": "a"}, 40031),
        ({"msgtype": "poem"}, 40008),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        ({"msgtype": "images", "images": {"media_ids": []}}, 40007),
    ],
)
async def test_mass_messages_against_the_rules(stage: Stage, changes: Json, errcode: int) -> None:
    openids = await crowd(stage, 2)
    assert (await stage.api(LIST, to_list(openids) | changes))["errcode"] == errcode
    assert (await stage.get("/control/mass"))["jobs"] == []


async def test_previews_count_in_nobodys_month(stage: Stage) -> None:
    openid = await stage.citizen("王阿姨")
    await stage.post("/control/mass", monthly=0)
    body = to_list([]) | {"touser": openid}
    assert (await stage.api("/cgi-bin/message/mass/preview", body))["errcode"] == 0
    body = to_list([]) | {"towxname": "王阿姨"}
    assert (await stage.api("/cgi-bin/message/mass/preview", body))["errcode"] == 0
    body = to_list([]) | {"towxname": "谁"}
    assert (await stage.api("/cgi-bin/message/mass/preview", body))["errcode"] == 40132
    assert [bubble["via"] for bubble in await stage.inbox(openid)] == ["preview", "preview"]


async def test_speed_and_unknown_jobs(stage: Stage) -> None:
    folder = "/cgi-bin/message/mass"
    assert await stage.api(f"{folder}/speed/get", {}) == {"speed": 0, "realspeed": 80}
    assert (await stage.api(f"{folder}/speed/set", {"speed": 4}))["errcode"] == 0
    assert await stage.api(f"{folder}/speed/get", {}) == {"speed": 4, "realspeed": 10}
    assert (await stage.api(f"{folder}/speed/set", {"speed": 5}))["errcode"] == 45083
    assert (await stage.api(GET, {"msg_id": 1}))["errcode"] == 40059


async def test_a_hundred_calls_a_day(stage: Stage) -> None:
    await stage.post("/control/quotas", path=ALL, daily=0)
    assert (await stage.api(ALL, to_all()))["errcode"] == 45009
