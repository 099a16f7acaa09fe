"""The staff guide's pictures: an office with a month behind it, each picture by a function of its own."""

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, expect

from bot.domain.permissions import Preset
from store.migrate import migrate
from tests.browser.desk import Screen, open_screen
from tests.browser.newcomer import ask_for_secret, choose_password, code_now, confirm_second_factor, invite
from tests.browser.test_overview_desk import plant
from tests.console.colleague import Colleague, hire
from tests.conversations.desk import TUESDAY, is_at, now, passes
from tests.town import Town, open_town

_SCREEN = ViewportSize(width=1280, height=640)
_HIGHEST = 1000  # pixels of a picture: what follows further down is more of the same
_ASKED = (
    ("小何", "宠物猫在哪儿打疫苗"),
    ("周女士", "家里的旧衣服有地方捐吗"),
    ("小赵", "旧衣服捐到哪里"),
    ("陈老师", "公园里能放无人机吗"),
    ("小林", "旧衣服在哪里捐啊"),
)
_SUBMITTED = {
    "title": "城市书房晚上开到几点？",
    "answer": "各馆时间不同，门口的牌子上写着。晚上想去，请先打电话问一问，免得白跑一趟。",
    "samples": "城市书房晚上开不开\n晚上几点关门，书房\n下班了还能去书房看书吗",
    "subject": "书房",
    "measure": "15",
}
_WRITTEN = {
    "title": "家里的旧衣服往哪里捐？",
    "answer": "洗净晒干的旧衣服，可以放进小区门口的绿色回收箱。行动不便的，请打 12345，问一问社区能不能上门来取。",
    "samples": "旧衣服捐到哪里\n家里的旧衣服有地方捐吗\n不穿的衣服怎么处理",
    "subject": "旧衣服",
}


@dataclass(frozen=True, slots=True)
class Office:
    """The people whose screens are shown."""

    browser: Browser
    town: Town
    clerk: Colleague
    leader: Colleague
    auditor: Colleague
    boss: Colleague

    async def shows(self, who: Colleague, path: str) -> Screen:
        """Open a page as somebody."""
        screen = await open_screen(self.browser, who, viewport=_SCREEN)
        await screen.opens(path)
        return screen

    async def newcomer(self, name: str, display: str) -> Screen:
        """Open the link of somebody who was just invited."""
        path = await invite(self.town, name, display=display, preset=Preset.APPROVER)
        return await self.shows(Colleague(self.town), path)


async def invitation(office: Office) -> Screen:
    """A weak password was refused."""
    screen = await office.newcomer("zhao", "赵主任")
    await choose_password(screen, "qwertyuiop123")
    await expect(screen.get(".alert-danger")).to_be_visible()
    return screen


async def second_factor(office: Office) -> Screen:
    """The QR code, and the secret to be typed where it can't be read."""
    screen = await office.newcomer("qian", "钱主任")
    await choose_password(screen)
    await ask_for_secret(screen)
    return screen


async def recovery_codes(office: Office) -> Screen:
    """The codes, shown once."""
    screen = await office.newcomer("sun", "孙主任")
    await choose_password(screen)
    await confirm_second_factor(screen, code_now(await ask_for_secret(screen), office.town))
    await expect(screen.get("h1")).to_have_text("请保存备用码")
    return screen


async def sign_in(office: Office) -> Screen:
    """The page that asks for name and password."""
    return await office.shows(Colleague(office.town), "/sign-in")


async def first_page(office: Office) -> Screen:
    """What needs the desk officer first."""
    return await office.shows(office.clerk, "/")


async def unanswered(office: Office) -> Screen:
    """What was asked in vain, in groups."""
    return await office.shows(office.clerk, "/knowledge/unanswered")


async def knowledge(office: Office) -> Screen:
    """The list of articles."""
    return await office.shows(office.clerk, "/knowledge")


async def editing(office: Office) -> Screen:
    """An article being written, a question tried on it."""
    screen = await office.shows(office.clerk, "/knowledge/new")
    for name, words in _WRITTEN.items():
        await screen.get(f"#field-{name}").fill(words)
    await screen.get("#question").fill("不要的衣服捐给谁")
    await expect(screen.get("#tried")).to_contain_text("您这份")
    await expect(screen.get("#looked")).to_contain_text("没有发现问题")
    return screen


async def approving(office: Office) -> Screen:
    """An article that waits for the leader's word."""
    screen = await office.shows(office.leader, "/knowledge?stage=submitted")
    await screen.page.get_by_role("link", name=_SUBMITTED["title"]).click()
    await expect(screen.button("批准，开始使用")).to_be_visible()
    return screen


async def importing(office: Office) -> Screen:
    """The page that takes a spreadsheet."""
    return await office.shows(office.clerk, "/knowledge/import")


async def overview(office: Office) -> Screen:
    """Today, with its charts."""
    screen = await office.shows(office.leader, "/overview")
    await expect(screen.get("canvas, svg").first).to_be_visible()
    return screen


async def quiet_off(office: Office) -> Screen:
    """The switch before it is thrown."""
    screen = await office.shows(office.leader, "/overview/quiet")
    await screen.get("#field-reason").fill("上级通知，暂停发送")
    await screen.page.get_by_label("我知道，打开以后市民收不到答复").check()
    return screen


async def staff(office: Office) -> Screen:
    """Who works here."""
    return await office.shows(office.boss, "/staff")


async def staff_new(office: Office) -> Screen:
    """Somebody is invited."""
    screen = await office.shows(office.boss, "/staff/new")
    await screen.get("#field-name").fill("wangfang")
    await screen.get("#field-display").fill("王芳")
    await screen.page.get_by_label("受理派单").check()
    return screen


async def account(office: Office) -> Screen:
    """One's own account."""
    return await office.shows(office.clerk, "/account")


async def audit_log(office: Office) -> Screen:
    """The log, as the auditor reads it."""
    return await office.shows(office.auditor, "/audit/check")


async def banner(office: Office) -> Screen:
    """What everybody sees while it is quiet."""
    await office.town.command("quiet_on", reason="上级通知，暂停发送")
    return await office.shows(office.clerk, "/help")


_PICTURES: Mapping[str, Callable[[Office], Awaitable[Screen]]] = {
    "guide-invitation.png": invitation,
    "guide-second-factor.png": second_factor,
    "guide-recovery-codes.png": recovery_codes,
    "guide-sign-in.png": sign_in,
    "guide-first-page.png": first_page,
    "guide-unanswered.png": unanswered,
    "guide-knowledge.png": knowledge,
    "guide-editing.png": editing,
    "guide-approving.png": approving,
    "guide-importing.png": importing,
    "guide-overview.png": overview,
    "guide-quiet.png": quiet_off,
    "guide-staff.png": staff,
    "guide-staff-new.png": staff_new,
    "guide-account.png": account,
    "guide-audit.png": audit_log,
    "guide-quiet-banner.png": banner,  # the last: from here on it is quiet
}


async def take_guide_pictures(browser: Browser, to: Path) -> list[Path]:
    """Furnish an office and write the pictures; return their files."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/wenming.db"
        await migrate(url)
        async with open_town(Path(folder), url) as town:
            office = await _furnish(browser, town)
            for name, play in _PICTURES.items():
                await _take(await play(office), to / name)
    return [to / name for name in _PICTURES]


async def _furnish(browser: Browser, town: Town) -> Office:
    """Hire people, let a month pass, questions come in and a draft be written."""
    await is_at(town, TUESDAY)
    await town.database.write(plant, now=now(town))
    office = Office(
        browser,
        town,
        clerk=await hire(town, Preset.DESK, name="zhangsan", display="张三"),
        leader=await hire(town, Preset.APPROVER, name="lizhuren", display="李主任"),
        auditor=await hire(town, Preset.AUDITOR, name="wuping", display="吴萍"),
        boss=await hire(town, Preset.ADMINISTRATOR, name="wang", display="王主任"),
    )
    await hire(town, Preset.DEPARTMENT, name="zhoulei", display="周磊", department="区图书馆")
    for name, question in _ASKED:
        citizen = await town.follower(name)
        await citizen.says(question)
    caller = await town.follower("王阿姨")
    await caller.says("人工")
    await caller.says("幸福路 12 号门口的井盖翘起来了")
    await passes(town, minutes=3)
    await office.clerk.fills("/knowledge/new", "/knowledge/new", do="submit", **_SUBMITTED)
    await office.clerk.opens("/")  # there it is said once that it was sent
    return office


async def _take(screen: Screen, to: Path) -> None:
    """Write the page from its top, as high as it is, and close it."""
    height = await screen.page.evaluate("document.documentElement.scrollHeight")
    await screen.page.set_viewport_size({**_SCREEN, "height": min(height, _HIGHEST)})
    await screen.page.screenshot(path=to, animations="disabled")
    await screen.page.context.close()
