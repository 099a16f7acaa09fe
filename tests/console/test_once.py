"""A form counts once: sent twice, it changes nothing more and leads to the same place."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from bot.domain.permissions import Preset
from store import desk
from tests.console.trial import TrialDesk

TOKEN = "a-token-of-22-letters_"


async def counted(trial: TrialDesk) -> int:
    question = text("SELECT count(*) FROM audit WHERE action = 'trial_kept'")
    return int(await trial.town.database.read(lambda conn: conn.scalar(question)))


async def test_a_second_sending_changes_nothing_and_leads_to_the_same_place(trial: TrialDesk) -> None:
    approver = await trial.hire()
    fields = {"csrf": await trial.token(approver), "once": TOKEN, "words": "first"}
    first = await approver.asks("POST", "/trial/keep", data=fields)
    again = await approver.asks("POST", "/trial/keep", data=fields | {"words": "second"})
    assert first.leads_to == again.leads_to == "/search?q=kept"
    assert trial.trial.done == ["first"]
    assert await counted(trial) == 1


async def test_an_impatient_second_click_waits_for_the_first(trial: TrialDesk) -> None:
    approver = await trial.hire()
    fields = {"csrf": await trial.token(approver), "once": TOKEN, "words": "x"}
    trial.trial.gate = asyncio.Event()
    first = asyncio.create_task(approver.asks("POST", "/trial/keep", data=fields))
    async with asyncio.timeout(10):
        while not trial.trial.done:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    second = asyncio.create_task(approver.asks("POST", "/trial/keep", data=fields))
    await asyncio.wait({second}, timeout=0.3)
    assert not second.done()
    trial.trial.gate.set()
    assert (await first).leads_to == (await second).leads_to == "/search?q=kept"
    assert trial.trial.done == ["x"]


async def test_two_at_the_same_moment_count_once(trial: TrialDesk) -> None:
    approver = await trial.hire()
    fields = {"csrf": await trial.token(approver), "once": TOKEN, "words": "x"}
    pages = await asyncio.gather(*(approver.asks("POST", "/trial/keep", data=fields) for _ in range(6)))
    assert [page.leads_to for page in pages] == ["/search?q=kept"] * 6
    assert trial.trial.done == ["x"]


async def test_a_refused_form_may_be_sent_again(trial: TrialDesk) -> None:
    approver = await trial.hire()
    fields = {"csrf": await trial.token(approver), "once": TOKEN, "words": "x"}
    assert (await approver.asks("POST", "/trial/refuse", data=fields)).status == 400
    assert (await approver.asks("POST", "/trial/keep", data=fields)).status == 303
    assert trial.trial.done == ["refused", "x"]


async def test_a_page_that_led_nowhere_says_that_it_was_sent(trial: TrialDesk) -> None:
    approver = await trial.hire()
    fields = {"csrf": await trial.token(approver), "once": TOKEN}
    assert (await approver.asks("POST", "/trial/stay", data=fields)).text == "stayed"
    again = await approver.asks("POST", "/trial/stay", data=fields)
    assert again.status == 409
    assert "没有重复办理" in again.text
    part = await approver.asks("POST", "/trial/stay", data=fields, headers={"HX-Request": "true"})
    assert (part.status, part.headers["HX-Refresh"]) == (204, "true")
    assert trial.trial.done == ["stayed"]


async def test_another_person_s_token_tells_nothing(trial: TrialDesk) -> None:
    approver, other = await trial.hire(), await trial.hire(Preset.ADMINISTRATOR)
    own = {"csrf": await trial.token(approver), "once": TOKEN, "words": "x"}
    assert (await approver.asks("POST", "/trial/keep", data=own)).status == 303
    foreign = own | {"csrf": await trial.token(other)}
    page = await other.asks("POST", "/trial/keep", data=foreign)
    assert page.status == 409
    assert trial.trial.done == ["x"]


async def test_a_token_of_another_shape_is_refused(trial: TrialDesk) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    for once in ("", "short", "a" * 65, "有" * 22, "a b" * 8):
        page = await approver.asks("POST", "/trial/keep", data={"csrf": token, "once": once, "words": "x"})
        assert page.status == 400, once
    assert trial.trial.done == []


async def test_tokens_are_forgotten_after_two_days(trial: TrialDesk) -> None:
    approver = await trial.hire()
    token = await trial.token(approver)
    await approver.asks("POST", "/trial/keep", data={"csrf": token, "once": TOKEN, "words": "x"})
    later = datetime.now(UTC) + desk.TOKENS_KEPT + timedelta(minutes=1)
    assert await trial.town.database.write(desk.claim, "b" * 22, staff_id=1, now=later)
    left = await trial.town.database.read(lambda conn: conn.scalars(text("SELECT token FROM once")).all())
    assert left == ["b" * 22]
