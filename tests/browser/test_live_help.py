"""Live help in real browsers: a citizen on the phone page, two officers at the console, words and photos both ways."""

import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, BrowserContext, FilePayload, expect
from sqlalchemy import delete

from bot.clock import TOWN
from bot.domain.help import hand_over
from bot.domain.permissions import Preset
from store.database import Connection
from store.tables import staff_sessions
from tests.browser.desk import POCKET, Screen, open_screen
from tests.browser.phone import WIDE, Phone
from tests.console.colleague import hire
from tests.conversations.desk import TUESDAY, is_at
from tests.town import Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 1000  # milliseconds
LINES = '[data-part="lines"]'
LIST = '[data-part="list"]'
COMPOSER = "#help-text"
BADGE = '[data-badge="help"] [data-count]'

OpenScreen = Callable[..., Awaitable[Screen]]


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Town]:
    """A town on a morning of work, with nobody calling yet."""
    async with open_town(tmp_path, sqlite_url) as opened:
        await is_at(opened, TUESDAY)
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(browser: Browser, town: Town) -> AsyncIterator[OpenScreen]:
    """Opens a browser as an officer of this name; in the end no page may have complained."""
    screens: list[Screen] = []

    async def open_one(display: str, path: str = "/help", **options: object) -> Screen:
        colleague = await hire(town, Preset.DESK, name=f"officer{len(screens)}", display=display)
        screen = await open_screen(browser, colleague, **options)  # type: ignore[arg-type]
        screens.append(screen)
        await screen.opens(path)
        await expect(screen.get('body[data-heard="state"]')).to_have_count(1)
        return screen

    yield open_one
    for screen in screens:
        await screen.page.context.close()
    assert [complaint for screen in screens for complaint in screen.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def citizen(browser: Browser, town: Town) -> AsyncIterator[Phone]:
    """A citizen who follows the account, with the phone in hand."""
    context: BrowserContext = await browser.new_context(viewport=WIDE, locale="zh-CN")
    who = await town.moves_in("王阿姨")
    phone = Phone(await context.new_page(), who.openid)
    phone.watch()
    await phone.page.goto(f"{town.sandbox.base_url}/#{who.openid}")
    await phone.follows()
    yield phone
    await context.close()
    assert phone.complaints == []


def photo() -> FilePayload:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(made, "PNG")
    return FilePayload(name="现场.png", mimeType="image/png", buffer=made.getvalue())


async def calls(citizen: Phone, words: str = "门口的井盖翘起来了") -> None:
    """Ask for a person and say why."""
    await citizen.says("人工")
    await citizen.says(words)


async def takes(screen: Screen) -> None:
    """Open the conversation that waits and claim it."""
    await screen.get(f"{LIST} a").first.click()
    await screen.button("接手").click()
    await expect(screen.get(COMPOSER)).to_be_visible()


async def writes(citizen: Phone, words: str) -> None:
    """Write while a person answers: the bot says nothing."""
    before = await citizen.own().count()
    await citizen.takes_keyboard()
    await citizen.get("composer").fill(words)
    await citizen.get("composer").press("Enter")
    await expect(citizen.own()).to_have_count(before + 1)


async def test_a_morning_with_two_officers_and_a_photo(officer: OpenScreen, citizen: Phone) -> None:
    first, second = await officer("张三"), await officer("李四", "/")

    await citizen.says("人工")
    for screen in (first, second):  # both know within a second, on whatever page they are
        await expect(screen.get(BADGE)).to_have_text("1", timeout=AT_ONCE)
        assert (await screen.page.title()).startswith("(1) ")
    await citizen.says("门口的井盖翘起来了")
    await expect(first.get(LIST)).to_contain_text("井盖翘起来了", timeout=AT_ONCE)

    await second.get('.desk-menu a[href="/desk/help"]').click()
    await second.get(f"{LIST} a").first.click()
    await takes(first)
    await expect(second.get('[data-part="head"]')).to_contain_text("张三已接手", timeout=AT_ONCE)
    await expect(second.button("接手")).to_have_count(0)
    await expect(second.get(BADGE)).to_have_text("0")

    await first.get(COMPOSER).fill("您好，师傅下午三点到。")
    await first.get(COMPOSER).press("Control+Enter")
    await expect(citizen.bubbles.last).to_have_text("【工作人员】您好，师傅下午三点到。")
    await expect(first.get(f"{LINES} .help-staff")).to_contain_text("已发出")
    await expect(first.get(COMPOSER)).to_have_value("")
    await expect(first.get(COMPOSER)).to_be_focused()

    await writes(citizen, "好的，谢谢")
    await expect(first.get(LINES)).to_contain_text("好的，谢谢", timeout=AT_ONCE)
    await expect(second.get(LINES)).to_contain_text("好的，谢谢", timeout=AT_ONCE)

    await citizen.opens_plus("plus-photo")
    await citizen.get("photo-sample").first.click()
    await expect(first.get(f"{LINES} .help-citizen img")).to_be_visible()
    await first.get("#help-photo").set_input_files(photo())
    await expect(first.get("#help-preview")).to_be_visible()
    await first.button("发送").click()
    await expect(first.get(f"{LINES} .help-staff img")).to_be_visible()
    await expect(citizen.page.locator('[data-from="account"][data-kind="image"]')).to_have_count(1)

    async with first.page.expect_response(re.compile("/draft$")):
        await first.get(COMPOSER).fill("正在问市政")
    await first.button("转给同事").click()
    await first.get("#help-to").select_option(label="李四")
    await first.button("转给他").click()
    await expect(first.get(".desk-said")).to_contain_text("已经转给李四")
    await expect(second.get(COMPOSER)).to_have_value("正在问市政", timeout=AT_ONCE)

    await second.button("交还机器人").first.click()
    await second.button("交还机器人").last.click()
    await expect(second.get(".desk-said")).to_contain_text("已经交还机器人")
    await expect(citizen.bubbles.last).to_contain_text("现在由小助手回答您")
    assert "星期五" in await citizen.says("大扫除哪天搞")


async def test_what_is_being_typed_stays_when_the_conversation_moves_on(
    officer: OpenScreen, citizen: Phone, town: Town
) -> None:
    await calls(citizen)
    screen = await officer("张三")
    await takes(screen)
    await screen.get(COMPOSER).fill("这句话还没写完")
    await writes(citizen, "在吗")
    await expect(screen.get(LINES)).to_contain_text("在吗", timeout=AT_ONCE)
    await expect(screen.get(COMPOSER)).to_have_value("这句话还没写完")
    await expect(screen.get(COMPOSER)).to_be_focused()
    other = await officer("李四")
    number = re.findall(r"/help/(\d+)", screen.page.url)[0]
    await town.database.write(_gives_to_another, int(number))
    await expect(screen.get('[data-part="head"]')).to_contain_text("李四已接手", timeout=AT_ONCE)
    await expect(screen.get("#help-unsent")).to_have_value("这句话还没写完")
    await expect(other.get(f"{LIST} a")).to_have_count(1)


def _gives_to_another(conn: Connection, number: int) -> None:
    """Hand over as the first officer's other browser would."""
    hand_over(conn, number, to=2, staff_id=1, now=datetime(2026, 12, 1, 10, 5, tzinfo=TOWN))


async def test_it_rings_for_news_once_and_not_when_muted(officer: OpenScreen, citizen: Phone) -> None:
    screen = await officer("张三")
    rings = screen.get("body[data-rang]")
    await calls(citizen)
    await expect(screen.get('body[data-rang="1"]')).to_have_count(1, timeout=AT_ONCE)
    await takes(screen)
    await screen.button("静音").click()
    await expect(screen.button("静音")).to_have_attribute("aria-pressed", "true")
    await writes(citizen, "在吗")
    await expect(screen.get(LINES)).to_contain_text("在吗", timeout=AT_ONCE)
    await expect(rings).to_have_count(0)  # since the page was opened anew


async def test_the_keyboard_is_enough(officer: OpenScreen, citizen: Phone) -> None:
    await calls(citizen)
    screen = await officer("张三")
    keys = screen.page.keyboard
    await keys.press("?")
    await expect(screen.get("#help-keys")).to_be_visible()
    await keys.press("Escape")
    await keys.press("j")
    await keys.press("Enter")
    await expect(screen.get("#help-title")).to_be_visible()
    await screen.button("接手").press("Enter")
    await expect(screen.get(COMPOSER)).to_be_visible()
    await keys.press("r")
    await keys.type("rj?")
    await expect(screen.get(COMPOSER)).to_have_value("rj?")
    await keys.press("Escape")
    await expect(screen.get(COMPOSER)).not_to_be_focused()
    await keys.press("k")
    await expect(screen.get(f"{LIST} a").first).to_be_focused()
    await writes(citizen, "在吗")
    await expect(screen.get(LINES)).to_contain_text("在吗", timeout=AT_ONCE)
    await expect(screen.get(f"{LIST} a").first).to_be_focused()


async def test_a_second_page_of_the_same_browser_listens_through_the_first(officer: OpenScreen, citizen: Phone) -> None:
    screen = await officer("张三")
    streams: list[str] = []
    other = await screen.page.context.new_page()
    other.on("request", lambda request: streams.append(request.url) if request.url.endswith("/feed") else None)
    await other.goto(f"{screen.address}/desk/help")
    await calls(citizen)
    await expect(other.locator(BADGE)).to_have_text("1", timeout=AT_ONCE)
    assert streams == []
    await screen.page.close()
    await citizen.says("还在吗")
    await expect(other.locator(LIST)).to_contain_text("还在吗", timeout=5 * AT_ONCE)
    assert len(streams) == 1


async def test_the_page_says_that_the_session_is_over(officer: OpenScreen, citizen: Phone, town: Town) -> None:
    await calls(citizen)
    screen = await officer("张三")
    await takes(screen)
    async with screen.page.expect_response(re.compile("/draft$")):
        await screen.get(COMPOSER).fill("还没发出去的话")
    await town.database.write(_ends_all_sessions)
    await writes(citizen, "在吗")
    await expect(screen.get('[data-live-state="refused"]')).to_be_visible(timeout=5 * AT_ONCE)
    await expect(screen.get(COMPOSER)).to_have_value("还没发出去的话")


def _ends_all_sessions(conn: Connection) -> None:
    conn.execute(delete(staff_sessions))


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
async def test_axe_finds_nothing(
    officer: OpenScreen, citizen: Phone, town: Town, browser: Browser, colours: str, narrow: bool
) -> None:
    await calls(citizen, "我不想活了，电话 13812345678")
    options = {"colours": colours, **({"viewport": POCKET} if narrow else {})}
    screen = await officer("张三", **options)
    assert await screen.violations() == []
    await takes(screen)
    await screen.button("写内部备注").click()
    await screen.get("#help-note").fill("请多留意")
    await screen.button("存为内部备注").click()
    await expect(screen.get(f"{LINES} .help-note")).to_be_visible()
    await screen.get(COMPOSER).fill("您好")
    await screen.button("发送").click()
    await expect(screen.get(f"{LINES} .help-staff")).to_be_visible()
    await screen.button("常用答复").click()
    assert await screen.violations() == []
    boss = await open_screen(browser, await hire(town, Preset.ADMINISTRATOR, name="boss"), **options)  # type: ignore[arg-type]
    for path in ("/office", "/office/days", "/office/days?year=2031", "/office/answers", "/office/answers/new"):
        await boss.opens(path)
        assert await boss.violations() == [], path
    await boss.page.context.close()
    assert boss.complaints == []
