"""How things stand, over HTTP: the figures are those of the messages, the switch stops what goes out, alarms show."""

import io
import re
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from bot.clock import Clock
from bot.commands import open_seal
from bot.domain.permissions import Permission, Preset
from bot.jobs.figures import DailyFigures
from bot.jobs.missed import MissedQuestions
from bot.outbound.delivery import CustomerText, LaneName, text_delivery
from store import audit, failures, heartbeats, lanes, outbox, publications, service
from store.database import Connection
from store.heartbeats import Beat
from store.publications import PublicationKind
from tests.console.colleague import Page
from tests.console.conftest import Desk
from tests.town import Town

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


def figure(page: Page, name: str) -> str:
    """Return a figure of the page."""
    found = re.search(rf'data-figure="{name}">([^<]*)<', page.text)
    assert found, f"no figure {name}"
    return found[1]


def now(town: Town) -> datetime:
    return Clock(town.settings.clock_offset_file).now()


async def actions(town: Town) -> list[str]:
    """Return the actions in the audit log."""
    return [line.action for line in reversed(await town.database.read(audit.search, audit.Search()))]


async def put_citizens_message(town: Town, citizen_id: str) -> None:
    def put(conn: Connection) -> None:
        outbox.enqueue(conn, text_delivery(CustomerText(citizen_id=citizen_id, text="您好"), now(town)))

    await town.database.write(put)


async def test_the_figures_are_those_of_the_messages(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.DESK)
    first, second = await town.follower(), await town.follower("李大爷")
    await first.says("你好")
    await first.says("谁偷了我的奶酪呀呀呀")
    await second.says("谁偷了我的奶酪呀呀呀")
    page = await colleague.opens("/overview")
    assert page.status == 200
    assert (figure(page, "messages"), figure(page, "refused")) == ("3", "2")
    assert figure(page, "share") == "33.3%"
    assert figure(page, "followed") == "+2"
    assert figure(page, "waiting") == "0"
    await DailyFigures(town.database, clock=Clock(town.settings.clock_offset_file)).run_once()
    assert figure(await colleague.opens("/overview"), "messages") == "3"


async def test_who_waits_for_a_person_is_counted(town: Town, desk: Desk) -> None:
    colleague, citizen = await desk(Preset.DESK), await town.follower()
    await citizen.says("人工")
    page = await colleague.opens("/overview")
    assert figure(page, "waiting") == "1"
    assert "等得最久的已等" in page.text


async def test_the_quiet_switch_stops_what_goes_out_and_shows_on_every_page(town: Town, desk: Desk) -> None:
    leader, colleague = await desk(Preset.APPROVER), await desk(Preset.DESK)
    citizen = await town.follower()
    switched = await leader.fills("/overview/quiet", "/overview/quiet/on", reason="演练", sure="yes")
    assert switched.leads_to == "/overview/quiet"
    for path in ("/", "/overview", "/knowledge", "/account"):
        page = await colleague.opens(path)
        assert 'data-banner="quiet"' in page.text, path
        assert "演练" in page.text
    await citizen.says("你好")
    citizen.sees("系统正在维护")
    citizen_id = await town.database.read(lambda conn: conn.exec_driver_sql("SELECT citizen_id FROM citizens").scalar())
    await put_citizens_message(town, str(citizen_id))
    await citizen.says("还在吗")
    assert await town.calls("/cgi-bin/message/custom/send") == []
    lifted = await leader.sends((await leader.opens("/overview/quiet")).form("/overview/quiet/off"))
    assert lifted.leads_to == "/overview/quiet"
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert len(await town.calls("/cgi-bin/message/custom/send")) == 1
    assert 'data-banner="quiet"' not in (await colleague.opens("/")).text
    assert [one for one in await actions(town) if one.startswith("quiet")] == ["quiet_on", "quiet_off"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "", "sure": "yes"}, "请写明原因"),
        ({"reason": "x" * 101, "sure": "yes"}, "原因最多"),
        ({"reason": "演练"}, "请先勾选"),
        ({"reason": HOSTILE}, "请先勾选"),
    ],
)
async def test_switching_without_a_reason_or_without_being_sure_does_nothing(
    town: Town, desk: Desk, fields: dict[str, str], words: str
) -> None:
    leader = await desk(Preset.APPROVER)
    page = await leader.fills("/overview/quiet", "/overview/quiet/on", **fields)
    assert page.status == 422
    assert words in page.text
    assert "<script>alert" not in page.text
    assert await town.database.read(service.find_quiet) is None


async def test_two_who_switch_at_once_switch_once(town: Town, desk: Desk) -> None:
    one, other = await desk(Preset.APPROVER), await desk(Preset.ADMINISTRATOR)
    form = (await other.opens("/overview/quiet")).form("/overview/quiet/on")
    await one.fills("/overview/quiet", "/overview/quiet/on", reason="甲", sure="yes")
    await other.sends(form, reason="乙", sure="yes")
    quiet = await town.database.read(service.find_quiet)
    assert quiet is not None
    assert quiet.reason == "甲"
    assert "同事已经先一步" in (await other.opens("/overview/quiet")).text
    assert (await actions(town)).count("quiet_on") == 1


async def test_who_may_not_switch_neither_sees_nor_does(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.DESK)
    assert (await colleague.opens("/overview/quiet")).status == 403
    assert "一键静默</a>" not in (await colleague.opens("/overview")).text


async def test_a_silent_worker_is_on_every_page(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.DESK)

    def plant(conn: Connection) -> None:
        beat = Beat(what="sender:media", patience=60, alive=75)
        heartbeats.put(conn, "worker-9/1", [beat], running=500)

    assert 'data-banner="silent"' not in (await colleague.opens("/")).text
    await town.database.write(plant)
    for path in ("/", "/knowledge", "/overview"):
        page = await colleague.opens(path)
        assert 'data-banner="silent"' in page.text, path
        assert "取市民的图片和语音" in page.text
    assert "没有动静" in (await colleague.opens("/overview/state")).text
    await town.database.write(heartbeats.leave, "worker-9/1")
    assert 'data-banner="silent"' not in (await colleague.opens("/")).text


async def test_the_loops_of_this_service_are_alive(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.ADMINISTRATOR)
    await town.until("SELECT count(*) FROM heartbeats WHERE what LIKE 'sender:%'", 3)
    page = await colleague.opens("/overview/state")
    assert page.status == 200
    for words in ("发给市民的消息", "统计每天的消息", "更新知识索引", "照看人工对话", "报平安"):
        assert words in page.text
    assert "job:" not in page.text
    assert "和数据库一致" in page.text


async def test_a_service_that_stops_says_goodbye(town: Town) -> None:
    await town.until("SELECT count(*) FROM heartbeats WHERE what = 'process'")
    town.stop.set()
    await town.until("SELECT count(*) FROM heartbeats", 0)


async def test_a_failed_run_shows_its_error_but_not_its_words(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.ADMINISTRATOR)

    def plant(conn: Connection) -> None:
        beat = Beat(what="job:Cleanup", patience=3600, alive=1, failed=5, error="DiskFull")
        heartbeats.put(conn, "other/1", [beat], running=500)

    await town.database.write(plant)
    assert "DiskFull" in (await colleague.opens("/overview/state")).text


async def test_a_blocked_lane_says_why_and_what_to_do(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.ADMINISTRATOR)
    await town.until("SELECT count(*) FROM lanes", 3)

    def block(conn: Connection) -> None:
        reason = "errcode 40164: add this server's public address (invalid ip)"
        lanes.block(conn, LaneName.CUSTOMER_MESSAGE, until=now(town) + timedelta(minutes=5), reason=reason)

    await town.database.write(block)
    page = await colleague.opens("/overview/state")
    assert "IP 白名单" in page.text
    assert "errcode 40164" in page.text


async def test_failures_stand_with_their_number_and_without_words(town: Town, desk: Desk) -> None:
    colleague, seal = await desk(Preset.ADMINISTRATOR), open_seal(town.settings)
    await town.database.write(
        failures.record, seal, reference="AB12CD", openid="o1", raw="秘密", error="KeyError", now=now(town)
    )
    page = await colleague.opens("/overview/state")
    assert "AB12CD" in page.text
    assert "KeyError" in page.text
    assert "秘密" not in page.text


async def test_ten_days_without_publication_warn(town: Town, desk: Desk) -> None:
    colleague = await desk(Preset.DESK)

    async def published(days: int) -> Page:
        at = now(town) - timedelta(days=days)
        await town.database.write(publications.note, kind=PublicationKind.ARTICLE, title="文明养犬", by="desk", at=at)
        return await colleague.opens("/overview")

    tenth = await published(10)
    assert 'data-warning="no-publication"' in tenth.text
    assert figure(tenth, "published") == "10"
    assert "已经 10 天没有发布" in (await colleague.opens("/")).text
    ninth = await published(9)
    assert 'data-warning="no-publication"' not in ninth.text
    assert "没有发布" not in (await colleague.opens("/")).text


async def test_ten_days_of_service_without_any_publication_warn(town: Town, desk: Desk) -> None:
    colleague, citizen = await desk(Preset.DESK), await town.follower()
    assert 'data-warning="no-publication"' not in (await colleague.opens("/overview")).text
    await citizen.says("你好")
    clock = Clock(town.settings.clock_offset_file)
    await town.control("clock", offset=11 * 86_400)
    await DailyFigures(town.database, clock=clock).run_once()
    colleague = await desk(Preset.DESK, name="later")
    page = await colleague.opens("/overview")
    assert 'data-warning="no-publication"' in page.text
    assert "还没有记下过发布" in page.text


async def test_a_publication_is_noted_and_taken_back(town: Town, desk: Desk) -> None:
    editor = await desk(Preset.DESK)
    noted = await editor.fills("/overview/publications", "/overview/publications", title=HOSTILE[:60])
    assert noted.leads_to == "/overview/publications"
    page = await editor.opens("/overview/publications")
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert figure(await editor.opens("/overview"), "published") == "0"
    removing = next(form for form in page.forms if form.action.endswith("/remove"))
    assert (await editor.sends(removing)).status == 303
    assert await town.database.read(publications.list_newest, most=5) == []
    assert [one for one in await actions(town) if one.startswith("publication")] == [
        "publication_noted",
        "publication_removed",
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "请写标题"),
        ({"title": "长" * 65}, "标题最多"),
        ({"title": "好", "kind": "else"}, "请选类型"),
        ({"title": "好", "at": "yesterday"}, "请填发布的日期"),
        ({"title": "好", "at": "2100-01-01T00:00"}, "还没有到"),
        ({"title": "好", "at": "0001-01-01T00:00"}, "请填发布的日期"),
        ({"title": "好", "at": "2026-01-01T00:00+00:00"}, "请填发布的日期"),
    ],
)
async def test_a_publication_that_makes_no_sense_is_not_noted(
    town: Town, desk: Desk, fields: dict[str, str], words: str
) -> None:
    editor = await desk(Preset.DESK)
    page = await editor.fills("/overview/publications", "/overview/publications", **fields)
    assert page.status == 422
    assert words in page.text
    assert fields["title"][:60] in page.text
    assert await town.database.read(publications.list_newest, most=5) == []


async def test_a_publication_that_is_not_there_is_missing(town: Town, desk: Desk) -> None:
    editor, leader = await desk(Preset.DESK), await desk(Preset.APPROVER)
    await editor.fills("/overview/publications", "/overview/publications", title="好")
    page = await editor.opens("/overview/publications")
    form = next(form for form in page.forms if form.action.endswith("/remove"))
    form.action = "/desk/overview/publications/999/remove"
    assert (await editor.sends(form)).status == 404
    assert "publication_removed" not in await actions(town)
    shown = await leader.opens("/overview/publications")  # may look, but not note
    assert "记一次发布" not in shown.text


async def test_the_month_and_its_workbook(town: Town, desk: Desk) -> None:
    leader = await desk(Preset.APPROVER)
    citizen = await town.follower()
    missed = '=HYPERLINK("http://evil.example","谁偷了奶酪")'
    await citizen.says("你好")
    for _ in range(2):
        await citizen.says(missed)
    await MissedQuestions(town.database, clock=Clock(town.settings.clock_offset_file)).run_once()
    page = await leader.opens("/overview/month")
    assert page.status == 200
    assert figure(page, "messages") == "3"
    assert "谁偷了奶酪" in page.text
    assert "2 次" in page.text
    name = re.search(r"/overview/month\.xlsx\?month=(\d{4}-\d\d)", page.text)
    assert name
    url = f"{town.address}/desk/overview/month.xlsx?month={name[1]}"
    cookies = "; ".join(f"{key}={value}" for key, value in leader.cookies.items())
    async with town.session.get(url, headers={"Cookie": cookies}) as answer:
        assert answer.status == 200
        book = load_workbook(io.BytesIO(await answer.read()))
    summary, days, questions = book.worksheets
    found = {row[0].value: row[1].value for row in summary.iter_rows()}
    assert found["市民消息（条）"] == 3
    assert found["没有答上（条）"] == 2
    assert found["答上的比例"] == pytest.approx(1 / 3, abs=1e-4)
    assert sum(int(row[1].value) for row in days.iter_rows(min_row=2)) == 3
    cell = questions.cell(row=2, column=3)
    assert cell.value == missed
    assert cell.data_type == "s"
    assert "month_exported" in await actions(town)


@pytest.mark.parametrize("month", ["2026-13", "x", "9999-01", "2026-1", "-026-01"])
async def test_a_month_that_is_none_is_missing(town: Town, desk: Desk, month: str) -> None:
    leader = await desk(Preset.APPROVER)
    assert (await leader.opens(f"/overview/month?month={month}")).status == 404


async def test_words_of_an_erased_citizen_leave_the_month(town: Town, desk: Desk) -> None:
    leader, citizen = await desk(Preset.APPROVER), await town.follower()
    await citizen.says("谁偷了我的奶酪呀呀呀")
    await MissedQuestions(town.database, clock=Clock(town.settings.clock_offset_file)).run_once()
    assert "奶酪" in (await leader.opens("/overview/month")).text
    await citizen.does("unfollows")
    page = await leader.opens("/overview/month")
    assert "奶酪" not in page.text
    assert "原话已按规定清除" in page.text


async def test_who_has_no_business_here_is_refused(desk: Desk) -> None:
    auditor, clerk = await desk(Preset.AUDITOR), await desk(Preset.DEPARTMENT)
    for one in (auditor, clerk):
        for path in ("/overview", "/overview/state", "/overview/month", "/overview/publications"):
            assert (await one.opens(path)).status == 403, path


async def test_the_permission_alone_opens_it(desk: Desk) -> None:
    clerk = await desk(Preset.DEPARTMENT, granted=[Permission.OVERVIEW])
    assert (await clerk.opens("/overview")).status == 200
