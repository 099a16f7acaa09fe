"""Signing in: who comes in, who doesn't, how often may be guessed, and how long a session lasts."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.clock import Clock
from bot.domain import staff as rules
from bot.domain.permissions import Preset
from bot.domain.staff import OPERATOR, Wanted
from store import staff as store
from store.database import Connection
from tests.console.colleague import Colleague, Page
from tests.console.door import PASSWORD, actions, code_at, employ, move_clock, signed_in, tries
from tests.town import Town


async def test_the_right_password_lets_in_and_leads_on(town: Town) -> None:
    await employ(town, "wang")
    browser = Colleague(town)
    page = await browser.fills("/sign-in?next=/account", "/sign-in", name=" WANG ", password=PASSWORD)
    assert page.leads_to == "/account"
    assert "wang同志" in (await browser.opens("/account")).text
    assert (await actions(town))[-1] == "sign_in"


async def test_nothing_tells_a_wrong_name_from_a_wrong_password(town: Town) -> None:
    await employ(town, "wang")
    known, unknown = await tries(Colleague(town), "wang", "x" * 20), await tries(Colleague(town), "nobody", "x" * 20)
    assert known.status == unknown.status == 422
    assert "用户名或密码不对" in known.text

    def plain(page: Page) -> str:
        return re.sub(r"\b0\.[0-9a-f]{32}\b", "", page.text.replace("nobody", "wang"))

    assert plain(known) == plain(unknown)


async def test_who_left_or_was_only_invited_does_not_come_in(town: Town) -> None:
    gone = await employ(town, "wang")
    await town.database.write(store.set_active, gone, active=False)
    now = Clock(town.settings.clock_offset_file).now()
    wanted = Wanted(display="小李", preset=Preset.DESK)
    await town.database.write(rules.invite, "li", wanted, by=OPERATOR, now=now)
    for name, password in (("wang", PASSWORD), ("li", ""), ("li", PASSWORD)):
        assert (await tries(Colleague(town), name, password)).status == 422


async def test_guessing_locks_one_account_and_no_other(town: Town) -> None:
    await employ(town, "wang")
    await employ(town, "li")
    form = (await (browser := Colleague(town)).opens("/sign-in")).form("/sign-in")
    guesses = [browser.sends(form, name="wang", password=f"guess number {number}") for number in range(100)]
    statuses = [page.status for page in await asyncio.gather(*guesses)]
    assert statuses.count(422) == 5
    assert statuses.count(429) == 95

    locked = await tries(Colleague(town), "wang", PASSWORD)
    assert locked.status == 429
    assert "请在1分钟后再试" in locked.text
    await signed_in(town, "li")
    assert (await actions(town)).count("sign_in_locked") == 1

    move_clock(town, timedelta(minutes=2))
    owner = Colleague(town)
    assert (await tries(owner, "wang", PASSWORD)).leads_to == "/"
    assert "有 101 次密码或验证码输错" in (await owner.opens("/")).text
    assert "有101次密码或验证码输错" in (await owner.opens("/")).text  # also once the message is gone
    assert "有 101 次密码或验证码输错" in (await owner.opens("/account")).text


async def test_the_pause_doubles_and_ends(town: Town) -> None:
    await employ(town, "wang")
    browser = Colleague(town)
    for _ in range(5):
        await tries(browser, "wang", "wrong again and again")
    for minutes in (1, 2, 4, 8, 15, 15):
        assert f"请在{minutes}分钟后再试" in (await tries(browser, "wang", PASSWORD)).text
        move_clock(town, timedelta(minutes=minutes, seconds=1))
        assert (await tries(browser, "wang", "wrong again and again")).status == 422


async def test_many_names_from_one_address_lock_the_address(town: Town) -> None:
    await employ(town, "wang")
    browser = Colleague(town)
    statuses = [(await tries(browser, f"name{number}", "password1234")).status for number in range(22)]
    assert statuses == [422] * 20 + [429] * 2
    assert (await tries(browser, "wang", PASSWORD)).status == 429
    move_clock(town, timedelta(minutes=1, seconds=1))
    await signed_in(town, "wang")


async def test_a_code_of_the_second_factor_counts_once(town: Town) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    assert (await tries(browser, "wang", PASSWORD)).leads_to == "/sign-in?next=/"
    assert (await browser.opens("/account")).leads_to == "/sign-in?next=/account"  # half-way in is outside
    wrong = await browser.fills("/sign-in", "/sign-in/second-factor", code="000000")
    assert wrong.status == 422
    code = code_at(town)
    assert (await browser.fills("/sign-in", "/sign-in/second-factor", code=code)).leads_to == "/"
    assert (await browser.opens("/account")).status == 200

    thief = Colleague(town)
    await tries(thief, "wang", PASSWORD)
    replayed = await thief.fills("/sign-in", "/sign-in/second-factor", code=code)
    assert replayed.status == 422
    assert "已经用过" in replayed.text
    assert "second_factor_replayed" in await actions(town)


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
async def test_a_phone_may_be_half_a_minute_wrong(town: Town, steps: int, is_good: bool) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    seconds = Clock(town.settings.clock_offset_file).seconds()
    move_clock(town, timedelta(seconds=15 - seconds % 30))  # the middle of a step: the test may take its time
    page = await browser.fills("/sign-in", "/sign-in/second-factor", code=code_at(town, steps))
    assert (page.status == 303) is is_good


async def test_guessing_codes_is_locked_like_guessing_passwords(town: Town) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    form = (await browser.opens("/sign-in")).form("/sign-in/second-factor")
    statuses = [(await browser.sends(form, code=f"{number:06}")).status for number in range(7)]
    assert statuses == [422] * 5 + [429] * 2


async def test_the_password_is_asked_again_ten_minutes_later(town: Town) -> None:
    await employ(town, "wang", totp=True)
    browser = Colleague(town)
    await tries(browser, "wang", PASSWORD)
    form = (await browser.opens("/sign-in")).form("/sign-in/second-factor")
    move_clock(town, timedelta(minutes=10))
    assert (await browser.sends(form, code=code_at(town))).status == 403


async def test_an_hour_without_a_click_ends_a_session(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    for _ in range(3):
        move_clock(town, timedelta(minutes=50))
        assert (await browser.opens("/account")).status == 200
    move_clock(town, timedelta(minutes=60))
    assert (await browser.opens("/account")).leads_to == "/sign-in?next=/account"


async def test_twelve_hours_end_a_session_that_is_in_use(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    for _ in range(14):
        move_clock(town, timedelta(minutes=50))
        assert (await browser.opens("/account")).status == 200
    move_clock(town, timedelta(minutes=20))
    assert (await browser.opens("/account")).leads_to == "/sign-in?next=/account"


async def test_signing_in_makes_a_fresh_token_and_signing_out_ends_it(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    first = dict(browser.cookies)
    assert first["desk-session"] not in str(await town.database.read(_sessions))
    page = await browser.fills("/account", "/sign-out")
    assert page.leads_to == "/sign-in"
    thief = Colleague(town, cookies=first)
    assert (await thief.opens("/account")).leads_to == "/sign-in?next=/account"
    await tries(browser, "wang", PASSWORD)
    assert browser.cookies["desk-session"] != first["desk-session"]


def _sessions(conn: Connection) -> list[object]:
    return [tuple(row) for row in conn.execute(text("SELECT * FROM staff_sessions"))]


async def test_a_session_of_before_signing_in_again_is_over(town: Town) -> None:
    await employ(town, "wang")
    browser = await signed_in(town, "wang")
    planted = browser.cookies["desk-session"]
    await employ(town, "li")
    stranger = Colleague(town, cookies={"desk-session": planted})
    form = (await stranger.opens("/account")).form("/sign-out")  # of this session; its page of signing in leads on
    form.action = "/desk/sign-in"
    assert (await stranger.sends(form, name="li", password=PASSWORD)).leads_to == "/"
    assert (await browser.opens("/account")).leads_to == "/sign-in?next=/account"


async def test_an_invitation_is_good_once_and_for_three_days(town: Town) -> None:
    done = await town.command("staff_add", who="Wang", display="王主任", preset="administrator")
    path = f"/invitation/{done['token']}"
    browser = Colleague(town)
    weak = await browser.fills(path, path, password="aaaaaaaaaaaaaaa", password_again="aaaaaaaaaaaaaaa")
    assert weak.status == 422
    assert "重复的字符" in weak.text
    other = await browser.fills(path, path, password=PASSWORD, password_again=PASSWORD + "x")
    assert "两次输入的密码不一样" in other.text
    assert (await browser.fills(path, path, password=PASSWORD, password_again=PASSWORD)).leads_to == "/"
    assert (await browser.opens("/")).leads_to == "/account/second-factor"  # administrators need one
    used = await Colleague(town).opens(path)
    assert used.status == 410

    late = await town.command("staff_add", who="li", display="小李", preset="desk")
    move_clock(town, timedelta(days=3, seconds=1))
    expired = await Colleague(town).opens(f"/invitation/{late['token']}")
    assert expired.status == 410
    assert "已经过期" in expired.text


async def test_without_any_staff_the_page_says_what_to_do(town: Town) -> None:
    assert "wenming staff add" in (await Colleague(town).opens("/sign-in")).text
    await employ(town, "wang")
    assert "wenming staff add" not in (await Colleague(town).opens("/sign-in")).text


async def test_hostile_words_come_back_harmless(town: Town) -> None:
    page = await tries(Colleague(town), "<script>alert(1)</script>", "x" * 100_000)
    assert page.status == 422
    assert "<script>alert" not in page.text
    assert (await tries(Colleague(town), "", "")).status == 422
    led = await Colleague(town).fills("/sign-in", "/sign-in", name="a", password="b", next="https://evil.example/")
    assert "evil" not in led.text


async def test_secrets_are_nowhere_in_the_database(town: Town) -> None:
    done = await town.command("staff_add", who="wang", display="王主任", preset="desk")
    path = f"/invitation/{done['token']}"
    browser = Colleague(town)
    await browser.fills(path, path, password=PASSWORD, password_again=PASSWORD)
    await browser.fills("/account/second-factor", "/account/second-factor")
    shown = await browser.opens("/account/second-factor")
    secret = re.findall(r"<code class=\"desk-secret\">(\w+)</code>", shown.text)[0]
    assert (await browser.opens("/account/second-factor.svg")).text.startswith("<svg")
    await tries(Colleague(town), PASSWORD, PASSWORD)  # typed into the wrong field
    everything = str(await town.database.read(_everything))
    for planted in (PASSWORD, secret, str(done["token"]), browser.cookies["desk-session"]):
        assert planted not in everything


def _everything(conn: Connection) -> list[object]:
    tables = ("staff", "staff_sessions", "invitations", "sign_in_attempts", "recovery_codes", "audit")
    return [tuple(row) for table in tables for row in conn.execute(text(f"SELECT * FROM {table}"))]
