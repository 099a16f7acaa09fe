"""Somebody's way in for the first time: the link, a password, the second factor, as the pages ask for them."""

import pyotp
from playwright.async_api import expect

from bot.domain.permissions import Preset
from bot.domain.second_factor import STEP
from tests.browser.desk import Screen
from tests.conversations.desk import now
from tests.town import Town

PASSWORD = "河堤梧桐 晨跑豆浆 半扇木窗"


async def invite(town: Town, name: str, *, display: str, preset: Preset) -> str:
    """Invite somebody as an operator does; return the link's path below /desk."""
    invited = await town.command("staff_add", who=name, display=display, preset=str(preset))
    return f"/invitation/{invited['token']}"


async def choose_password(screen: Screen, password: str = PASSWORD, again: str = "") -> None:
    """Type a password twice, the second time differently if `again` says so, and send it."""
    await screen.get("#field-password").fill(password)
    await screen.get("#field-password_again").fill(again or password)
    await screen.button("保存并登录").click()


async def ask_for_secret(screen: Screen) -> str:
    """Have a QR code made; return the secret that stands below it."""
    await screen.button("生成二维码").click()
    await expect(screen.get('img[src$="second-factor.svg"]')).to_have_js_property("complete", value=True)
    return await screen.get(".desk-secret").inner_text()


async def confirm_second_factor(screen: Screen, code: str) -> None:
    """Type the six digits and send them."""
    await screen.get("#field-code").fill(code)
    await screen.button("启用").click()


def code_now(secret: str, town: Town) -> str:
    """Return what an authenticator shows; it runs by the town's clock."""
    return pyotp.TOTP(secret, interval=STEP).at(now(town))
