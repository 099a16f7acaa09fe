"""A day at the knowledge desk: asked in vain on the phone, written, approved by another, told; every page looked at."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.domain.permissions import Preset
from tests.browser.desk import POCKET, SCREEN, Screen, open_screen
from tests.console.colleague import hire
from tests.town import Citizen, Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

RIDDLE = "小区能不能装个自动浇花的机器"
ANSWER = "能装。先跟楼下邻居说一声，再找物业登记就行。"
SAMPLES = f"{RIDDLE}\n阳台装浇花机要批吗\n浇花机器谁给装"
REBUILT_WITHIN = 60_000  # milliseconds; on a busy machine
PATHS = (
    "/knowledge",
    "/knowledge/new",
    "/knowledge/unanswered",
    "/knowledge/ask?question=文明书房几点开门",
    "/knowledge/self-test",
    "/knowledge/synonyms",
    "/knowledge/wordings",
    "/knowledge/import",
    "/knowledge/articles/reading-room-hours",
    "/knowledge/articles/reading-room-hours/edit",
    "/knowledge/articles/reading-room-hours/versions",
)

Sit = Callable[..., Awaitable[Screen]]


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def sit(town: Town, browser: Browser) -> AsyncIterator[Sit]:
    """Signs somebody in before a screen; in the end no browser may have complained."""
    screens: list[Screen] = []

    async def sit_down(preset: Preset, name: str, **looks: object) -> Screen:
        colleague = await hire(town, preset, name=name)
        screens.append(await open_screen(browser, colleague, **looks))  # type: ignore[arg-type]
        return screens[-1]

    yield sit_down
    for screen in screens:
        await screen.page.context.close()
    assert [complaint for screen in screens for complaint in screen.complaints] == []


async def heard(citizen: Citizen) -> str:
    return "\n".join(str(bubble.get("text", "")) for bubble in await citizen.inbox())


async def test_from_unanswered_to_answered(town: Town, sit: Sit) -> None:
    citizen = await town.follower("李奶奶")
    await citizen.says(RIDDLE)
    officer, approver = await sit(Preset.DESK, "zhangsan"), await sit(Preset.APPROVER, "lisi")

    await officer.opens("/knowledge/unanswered")
    await expect(officer.get("h2", text=RIDDLE)).to_be_visible()
    await officer.get(".know-group .know-actions").get_by_text("新写一条", exact=True).click()
    await officer.page.wait_for_url("**/edit")
    await officer.page.get_by_label("答案", exact=False).first.fill(ANSWER)
    await officer.page.get_by_label("市民会这样问").fill(SAMPLES)
    await officer.page.get_by_label("市民问：").press_sequentially("浇花的机器能装吗")
    await expect(officer.get("#tried")).to_contain_text("最先想到的是您这份")
    await expect(officer.get("#looked")).to_contain_text("没有发现问题")
    assert await officer.violations() == []
    await officer.button("保存并送审").click()
    await expect(officer.get(".desk-said")).to_contain_text("已经送审")
    await expect(officer.button("批准，开始使用")).to_have_count(0)

    await approver.opens("/")
    await approver.get("main a", text=RIDDLE).click()
    assert await approver.violations() == []
    await approver.button("批准，开始使用").click()
    await expect(approver.get(".desk-said")).to_contain_text("已经批准")

    for _ in range(REBUILT_WITHIN // 200):
        if ANSWER in await heard(citizen):
            break
        await officer.page.wait_for_timeout(200)
    assert ANSWER in await heard(citizen)  # told without asking again
    await approver.button("撤下").first.click()
    await approver.page.get_by_label("为什么撤下").fill("物业不管了")
    await approver.get(".desk-confirm[open] button").click()
    await expect(approver.get(".desk-said")).to_contain_text("已经撤下")
    await citizen.says(RIDDLE)
    assert ANSWER not in citizen.heard


@pytest.mark.parametrize(
    ("viewport", "colours"), [(SCREEN, "light"), (SCREEN, "dark"), (POCKET, "light"), (POCKET, "dark")]
)
async def test_every_page_is_fit_for_everybody(town: Town, sit: Sit, viewport: object, colours: str) -> None:
    citizen = await town.follower("李奶奶")
    for question in (RIDDLE, "火星上能不能种玉米"):
        await citizen.says(question)
    officer = await sit(Preset.DESK, "zhangsan", viewport=viewport, colours=colours)
    for path in PATHS:
        await officer.opens(path)
        await officer.page.wait_for_load_state("networkidle")
        assert await officer.violations() == [], path
        wide = await officer.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide, f"{path} is wider than the screen"


async def test_without_scripts_everything_can_be_done(town: Town, browser: Browser) -> None:
    colleague = await hire(town, Preset.DESK, name="zhangsan")
    context = await browser.new_context(java_script_enabled=False, locale="zh-CN")
    await context.add_cookies(
        [{"name": name, "value": value, "url": town.address} for name, value in colleague.cookies.items()]
    )
    page = await context.new_page()
    try:
        await page.goto(f"{town.address}/desk/knowledge/new")
        await page.get_by_label("标题").fill("能装浇花机吗？")
        await page.get_by_label("市民会这样问").fill(SAMPLES)
        await page.get_by_label("市民问：").fill("浇花的机器能装吗")
        await page.get_by_label("市民问：").press("Enter")  # tries, and saves nothing
        await expect(page.locator("#tried")).to_contain_text("最先想到的是您这份")
        await page.locator("#field-answer").fill(ANSWER)
        await page.get_by_role("button", name="只保存").click()
        await expect(page.locator(".desk-said")).to_contain_text("已经保存为草稿")
    finally:
        await context.close()
