"""Fixtures of the browser tests: one browser and one demo a test process, phones as many as a test wants."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, demand_browser
from tests.browser.demo import Demo, run_demo
from tests.browser.phone import NARROW, WIDE, OpenPhone, Phone

expect.set_options(timeout=30_000)  # how soon things show is measured elsewhere; test machines are busy


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser that is installed; without one the test ends here."""
    return demand_browser()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    """A running browser without a window."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo as it starts without options: a verified service account, SQLite."""
    async with run_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_phone(browser: Browser) -> AsyncIterator[OpenPhone]:
    """Opens the phone page as a new citizen, each in a profile of its own; in the end no page may have complained."""
    contexts: list[BrowserContext] = []
    phones: list[Phone] = []

    async def open_one(demo: Demo, name: str = "王阿姨", *, narrow: bool = False) -> Phone:
        screen = NARROW if narrow else WIDE
        context = await browser.new_context(
            viewport=screen, is_mobile=narrow, has_touch=narrow, device_scale_factor=2 if narrow else 1, locale="zh-CN"
        )
        contexts.append(context)
        phone = Phone(await context.new_page(), await demo.moves_in(name))
        phones.append(phone)
        phone.watch()
        await phone.page.goto(f"{demo.address}/#{phone.openid}")
        return phone

    yield open_one
    for context in contexts:
        await context.close()
    assert [complaint for phone in phones for complaint in phone.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(demo: Demo, open_phone: OpenPhone) -> Phone:
    """The phone of a citizen who hasn't followed yet."""
    return await open_phone(demo)
