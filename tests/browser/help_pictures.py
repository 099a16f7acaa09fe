"""The staff guide's pictures of live help: a morning with some callers, one of them being helped."""

import tempfile
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, expect

from bot.domain.permissions import Preset
from store.migrate import migrate
from tests.browser.desk import POCKET, SCREEN, open_screen
from tests.console.colleague import Colleague, hire
from tests.conversations.desk import TUESDAY, is_at, passes
from tests.town import Citizen, Town, open_town

_PICTURES: dict[str, tuple[str, ViewportSize]] = {
    "desk-help.png": ("/help/1", SCREEN),
    "desk-help-phone.png": ("/help/1", POCKET),
    "desk-help-list-phone.png": ("/help", POCKET),
}
_OFFICE_PICTURES = {"desk-office-hours.png": "/office", "desk-office-days.png": "/office/days"}


async def take_help_pictures(browser: Browser, to: Path) -> list[Path]:
    """Play the morning in a town of its own and write the pictures; return their files."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wenming.db"
        await migrate(url)
        async with open_town(Path(folder), url) as town:
            officer = await _play(town)
            boss = await hire(town, Preset.ADMINISTRATOR, name="boss", display="王主任")
            for name, (path, viewport) in _PICTURES.items():
                await _take(browser, officer, path, to=to / name, viewport=viewport)
            for name, path in _OFFICE_PICTURES.items():
                await _take(browser, boss, path, to=to / name, viewport=SCREEN)
    return [to / name for name in (*_PICTURES, *_OFFICE_PICTURES)]


async def _play(town: Town) -> Colleague:
    """Let citizens call, one be answered, and a colleague be busy."""
    await is_at(town, TUESDAY)
    officer = await hire(town, Preset.DESK, name="zhangsan", display="张三")
    colleague = await hire(town, Preset.DESK, name="lisi", display="李四")
    helped = await _calls(town, "王阿姨", "幸福路 12 号门口的井盖翘起来了，晚上差点绊倒人")
    await passes(town, minutes=3)
    await _calls(town, "李大爷", "楼上半夜装修，已经三天了")
    await _calls(town, "赵女士", "书房周末几点开门")
    await passes(town, minutes=2)
    await _calls(town, "周师傅", "门口的路灯不亮")
    await officer.fills("/help/1", "/help/1/claim")
    await colleague.fills("/help/3", "/help/3/claim")
    await officer.fills("/help/1", "/help/1/answer", text="您好，我是张三。请发一张现场的照片，我请市政的师傅去看。")
    await helped.does("sends_photo")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'")
    await officer.fills("/help/1", "/help/1/note", note="这个井盖上周也有人反映过，已催市政。")
    await officer.fills("/help/1", "/help/1/answer", text="照片收到了，师傅今天下午三点到。")
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", answers=2)
    return officer


async def _calls(town: Town, name: str, words: str) -> Citizen:
    citizen = await town.follower(name)
    await citizen.says("人工")
    await citizen.says(words)
    return citizen


async def _take(browser: Browser, who: Colleague, path: str, *, to: Path, viewport: ViewportSize) -> None:
    screen = await open_screen(browser, who, viewport=viewport)
    await screen.opens(path)
    await expect(screen.get("h1")).to_be_visible()
    for photo in await screen.get(".help-bubble img").all():
        await expect(photo).to_have_js_property("complete", value=True)
    await screen.page.screenshot(path=to, animations="disabled", full_page=True)
    await screen.page.context.close()
