"""Take the pictures of the README and the guides: a conversation with the demo, the desk beside it."""

import asyncio
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from tests.browser.chromium import ARGUMENTS, find_browser
from tests.browser.demo import ROOT, Demo, run_demo
from tests.browser.guide_pictures import take_guide_pictures
from tests.browser.help_pictures import take_help_pictures
from tests.browser.phone import Phone

PICTURE = ROOT / "docs" / "images" / "demo.png"
_STAGE = ViewportSize(width=1500, height=860)
_SLOW = 30_000  # milliseconds: the demo has a processor with others
LARGEST = 200_000  # bytes


async def take_screenshots() -> None:
    """Run the demo and a browser, talk, and write the pictures.

    Raises:
        RuntimeError: there is no browser, or a picture has grown past its limit.
    """
    path = find_browser()
    if path is None:
        raise RuntimeError("no Chromium or Chrome found")
    with tempfile.TemporaryDirectory() as folder:
        async with run_demo(Path(folder) / "demo") as demo, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            page = await browser.new_page(viewport=_STAGE, locale="zh-CN")
            await _talk(page, demo)
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=PICTURE, animations="disabled")
            pictures = [PICTURE, *await take_help_pictures(browser, PICTURE.parent)]
            pictures += await take_guide_pictures(browser, PICTURE.parent)
            await browser.close()
    for picture in pictures:
        _shrink(picture)
        if picture.stat().st_size > LARGEST:
            raise RuntimeError(f"{picture} has {picture.stat().st_size} bytes, more than {LARGEST}")


def _shrink(picture: Path) -> None:
    """Keep 256 colours: a page has few, and the file is a third as large."""
    with Image.open(picture) as taken:
        few = taken.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


async def _talk(page: Page, demo: Demo) -> None:
    """Follow, ask with a typo, then for a person; sit down at the desk, take the conversation and answer."""
    await page.goto(demo.address)
    phone = Phone(page, openid="")  # the first citizen's, as a stranger gets it
    await phone.follows()
    await phone.says("大扫厨是星期几")
    await phone.says("人工")
    await phone.says("幸福路 12 号门口的井盖翘起来了")
    stage = page.frame_locator("#beside-page")
    await stage.get_by_role("button", name="受理岗", exact=True).click()
    desk = stage.frame_locator("#desk")
    await desk.get_by_role("link", name="人工服务").first.click()
    await desk.locator('[data-part="list"] a').filter(has_text="井盖").click()
    await desk.get_by_role("button", name="接手").click()
    await desk.locator("#help-text").fill("您好，师傅今天下午三点到。")
    await desk.get_by_role("button", name="发送").click()
    await expect(phone.bubbles.last).to_contain_text("下午三点到", timeout=_SLOW)


if __name__ == "__main__":
    asyncio.run(take_screenshots())
