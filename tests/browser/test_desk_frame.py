"""The console's frame in a browser: every page of the menu for axe, the keyboard, no scripts, colours."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.domain.permissions import Permission, Preset
from tests.browser.desk import POCKET, SCREEN, Screen, open_screen
from tests.console.colleague import Colleague, hire
from tests.town import Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = ("/", "/search", "/search?q=垃圾", "/nowhere", "/kept/gone")
NOT_FOUND = "404 (Not Found)"  # the browser's own note of the last two

OpenDesk = Callable[..., Awaitable[Screen]]


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Town]:
    """A town on SQLite, in the browser's loop."""
    async with open_town(tmp_path, sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(browser: Browser) -> AsyncIterator[OpenDesk]:
    """Opens browsers; in the end none may have complained."""
    screens: list[Screen] = []

    async def open_one(colleague: Colleague, *, narrow: bool = False, dark: bool = False) -> Screen:
        screen = await open_screen(
            browser, colleague, viewport=POCKET if narrow else SCREEN, colours="dark" if dark else "light"
        )
        screens.append(screen)
        return screen

    yield open_one
    for screen in screens:
        await screen.page.context.close()
    assert [one for screen in screens for one in screen.complaints if NOT_FOUND not in one] == []


async def everything(town: Town) -> Colleague:
    """Hire somebody who may do everything."""
    return await hire(town, Preset.ADMINISTRATOR, granted=list(Permission))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
async def test_every_page_of_the_menu_is_open_to_everybody(
    town: Town, open_desk: OpenDesk, narrow: bool, dark: bool
) -> None:
    desk = await open_desk(await everything(town), narrow=narrow, dark=dark)
    await desk.opens("/")
    links = [await link.get_attribute("href") for link in await desk.page.locator(".desk-menu a").all()]
    assert len(links) >= 4
    for path in (*PAGES, *(str(link).removeprefix("/desk") for link in links[1:])):
        await desk.opens(path)
        assert await desk.violations() == [], path
        overflow = await desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{path} is too wide by {overflow}"


async def test_strangers_are_asked_to_sign_in(town: Town, open_desk: OpenDesk) -> None:
    desk = await open_desk(Colleague(town))
    await desk.opens("/knowledge")
    await expect(desk.page).to_have_url(f"{desk.address}/desk/sign-in?next=/knowledge")
    assert await desk.violations() == []


async def test_the_keyboard_reaches_the_text_and_the_search(town: Town, open_desk: OpenDesk) -> None:
    desk = await open_desk(await everything(town))
    await desk.opens("/")
    await desk.page.keyboard.press("Tab")
    skip = desk.page.locator(".desk-skip")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_visible()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("main")).to_be_focused()
    await desk.page.keyboard.press("/")
    await expect(desk.page.get_by_label("全站搜索")).to_be_focused()
    await desk.page.keyboard.type("垃圾")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("h1")).to_have_text("搜索“垃圾”")


async def test_without_scripts_search_colours_and_menu_work(town: Town, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, color_scheme="dark")
    cookies = (await everything(town)).cookies
    await context.add_cookies([{"name": name, "value": value, "url": town.address} for name, value in cookies.items()])
    page = await context.new_page()
    await page.goto(f"{town.address}/desk/")
    await expect(page.locator("body")).to_have_css("background-color", "rgb(33, 37, 41)")
    await page.get_by_role("button", name="浅色").click()
    await expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    await page.get_by_label("全站搜索").fill("垃圾")
    await page.get_by_role("button", name="搜索", exact=True).click()
    await expect(page.locator("h1")).to_have_text("搜索“垃圾”")
    await page.get_by_role("link", name="知识库").first.click()
    await expect(page.locator(".desk-menu [aria-current]")).to_contain_text("知识库")
    await context.close()


async def test_colours_follow_the_system_until_one_is_chosen(town: Town, open_desk: OpenDesk) -> None:
    desk = await open_desk(await everything(town))
    await desk.opens("/")
    await desk.page.emulate_media(color_scheme="dark")
    await expect(desk.page.locator("body")).to_have_css("background-color", "rgb(33, 37, 41)")
    await desk.page.get_by_role("button", name="浅色").click()
    await expect(desk.page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    await expect(desk.page.get_by_role("button", name="浅色")).to_have_attribute("aria-pressed", "true")
