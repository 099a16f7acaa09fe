"""The office's first day in a browser: nobody is there, the first administrator comes, a leader tries the switch."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot import texts
from bot.cli import main
from bot.domain.permissions import Preset
from bot.outbound.delivery import CustomerText, LaneName, text_delivery
from store import citizens, claims, outbox
from tests.browser.desk import Screen, open_screen
from tests.browser.newcomer import PASSWORD, ask_for_secret, choose_password, code_now, confirm_second_factor
from tests.browser.phone import WIDE, Phone
from tests.console.colleague import Colleague, hire
from tests.conversations.desk import now
from tests.town import SEAL_KEY, Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEAK, LONG_BUT_WEAK = "123456", "qwertyuiop123"
REFUSED = "status of 422 (Unprocessable Entity)"  # the browser's own note of a refused form
GONE = "status of 410 (Gone)"  # and of a used link
CUSTOM_SEND = "/cgi-bin/message/custom/send"
PROMISED = "您问的事有答复了。"
BANNER = '[data-banner="quiet"]'
PROBLEM = ".alert-danger"

OpenScreen = Callable[[Colleague], Awaitable[Screen]]


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Town]:
    """A service that was started just now; nobody works here yet."""
    async with open_town(tmp_path, sqlite_url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(browser: Browser) -> AsyncIterator[OpenScreen]:
    """Opens browsers; in the end none may have complained of anything but refusals that were wanted."""
    screens: list[Screen] = []

    async def open_one(colleague: Colleague) -> Screen:
        screens.append(await open_screen(browser, colleague))
        return screens[-1]

    yield open_one
    for screen in screens:
        await screen.page.context.close()
    complaints = [one for screen in screens for one in screen.complaints]
    assert [one for one in complaints if REFUSED not in one and GONE not in one] == []


@pytest_asyncio.fixture(loop_scope="session")
async def citizen(browser: Browser, town: Town) -> AsyncIterator[Phone]:
    """A citizen who follows the account, with the phone in hand."""
    context = await browser.new_context(viewport=WIDE, locale="zh-CN")
    who = await town.moves_in("王阿姨")
    phone = Phone(await context.new_page(), who.openid)
    phone.watch()
    await phone.page.goto(f"{town.sandbox.base_url}/#{who.openid}")
    await phone.follows()
    yield phone
    await context.close()
    assert phone.complaints == []


@pytest.fixture
def terminal(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's terminal: a folder without `.env`, the running service's settings in the environment."""
    settings = town.settings
    monkeypatch.chdir(tmp_path)
    for name in ("account_kind", "app_id", "host", "port", "database_url", "control_socket"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    monkeypatch.setenv("SECRET_KEYS", SEAL_KEY)
    for name in ("app_secret", "callback_token"):
        monkeypatch.setenv(name.upper(), getattr(settings, name).get_secret_value())


async def invites_the_first(capsys: pytest.CaptureFixture[str]) -> str:
    """Type `wenming staff add` and return the path of the link that it prints."""
    asked = ["staff", "add", "Wang", "--display", "王主任", "--preset", "administrator"]
    assert await asyncio.to_thread(main, asked) == 0
    printed = re.search(r"/desk(/invitation/[\w-]{43})$", capsys.readouterr().out, re.MULTILINE)
    assert printed is not None
    return printed[1]


async def sets_up_second_factor(screen: Screen, town: Town) -> list[str]:
    """Set it up by the secret that the page shows; return the recovery codes. No other page opens before."""
    await expect(screen.get("h1")).to_have_text("设置验证器")
    await screen.opens("/")
    await expect(screen.get("h1")).to_have_text("设置验证器")
    secret = await ask_for_secret(screen)
    assert await screen.violations() == []
    await confirm_second_factor(screen, "000000" if code_now(secret, town) != "000000" else "000001")
    await expect(screen.get(PROBLEM)).to_contain_text("验证码不对")
    await confirm_second_factor(screen, code_now(secret, town))
    await expect(screen.get("h1")).to_have_text("请保存备用码")
    assert await screen.violations() == []
    return await screen.get(".desk-codes code").all_inner_texts()


async def opens_invitation(screen: Screen, path: str) -> None:
    """Open the link, be refused twice for a weak password and once for a slip, then choose a good one."""
    await screen.opens(path)
    assert await screen.violations() == []
    for password, again, reason in (
        (WEAK, "", "密码至少要12个字符，现在是6个"),
        (LONG_BUT_WEAK, "", "常见的词或常用密码"),
        (PASSWORD, PASSWORD[:-1], "两次输入的密码不一样"),
    ):
        await choose_password(screen, password, again)
        await expect(screen.get(PROBLEM)).to_contain_text(reason)
        await expect(screen.get("#field-password")).to_have_value("")
    assert await screen.violations() == []
    await choose_password(screen)


@pytest.mark.usefixtures("terminal")
async def test_an_empty_office_gets_its_first_administrator(
    town: Town, open_desk: OpenScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = await open_desk(Colleague(town))
    await screen.opens("/")
    await expect(screen.get("main")).to_contain_text("wenming staff add")
    invitation = await invites_the_first(capsys)
    await opens_invitation(screen, invitation)
    codes = await sets_up_second_factor(screen, town)
    assert len(set(codes)) == 10
    await screen.page.get_by_role("link", name="已经保存，继续").click()
    await expect(screen.get("h1")).to_have_text("王主任，先看这里")
    assert await screen.violations() == []

    await screen.opens("/account/second-factor")
    await expect(screen.get("body")).not_to_contain_text(codes[0])  # they were shown once
    await screen.button("退出").click()
    await expect(screen.get(".desk-said")).to_contain_text("已退出登录")
    await screen.opens(invitation)
    await expect(screen.get("main")).to_contain_text("链接无效，可能已经用过")
    await comes_back_with_recovery_code(screen, codes[0])


async def comes_back_with_recovery_code(screen: Screen, code: str) -> None:
    """Sign in as somebody whose phone lies at home."""
    await screen.opens("/")
    await screen.get("#field-name").fill("wang")
    await screen.get("#field-password").fill(PASSWORD)
    await screen.button("登录").click()
    await expect(screen.get("h1")).to_have_text("输入验证码")
    await screen.button("手机不在身边，用备用码").click()
    await screen.get("#field-recovery_code").fill(code)
    await screen.button("用备用码登录").click()
    await expect(screen.get("h1")).to_have_text("王主任，先看这里")
    await expect(screen.get(".desk-said")).to_contain_text("还剩 9 个")


async def test_the_administrator_invites_a_leader_who_comes_in(town: Town, open_desk: OpenScreen) -> None:
    boss = await open_desk(await hire(town, Preset.ADMINISTRATOR, name="wang", display="王主任"))
    await boss.opens("/staff/new")
    await boss.get("#field-name").fill("li")
    await boss.get("#field-display").fill("李主任")
    await boss.page.get_by_label("审核领导").check()
    await boss.button("生成邀请链接").click()
    link = await boss.get("#invitation-link").input_value()
    assert await boss.violations() == []

    leader = await open_desk(Colleague(town))
    await leader.opens(link[link.index("/invitation/") :])
    await choose_password(leader)
    await sets_up_second_factor(leader, town)
    await leader.page.get_by_role("link", name="已经保存，继续").click()
    await expect(leader.get("h1")).to_have_text("李主任，先看这里")
    await expect(leader.get(".desk-menu")).not_to_contain_text("人员与权限")
    await boss.opens("/staff")
    await expect(boss.get("tr", text="李主任")).to_contain_text("在用")


async def test_the_quiet_switch(town: Town, open_desk: OpenScreen, citizen: Phone) -> None:
    leader = await open_desk(await hire(town, Preset.APPROVER, name="li", display="李主任"))
    clerk = await open_desk(await hire(town, Preset.DESK, name="zhang", display="张三"))
    await switches_on(leader)
    for screen, paths in (
        (leader, ("/", "/overview", "/overview/quiet", "/knowledge", "/search?q=垃圾", "/account")),
        (clerk, ("/", "/help", "/overview", "/knowledge", "/account")),
    ):
        for path in paths:
            await screen.opens(path)
            await expect(screen.get(BANNER)).to_contain_text("原因：上级通知，暂停发送")
            assert await screen.violations() == [], path
    await expect(clerk.get(f"{BANNER} a")).to_have_count(0)  # he can't switch

    assert await citizen.says("大扫除哪天搞") == texts.QUIET
    await promises_a_text(town, citizen.openid)
    claim = await town.database.write(
        claims.claim, LaneName.CUSTOMER_MESSAGE, limit=10, lease_seconds=9.0, now=now(town)
    )
    assert claim.deliveries == ()
    assert await town.calls(CUSTOM_SEND) == []

    await leader.opens("/")
    await leader.get(f"{BANNER} a").click()
    await leader.button("恢复发送").click()
    await leader.button("确定恢复").click()
    await expect(leader.get(".desk-said")).to_contain_text("已经恢复")
    await expect(leader.get(BANNER)).to_have_count(0)
    await expect(citizen.bubbles.last).to_have_text(PROMISED)  # what waited goes out first
    assert len(await town.calls(CUSTOM_SEND)) == 1
    assert "星期五" in await citizen.says("大扫除哪天搞")
    await clerk.opens("/")
    await expect(clerk.get(BANNER)).to_have_count(0)


async def switches_on(leader: Screen) -> None:
    """Switch on with a reason; without the tick nothing happens and the words stay."""
    await leader.opens("/overview")
    await leader.page.get_by_role("link", name="一键静默").click()
    await leader.get("#field-reason").fill("上级通知，暂停发送")
    await leader.button("打开静默").click()
    await expect(leader.get(PROBLEM)).to_contain_text("请先勾选")
    await expect(leader.get(BANNER)).to_have_count(0)
    await expect(leader.get("#field-reason")).to_have_value("上级通知，暂停发送")
    await leader.page.get_by_label("我知道，打开以后市民收不到答复").check()
    await leader.button("打开静默").click()
    await expect(leader.get(".desk-said")).to_contain_text("已经静默")


async def promises_a_text(town: Town, openid: str) -> None:
    """Put a message to the citizen into the outbox."""
    citizen_id = await town.database.read(citizens.find_by_openid, openid)
    assert citizen_id
    delivery = text_delivery(CustomerText(citizen_id=citizen_id, text=PROMISED), now(town))
    await town.database.write(outbox.enqueue, delivery)
