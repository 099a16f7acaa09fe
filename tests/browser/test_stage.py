"""The demo's stage: the phone left, the console right, a chair for each role, a tour, and starting all over."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.browser.demo import Demo, run_demo

pytestmark = pytest.mark.asyncio(loop_scope="session")
SLOW = 60_000  # milliseconds: everything starts again meanwhile


async def open_stage(browser: Browser, demo: Demo) -> tuple[Page, FrameLocator, list[str]]:
    page = await browser.new_page(viewport={"width": 1600, "height": 900}, locale="zh-CN")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await page.goto(f"{demo.address}/")
    return page, page.frame_locator("#beside-page"), complaints


async def test_every_chair_can_be_sat_in(browser: Browser, demo: Demo) -> None:
    page, stage, complaints = await open_stage(browser, demo)
    desk = stage.frame_locator("#desk")
    for role, display, sees in [
        ("受理岗", "张敏（演示）", "人工服务"),
        ("审核领导", "李主任（演示）", "概览"),
        ("部门联络员", "周磊（演示）", "知识库"),
        ("审计员", "吴萍（演示）", "审计日志"),
        ("管理员", "管理员（演示）", "人员"),
    ]:
        await stage.get_by_role("button", name=role, exact=True).click()
        await expect(desk.locator("header")).to_contain_text(display)
        await expect(desk.locator("nav").first).to_contain_text(sees)
    await page.close()
    assert complaints == []


async def test_the_tour_asks_on_the_phone_and_shows_it_at_the_desk(browser: Browser, demo: Demo) -> None:
    page, stage, complaints = await open_stage(browser, demo)
    await stage.get_by_role("button", name="带我看一遍").click()
    await expect(page.get_by_test_id("log")).to_contain_text("城市书房在哪里？")
    while await stage.get_by_text("第 9 步").count() == 0:
        title = await stage.locator("#tour-title").inner_text()
        await stage.get_by_role("button", name="下一步").click()
        await expect(stage.locator("#tour-title")).not_to_have_text(title)
    await expect(stage.frame_locator("#desk").locator("main")).to_contain_text("人工服务")
    await expect(page.get_by_test_id("log")).to_contain_text("人工")
    await stage.get_by_role("button", name="好，我来试试").click()
    await expect(stage.locator("#tour")).to_be_hidden()
    await page.close()
    assert complaints == []


async def test_the_traffic_is_a_click_away(browser: Browser, demo: Demo) -> None:
    page, _, _ = await open_stage(browser, demo)
    await expect(page.get_by_test_id("traffic")).to_be_hidden()
    await page.get_by_test_id("traffic-fold").click()
    await expect(page.get_by_test_id("traffic")).to_be_visible()
    await expect(page.get_by_test_id("beside")).to_be_hidden()
    await page.close()


async def test_starting_again_forgets_what_was_said(browser: Browser, tmp_path: Path) -> None:
    async with run_demo(tmp_path) as demo:
        page, stage, _ = await open_stage(browser, demo)
        await page.get_by_test_id("profile-follow").click()
        await page.get_by_test_id("menu-toggle").click()
        await page.get_by_test_id("composer").fill("这句话要忘掉")
        await page.get_by_test_id("composer").press("Enter")
        await expect(page.get_by_test_id("log")).to_contain_text("这句话要忘掉")
        await stage.get_by_role("button", name="重新开始").click()
        await expect(stage.locator("#notice")).to_be_visible()
        await expect(stage.locator("#notice")).to_be_hidden(timeout=SLOW)
        await expect(page.get_by_test_id("log")).not_to_contain_text("这句话要忘掉", timeout=SLOW)
        await stage.get_by_role("button", name="受理岗", exact=True).click()
        await expect(stage.frame_locator("#desk").locator("main")).to_contain_text("人工服务")
        await page.close()
