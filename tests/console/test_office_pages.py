"""The office's settings: hours, days that differ from the calendar, canned answers; two people, wrong input."""

from datetime import date

import pytest
from sqlalchemy import text

from bot.domain.permissions import Preset
from bot.domain.workdays import read_office_time
from tests.console.colleague import Colleague
from tests.console.conftest import Desk
from tests.conversations.desk import TUESDAY, is_at, now
from tests.town import Town

EMPTY = {f"{name}{number}": "" for name in ("begins", "ends") for number in (1, 2, 3, 4)}


@pytest.fixture
async def boss(town: Town, desk: Desk) -> Colleague:
    """An administrator on a Tuesday."""
    await is_at(town, TUESDAY)
    return await desk(Preset.ADMINISTRATOR, name="boss")


async def found(town: Town, question: str) -> object:
    return await town.database.read(lambda conn: conn.scalar(text(question)))


async def test_hours_are_set_and_count_at_once(town: Town, boss: Colleague) -> None:
    page = await boss.opens("/office")
    assert "现在是上班时间" in page.text
    hours = {**EMPTY, "begins1": "14:00", "ends1": "18:00"}
    assert (await boss.fills("/office", "/office", **hours)).leads_to == "/office"
    page = await boss.opens("/office")
    assert "办公时间已经改好" in page.text
    assert "现在是下班时间" in page.text
    citizen = await town.follower()
    await citizen.says("人工")
    citizen.sees("没人值班", "14:00")
    assert await found(town, "SELECT count(*) FROM audit WHERE action = 'office_hours_set'") == 1


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"begins1": "09:00"},
        {"begins1": "18:00", "ends1": "09:00"},
        {"begins1": "09:00", "ends1": "12:00", "begins2": "11:00", "ends2": "13:00"},
        {"begins1": "9 点", "ends1": "12:00"},
        {"begins1": "25:00", "ends1": "26:00"},
        {"begins1": "<b>", "ends1": "' OR 1=1"},
    ],
    ids=str,
)
async def test_hours_that_cannot_be_are_explained_and_kept_on_the_page(boss: Colleague, hours: dict[str, str]) -> None:
    page = await boss.fills("/office", "/office", **{**EMPTY, **hours})
    assert page.status == 422
    assert "时间没有改" in page.text
    assert page.form("/office").value("begins1") == hours.get("begins1", "")[:6]


async def test_hours_changed_meanwhile_are_shown_before_they_are_overwritten(desk: Desk, boss: Colleague) -> None:
    other = await desk(Preset.ADMINISTRATOR, name="other")
    form = (await boss.opens("/office")).form("/office")
    await other.fills("/office", "/office", **{**EMPTY, "begins1": "08:00", "ends1": "12:00"})
    page = await boss.sends(form, **{**EMPTY, "begins1": "10:00", "ends1": "16:00"})
    assert page.status == 409
    assert "08:00–12:00" in page.text
    assert page.form("/office").value("begins1") == "10:00"
    assert (await boss.sends(page.form("/office"))).leads_to == "/office"


async def test_a_day_is_moved_and_given_back_to_the_calendar(town: Town, boss: Colleague) -> None:
    day = date(2026, 12, 2)
    changed = await boss.fills("/office/days", "/office/days", day="2026-12-02", what="off", note="停电检修")
    assert changed.leads_to == "/office/days?year=2026"
    page = await boss.opens("/office/days?year=2026")
    assert "本单位定的：停电检修" in page.text
    times = await town.database.read(read_office_time, now(town))
    assert not times.is_workday(day)
    back = next(form for form in page.forms if ("day", "2026-12-02") in form.fields)
    await boss.sends(back, what="public")
    assert (await town.database.read(read_office_time, now(town))).is_workday(day)
    assert await found(town, "SELECT count(*) FROM audit WHERE action = 'workday_set'") == 2


async def test_public_holidays_and_make_up_days_are_listed(boss: Colleague) -> None:
    page = await boss.opens("/office/days?year=2026")
    assert "2026-02-17 星期二" in page.text
    assert "春节调休" in page.text


async def test_a_year_that_the_calendar_does_not_know_warns(boss: Colleague) -> None:
    assert "国家日历里还没有 2031 年" in (await boss.opens("/office/days?year=2031")).text
    assert "国家日历里还没有 2026 年" not in (await boss.opens("/office/days")).text


@pytest.mark.parametrize(
    ("day", "what", "note", "problem"),
    [
        ("", "off", "", "请写一个"),
        ("2026-02-30", "off", "", "请写一个"),
        ("1999-01-01", "off", "", "请写一个"),
        ("<b>", "off", "", "请写一个"),
        ("2026-12-02", "", "", "请选上班还是休息"),
        ("2026-12-02", "maybe", "", "请选上班还是休息"),
        ("2026-12-02", "off", "长" * 61, "说明最多 60 字"),
    ],
)
async def test_a_day_that_cannot_be_is_explained(
    town: Town, boss: Colleague, day: str, what: str, note: str, problem: str
) -> None:
    page = await boss.fills("/office/days", "/office/days", day=day, what=what, note=note)
    assert page.status == 422
    assert problem in page.text
    assert await found(town, "SELECT count(*) FROM workdays") == 0


@pytest.mark.parametrize("year", ["", "0", "9999", "x", "２０２６"])
async def test_a_year_that_makes_no_sense_is_this_one(boss: Colleague, year: str) -> None:
    assert "<h2>2026 年</h2>" in (await boss.opens(f"/office/days?year={year}")).text


async def test_canned_answers_are_added_changed_and_removed(town: Town, boss: Colleague) -> None:
    new = "/office/answers/new"
    assert (await boss.fills(new, new, title="已派人", body="已经派人去看。")).leads_to == "/office/answers"
    number = await found(town, "SELECT id FROM canned_answers")
    one = f"/office/answers/{number}"
    await boss.fills(one, one, title="已派人", body="已经派人去看，今天下班前回您。")
    assert "今天下班前回您" in (await boss.opens("/office/answers")).text
    await boss.fills(one, f"{one}/remove")
    assert await found(town, "SELECT count(*) FROM canned_answers") == 0
    assert (await boss.opens(one)).status == 404


@pytest.mark.parametrize(("title", "body"), [("", "好"), ("好", ""), ("长" * 31, "好"), ("好", "长" * 601)])
async def test_a_canned_answer_that_cannot_be_is_explained(town: Town, boss: Colleague, title: str, body: str) -> None:
    page = await boss.fills("/office/answers/new", "/office/answers/new", title=title, body=body)
    assert page.status == 422
    assert 'role="alert"' in page.text
    assert page.form("/office/answers/new").value("body") == body
    assert await found(town, "SELECT count(*) FROM canned_answers") == 0


async def test_two_people_change_the_same_answer(town: Town, desk: Desk, boss: Colleague) -> None:
    other = await desk(Preset.ADMINISTRATOR, name="other")
    new = "/office/answers/new"
    await boss.fills(new, new, title="已派人", body="旧的话。")
    one = f"/office/answers/{await found(town, 'SELECT id FROM canned_answers')}"
    form = (await boss.opens(one)).form(one)
    await other.fills(one, one, title="已派人", body="同事的话。")
    page = await boss.sends(form, body="我的话。")
    assert page.status == 409
    assert "同事的话。" in page.text
    assert page.form(one).value("body") == "我的话。"
    assert (await boss.sends(page.form(one))).status == 303
    form = (await boss.opens(one)).form(one)
    await other.fills(one, f"{one}/remove")
    gone = await boss.sends(form, body="还是我的话。")
    assert gone.status == 409
    assert "按“保存”会加成新的一条" in gone.text
    assert gone.form(new).value("body") == "还是我的话。"


@pytest.mark.parametrize("preset", [Preset.DESK, Preset.APPROVER, Preset.AUDITOR, Preset.DEPARTMENT])
@pytest.mark.parametrize("path", ["/office", "/office/days", "/office/answers", "/office/answers/new"])
async def test_only_who_may_set_things_sees_the_pages(desk: Desk, preset: Preset, path: str) -> None:
    assert (await (await desk(preset)).opens(path)).status == 403
