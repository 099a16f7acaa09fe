"""One's own account: another password, the second factor, recovery codes, and being signed out elsewhere."""

import re
from datetime import timedelta

import pyotp
import pytest

from bot.clock import Clock
from bot.domain.permissions import Preset
from tests.console.colleague import Colleague, Page
from tests.console.door import (
    PASSWORD,
    actions,
    code_at,
    employ,
    move_clock,
    signed_in,
    tries,
)
from tests.town import Town

FRESH = "铜锣 harbour 晚稻 pencil 9"


async def change_password(browser: Colleague, *, old: str = PASSWORD, new: str = FRESH, again: str = FRESH) -> Page:
    return await browser.fills("/account", "/account/password", password=old, password_new=new, password_again=again)


async def set_up(town: Town, browser: Colleague) -> Page:
    """Set up the second factor; return the page with the recovery codes."""
    assert (await browser.fills("/account/second-factor", "/account/second-factor")).status == 303
    page = await browser.opens("/account/second-factor")
    secret = re.findall(r'<code class="desk-secret">(\w+)</code>', page.text)[0]
    code = pyotp.TOTP(secret).at(int(Clock(town.settings.clock_offset_file).seconds()))
    return await browser.sends(page.form("/account/second-factor/confirm"), code=code)


def codes_on(page: Page) -> list[str]:
    return re.findall(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b", page.text)


async def test_a_stolen_session_is_dead_after_the_password_was_changed(town: Town) -> None:
    await employ(town, "wang")
    owner = await signed_in(town, "wang")
    thief, elsewhere = Colleague(town, cookies=dict(owner.cookies)), await signed_in(town, "wang")
    assert (await change_password(owner)).leads_to == "/account"
    assert (await owner.opens("/account")).status == 200
    for other in (thief, elsewhere):
        assert (await other.opens("/account")).leads_to == "/sign-in?next=/account"
    assert (await tries(Colleague(town), "wang", PASSWORD)).status == 422
    assert (await tries(Colleague(town), "wang", FRESH)).leads_to == "/"
    assert "password_changed" in await actions(town)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "not this one"}, "现在的密码不对"),
        ({"new": FRESH, "again": "something else"}, "两次输入的密码不一样"),
        ({"new": PASSWORD, "again": PASSWORD}, "和现在的一样"),
        ({"new": "short", "again": "short"}, "至少要12个字符"),
        ({"new": "wang同志wang同志wang", "again": "wang同志wang同志wang"}, "容易被猜中"),
        ({"new": "x" * 3000, "again": "x" * 3000}, "最多128个字符"),
    ],
)
async def test_a_password_is_refused_with_its_reason(town: Town, fields: dict[str, str], said: str) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    page = await change_password(browser, **fields)
    assert page.status == 422
    assert said in page.text
    await signed_in(town, "wang")  # the old one is still good


async def test_guessing_the_old_password_in_a_stolen_session_is_locked(town: Town) -> None:
    await employ(town, "wang")
    thief = await signed_in(town, "wang")
    statuses = [(await change_password(thief, old=f"guess {number}")).status for number in range(7)]
    assert statuses == [422] * 5 + [429] * 2


async def test_signing_out_everywhere_ends_every_session(town: Town) -> None:
    await employ(town, "wang")
    browsers = [await signed_in(town, "wang") for _ in range(3)]
    assert (await browsers[0].fills("/account", "/account/sign-out-everywhere")).leads_to == "/sign-in"
    for browser in browsers:
        assert (await browser.opens("/account")).status == 303


async def test_one_device_is_signed_out_and_only_ones_own(town: Town) -> None:
    await employ(town, "wang")
    await employ(town, "li")
    li, mine, other = await signed_in(town, "li"), await signed_in(town, "wang"), await signed_in(town, "wang")
    page = await mine.opens("/account")
    ends = [form for form in page.forms if form.action.endswith("/end")]
    assert len(ends) == 1
    assert (await mine.sends(ends[0])).leads_to == "/account"
    assert (await other.opens("/account")).status == 303

    forged = (await mine.opens("/account")).form("/account/sign-out-everywhere")
    forged.action = "/desk/account/sessions/1/end"  # the colleague's
    assert (await mine.sends(forged)).status == 404
    assert (await li.opens("/account")).status == 200
    assert (await actions(town))[-1] == "missing"


async def test_an_approver_sets_up_the_second_factor_before_anything_else(town: Town) -> None:
    await employ(town, "wang", Preset.APPROVER)
    browser = await signed_in(town, "wang")
    for path in ("/", "/account", "/knowledge"):
        assert (await browser.opens(path)).leads_to == "/account/second-factor"
    before = browser.cookies["desk-session"]
    page = await set_up(town, browser)
    assert len(set(codes_on(page))) == 10
    assert browser.cookies["desk-session"] != before
    assert (await Colleague(town, cookies={"desk-session": before}).opens("/account")).status == 303
    assert (await browser.opens("/account")).status == 200
    assert (await browser.sends(page.form("/sign-out"))).leads_to == "/sign-in"  # its forms belong to the new session


async def test_a_wrong_code_sets_nothing_up(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    await browser.fills("/account/second-factor", "/account/second-factor")
    page = await browser.fills("/account/second-factor", "/account/second-factor/confirm", code="12345x")
    assert page.status == 422
    assert "验证码不对" in page.text
    assert (await tries(Colleague(town), "wang", PASSWORD)).leads_to == "/"  # the password alone still does


async def test_without_an_offer_there_is_nothing_to_confirm(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    assert (await browser.opens("/account/second-factor.svg")).status == 404
    form = (await browser.opens("/account/second-factor")).form("/account/second-factor")
    form.action = "/desk/account/second-factor/confirm"
    assert (await browser.sends(form, code="123456")).status == 422


async def test_a_recovery_code_is_good_once(town: Town) -> None:
    await employ(town, "wang")
    codes = codes_on(await set_up(town, await signed_in(town, "wang")))
    for code, status in (
        (codes[0].lower().replace("-", " "), 303),
        (codes[0], 422),
        ("AAAA-BBBB", 422),
        (codes[1], 303),
    ):
        browser = Colleague(town)
        await tries(browser, "wang", PASSWORD)
        page = await browser.fills("/sign-in", "/sign-in/second-factor", recovery_code=code)
        assert page.status == status
    assert "还剩 8 个" in (await browser.opens("/account")).text
    assert (await actions(town)).count("sign_in_recovered") == 2


async def test_fresh_recovery_codes_need_the_password_and_end_the_old_ones(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    old = codes_on(await set_up(town, browser))
    assert (await browser.fills("/account", "/account/recovery-codes", password="wrong")).status == 422
    fresh = codes_on(await browser.fills("/account", "/account/recovery-codes", password=PASSWORD))
    assert len(set(fresh)) == 10
    assert set(fresh).isdisjoint(old)
    other = Colleague(town)
    await tries(other, "wang", PASSWORD)
    assert (await other.fills("/sign-in", "/sign-in/second-factor", recovery_code=old[3])).status == 422


async def test_another_phone_needs_the_password_and_the_old_one_counts_until_then(town: Town) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    await browser.fills("/sign-in", "/sign-in/second-factor", code=code_at(town))
    refused = await browser.fills("/account/second-factor", "/account/second-factor", password="wrong")
    assert refused.status == 422
    await browser.fills("/account/second-factor", "/account/second-factor", password=PASSWORD)
    move_clock(town, timedelta(seconds=60))
    other = Colleague(town)
    await tries(other, "wang", PASSWORD)
    assert (await other.fills("/sign-in", "/sign-in/second-factor", code=code_at(town))).leads_to == "/"


async def test_who_needs_no_second_factor_may_drop_it(town: Town) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    await browser.fills("/sign-in", "/sign-in/second-factor", code=code_at(town))
    assert (await browser.fills("/account", "/account/second-factor/drop", password="wrong")).status == 422
    dropped = await browser.fills("/account", "/account/second-factor/drop", password=PASSWORD)
    assert dropped.leads_to == "/account"
    assert (await tries(Colleague(town), "wang", PASSWORD)).leads_to == "/"


async def test_an_approver_keeps_his(town: Town) -> None:
    await employ(town, "wang", Preset.APPROVER, totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    await browser.fills("/sign-in", "/sign-in/second-factor", code=code_at(town))
    form = (await browser.opens("/account")).form("/account/recovery-codes")
    form.action = "/desk/account/second-factor/drop"
    page = await browser.sends(form, password=PASSWORD)
    assert page.status == 422
    assert "必须使用验证器" in page.text
