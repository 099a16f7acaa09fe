"""我的信息 on the phone: from the chat to the page in its frame, a file to take away, erasing; large letters."""

import json
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, expect

from tests.browser.demo import Demo
from tests.browser.phone import NARROW, OpenPhone, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

SENTENCE = "槐树胡同口的橘猫昨夜又叫了"
LETTERS = """() => [...document.querySelectorAll("body *")]
    .filter((one) => one.childElementCount === 0 && one.innerText)
    .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
TARGETS = (
    """() => [...document.querySelectorAll("a, button, label")].map((one) => one.getBoundingClientRect().height)"""
)


async def _open_page(phone: Phone) -> FrameLocator:
    """Ask for 我的信息 and tap the link that the answer holds."""
    answer = await phone.says("我的信息")
    assert "我们记着您的这些" in answer
    await phone.bubbles.last.get_by_test_id("bubble-link").filter(has_text="看看、导出或删除").click()
    await expect(phone.get("page-sheet")).to_be_visible()
    page = phone.page.frame_locator('[data-testid="page-frame"]')
    await expect(page.locator("h1")).to_have_text("我的信息")
    return page


async def test_a_tap_opens_the_page_in_the_phone(phone: Phone) -> None:
    await phone.follows()
    await phone.says(SENTENCE)
    page = await _open_page(phone)
    await expect(page.locator("body")).to_contain_text(SENTENCE)
    await expect(page.locator("body")).to_contain_text(phone.openid)
    await expect(page.locator("script")).to_have_count(0)


async def test_everything_is_taken_away_as_a_file(phone: Phone, tmp_path: Path) -> None:
    await phone.follows()
    await phone.says(SENTENCE)
    page = await _open_page(phone)
    async with phone.page.expect_download() as coming:
        await page.get_by_text("导出成文件").click()
    download = await coming.value
    assert download.suggested_filename == "my-information.json"
    await download.save_as(tmp_path / "mine.json")
    held = json.loads((tmp_path / "mine.json").read_text("utf-8"))
    assert SENTENCE in [message["said"] for message in held["messages"]]


async def test_erasing_wants_the_tick_and_then_the_link_is_dead(phone: Phone) -> None:
    await phone.follows()
    await phone.says(SENTENCE)
    page = await _open_page(phone)
    erase = page.get_by_role("button", name="删除我的全部信息")
    await erase.click()  # without the tick the browser itself doesn't send
    await expect(page.locator("h1")).to_have_text("我的信息")
    await page.get_by_role("checkbox").check()
    await erase.click()
    await expect(page.locator("h1")).to_have_text("您的信息都删掉了")
    await phone.get("sheet-close").click()
    await expect(phone.get("page-sheet")).to_have_count(0)
    await phone.bubbles.last.get_by_test_id("bubble-link").filter(has_text="看看、导出或删除").click()
    page = phone.page.frame_locator('[data-testid="page-frame"]')
    await expect(page.locator("h1")).to_have_text("这里已经没有您的信息了")
    phone.complaints[:] = [one for one in phone.complaints if "410 (Gone)" not in one]  # which it is


async def test_it_can_be_read_and_tapped_and_fits(demo: Demo, open_phone: OpenPhone) -> None:
    phone = await open_phone(demo, narrow=True)
    await phone.follows(phone.get("profile-follow").tap())
    await phone.says(SENTENCE * 5)
    page = await _open_page(phone)
    await expect(page.locator("footer")).to_be_visible()
    frame = next(one for one in phone.page.frames if "/my?token=" in one.url)
    assert min(await frame.evaluate(LETTERS)) >= 18
    assert min(await frame.evaluate(TARGETS)) >= 48
    assert await frame.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.get_by_text("隐私说明").click()
    await expect(page.locator("h1")).to_have_text("隐私说明")
    assert min(await frame.evaluate(LETTERS)) >= 18
    assert min(await frame.evaluate(TARGETS)) >= 48
    assert await frame.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


async def test_consent_is_given_and_withdrawn_by_taps(phone: Phone) -> None:
    await phone.follows()
    assert "还没有请您同意过" in await phone.says("我的信息")
    assert "想记下您的姓名和电话" in await phone.taps("看看要同意什么")
    assert "记下您同意了" in await phone.answer_to(
        phone.bubbles.last.get_by_test_id("bubble-link").get_by_text("同意", exact=True).click()
    )
    assert "同意撤回了" in await phone.taps("撤回同意")
