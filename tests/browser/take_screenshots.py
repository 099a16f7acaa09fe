"""Take the README's picture: a real conversation with the demo, beside it the raw traffic."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.demo import ROOT, Demo, run_demo
from tests.browser.phone import WIDE, Phone

PICTURE = ROOT / "docs" / "images" / "demo.png"
LARGEST = 300 * 1024  # bytes


async def take_screenshots() -> None:
    """Run the demo and a browser, talk, and write the picture.

    Raises:
        RuntimeError: there is no browser, or the picture has grown past its limit.
    """
    path = find_browser()
    if path is None:
        raise RuntimeError("no Chromium or Chrome found")
    with tempfile.TemporaryDirectory() as folder:
        async with run_demo(Path(folder) / "demo") as demo, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            page = await browser.new_page(viewport=WIDE, locale="zh-CN")
            await _talk(page, demo)
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=PICTURE, animations="disabled")
            await browser.close()
    if PICTURE.stat().st_size > LARGEST:
        raise RuntimeError(f"{PICTURE} has {PICTURE.stat().st_size} bytes, more than {LARGEST}")


async def _talk(page: Page, demo: Demo) -> None:
    """Follow, ask with a typo, ask vaguely; then open the exchange in which the typo was answered."""
    await page.goto(demo.address)
    phone = Phone(page, openid="")  # the first citizen's, as a stranger gets it
    await phone.follows()
    await phone.says("大扫厨是星期几")
    await phone.says("广告")
    await phone.get("traffic-direction").select_option("push")
    await expect(phone.get("exchange")).to_have_count(3)
    await phone.get("exchange").nth(1).locator("summary").click()
    await page.get_by_role("heading", name="文明小助手", level=1).click()  # takes the cursor's frame off the text field


if __name__ == "__main__":
    asyncio.run(take_screenshots())
