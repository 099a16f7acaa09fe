"""What tests of signing in share: somebody with a real password, a browser at the door, clock and log."""

from datetime import timedelta

import pyotp
from sqlalchemy import text

from bot.clock import Clock
from bot.commands import open_seal
from bot.domain import staff as rules
from bot.domain.passwords import Passwords
from bot.domain.permissions import Preset
from bot.domain.staff import OPERATOR, Wanted
from store import staff as store
from tests.console.colleague import Colleague, Page
from tests.town import Town

PASSWORD = "槐树 copper 听风 ladder 7"
TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def employ(town: Town, name: str, preset: Preset = Preset.DESK, *, totp: bool = False) -> int:
    """Add somebody with the password of these tests."""
    now = Clock(town.settings.clock_offset_file).now()
    wanted = Wanted(display=f"{name}同志", preset=preset)
    invited = await town.database.write(rules.invite, name, wanted, by=OPERATOR, now=now)
    kept = await Passwords().hash(PASSWORD)
    await town.database.write(store.set_password, invited.staff_id, password=kept, now=now)
    if totp:
        await town.database.write(store.offer_totp, invited.staff_id, open_seal(town.settings).close(TOTP))
        await town.database.write(store.accept_totp, invited.staff_id, step=0)
    return invited.staff_id


async def tries(browser: Colleague, name: str, password: str) -> Page:
    return await browser.fills("/sign-in", "/sign-in", name=name, password=password)


async def signed_in(town: Town, name: str) -> Colleague:
    browser = Colleague(town, name)
    assert (await tries(browser, name, PASSWORD)).leads_to == "/"
    return browser


def code_at(town: Town, steps: int = 0) -> str:
    seconds = Clock(town.settings.clock_offset_file).seconds()
    return pyotp.TOTP(TOTP).at(int(seconds), counter_offset=steps)


def move_clock(town: Town, by: timedelta) -> None:
    file = town.settings.clock_offset_file
    assert file is not None
    ahead = float(file.read_text()) if file.exists() else 0.0
    fresh = file.with_suffix(".new")
    fresh.write_text(str(ahead + by.total_seconds()))
    fresh.replace(file)


async def actions(town: Town) -> list[str]:
    rows = await town.database.read(lambda conn: conn.execute(text("SELECT action FROM audit ORDER BY id")).all())
    return [row.action for row in rows]
