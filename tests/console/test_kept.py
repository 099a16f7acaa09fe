"""Signed out while writing: the words are kept for their writer, an hour, never a secret."""

import pytest
from sqlalchemy import text

from bot.domain.permissions import Preset
from tests.console.colleague import Colleague, Page
from tests.console.trial import HOSTILE, TrialDesk

WORDS = f"第一行\n第二行 {HOSTILE} " + "很长的回复" * 30


async def sign_out(trial: TrialDesk) -> None:
    await trial.town.database.write(lambda conn: conn.execute(text("DELETE FROM staff_sessions")))


async def write_too_late(trial: TrialDesk, colleague: Colleague, **fields: str) -> Page:
    """Send a form whose session ended between its showing and its sending."""
    token = await trial.token(colleague)
    await sign_out(trial)
    return await colleague.asks("POST", "/trial/keep?from=list", data={"csrf": token, "once": "o" * 22, **fields})


async def back(trial: TrialDesk) -> Colleague:
    """Return the same person, signed in anew in another browser."""
    return await trial.again("approver")


async def test_the_words_come_back_after_signing_in(trial: TrialDesk) -> None:
    approver = await trial.hire()
    page = await write_too_late(trial, approver, words=WORDS, version="3")
    assert page.leads_to.startswith("/sign-in?next=/kept/")
    assert trial.trial.done == []
    kept = page.leads_to.removeprefix("/sign-in?next=")
    again = await back(trial)
    shown = await again.opens(kept)
    assert shown.status == 200
    assert HOSTILE not in shown.text
    form = shown.form("/trial/keep?from=list")
    assert (form.value("words"), form.value("version")) == (WORDS, "3")
    assert (await again.sends(form)).status == 303
    assert trial.trial.done == [WORDS]


async def test_nobody_else_can_open_them(trial: TrialDesk) -> None:
    approver = await trial.hire()
    kept = (await write_too_late(trial, approver, words="secret plans")).leads_to.removeprefix("/sign-in?next=")
    other = await trial.hire(Preset.ADMINISTRATOR)
    shown = await other.opens(kept)
    assert shown.status == 404
    assert "secret plans" not in shown.text
    assert (await trial.stranger().opens(kept)).leads_to.startswith("/sign-in")


async def test_they_are_encrypted_and_gone_after_an_hour(trial: TrialDesk) -> None:
    approver = await trial.hire()
    kept = (await write_too_late(trial, approver, words="secret plans")).leads_to.removeprefix("/sign-in?next=")
    sealed = await trial.town.database.read(lambda conn: conn.scalar(text("SELECT sealed FROM kept_forms")))
    assert b"secret" not in bytes(sealed)
    again = await back(trial)
    assert trial.settings.clock_offset_file
    trial.settings.clock_offset_file.write_text("3500")
    assert (await again.opens(kept)).status == 200
    trial.settings.clock_offset_file.write_text("3590")
    await again.opens("/")
    trial.settings.clock_offset_file.write_text("3700")
    assert (await again.opens(kept)).status == 404


@pytest.mark.parametrize("secret", ["password", "new_password", "code", "recovery_code"])
async def test_a_form_with_a_secret_is_never_kept(trial: TrialDesk, secret: str) -> None:
    page = await write_too_late(trial, await trial.hire(), words="x", **{secret: "hunter2"})
    assert page.leads_to == "/sign-in"
    assert await trial.town.database.read(lambda conn: conn.scalar(text("SELECT count(*) FROM kept_forms"))) == 0


async def test_only_what_one_of_our_pages_sent_is_kept(trial: TrialDesk) -> None:
    approver = await trial.hire()
    await sign_out(trial)
    for token in ("", "1." + "0" * 32):
        page = await approver.asks("POST", "/trial/keep", data={"csrf": token, "words": "x"})
        assert page.leads_to == "/sign-in"
    stranger = trial.stranger()
    assert (await stranger.asks("POST", "/trial/keep", data={"words": "x"})).leads_to == "/sign-in"
    assert await trial.town.database.read(lambda conn: conn.scalar(text("SELECT count(*) FROM kept_forms"))) == 0


async def test_of_many_only_the_newest_are_kept(trial: TrialDesk) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    await sign_out(trial)
    for number in range(23):
        page = await approver.asks("POST", "/trial/keep", data={"csrf": token, "words": str(number)})
        assert page.leads_to.startswith("/sign-in?next=/kept/")
    assert await trial.town.database.read(lambda conn: conn.scalar(text("SELECT count(*) FROM kept_forms"))) == 20


async def test_htmx_is_led_to_sign_in_with_the_words_kept(trial: TrialDesk) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    await sign_out(trial)
    page = await approver.asks(
        "POST", "/trial/keep", data={"words": "x"}, headers={"HX-Request": "true", "X-CSRF-Token": token}
    )
    assert page.headers["HX-Redirect"].startswith("/desk/sign-in?next=/kept/")
