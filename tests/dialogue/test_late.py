"""Replies that are ready after WeChat has stopped waiting: brought by a retry or another way, once and never twice.

The database is held up for real: WeChat cuts an attempt after five seconds.
"""

import asyncio
from pathlib import Path

from sqlalchemy import text

from bot import texts
from bot.sandbox.messages import Parcel
from bot.sandbox.push import Outcome
from bot.settings import AccountKind
from tests.dialogue.holding import hold_up
from tests.dialogue.pushing import RIDDLE, count, push, start, words_of, write
from tests.town import Citizen, Town, open_town

TOO_LATE = 6.5  # seconds: the first attempt is cut, the second is under way, however slow this machine is
HARDLY = 4.75  # seconds: past our patience, before WeChat's
DUE_AFTER = 16.0


async def _hold_up(town: Town, *citizens: tuple[Citizen, int], seconds: float) -> list[Outcome]:
    """Have citizens write while the database is held up; each with so many attempts of WeChat's."""
    openids = [citizen.openid for citizen, _ in citizens]
    async with hold_up(town.settings.database_url, openids, seconds=seconds):
        pushes = [start(town, write(town, citizen, RIDDLE), attempts=attempts) for citizen, attempts in citizens]
    return await asyncio.gather(*pushes)


async def _answers(citizen: Citizen) -> list[tuple[str, str]]:
    bubbles = [bubble for bubble in await citizen.inbox() if bubble["from"] == "account"]
    return [(bubble["via"], bubble["text"]) for bubble in bubbles[1:]]  # without the welcome


async def test_a_late_reply_comes_by_the_retry_or_as_a_customer_message(town: Town) -> None:
    retried, given_up = await town.follower(), await town.follower()
    by_retry, cut = await _hold_up(town, (retried, 3), (given_up, 1), seconds=TOO_LATE)
    assert "答不上来" in words_of(by_retry)
    assert (by_retry.attempts, cut.verdict) == (2, "failed")

    promises = "SELECT state, due - created AS wait, error FROM outbox ORDER BY state"
    rows = await town.database.read(lambda conn: conn.execute(text(promises)).all())
    assert [(row.state, row.error) for row in rows] == [("cancelled", "answered in time"), ("ready", None)]
    waits = [wait.total_seconds() if hasattr(wait, "total_seconds") else wait / 1e6 for _, wait, _ in rows]
    assert waits == [DUE_AFTER, DUE_AFTER]

    await town.control("clock", advance=DUE_AFTER)
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert await _answers(retried) == [("reply", words_of(by_retry))]
    assert await _answers(given_up) == [("custom", words_of(by_retry))]
    assert await count(town, "unanswered") == 2


async def test_a_reply_between_our_patience_and_wechats_comes_once(town: Town) -> None:
    citizen = await town.follower()
    (outcome,) = await _hold_up(town, (citizen, 3), seconds=HARDLY)
    await town.control("clock", advance=DUE_AFTER)
    await town.until("SELECT count(*) FROM outbox WHERE state IN ('ready', 'leased', 'attempting')", 0)
    assert await _answers(citizen) == [("reply", words_of(outcome))]
    assert await count(town, "unanswered") == 1


async def test_without_customer_messages_the_next_reply_brings_it(database_url: str, tmp_path: Path) -> None:
    kind = AccountKind.UNVERIFIED_SUBSCRIPTION
    async with open_town(tmp_path, database_url, account_kind=kind) as town:
        retried, given_up = await town.follower(), await town.follower()
        before = write(town, given_up, "菜单")
        menu = words_of(await push(town, before))
        by_retry, _ = await _hold_up(town, (retried, 3), (given_up, 1), seconds=TOO_LATE)
        late = words_of(by_retry)
        assert await count(town, "outbox") == 0

        assert words_of(await push(town, before)) == menu  # a retry of another message takes nothing back
        await given_up.says("菜单")
        given_up.sees(texts.ACCEPTED_LATE, late, "我能帮您")
        await given_up.says("菜单")
        assert late not in given_up.heard
        await retried.says("菜单")  # the retry has brought it already
        assert late not in retried.heard


async def test_whoever_has_hung_up_is_answered_another_way(town: Town) -> None:
    """In time by our clock, but nobody waits any more: so it looks when this machine stood still for a while."""
    citizen = await town.follower()
    async with hold_up(town.settings.database_url, [citizen.openid], seconds=1.2):
        gone = start(town, write(town, citizen, RIDDLE), cut=0.3)
    assert (await gone).verdict == "failed"
    await town.until("SELECT count(*) FROM outbox WHERE state = 'ready'")
    await town.control("clock", advance=DUE_AFTER)
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    ((via, words),) = await _answers(citizen)
    assert via == "custom"
    assert "答不上来" in words
    assert await count(town, "unanswered") == 1


async def test_a_retry_that_hangs_up_has_the_stored_reply_sent(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, RIDDLE)
    await town.control("faults", where="push", kind="drop", times=1)
    assert (await push(town, parcel, attempts=1)).verdict == "dropped"
    await _hang_up(town, citizen, parcel)
    await town.until("SELECT count(*) FROM outbox WHERE state = 'ready'")

    await town.control("faults", where="push", kind="drop", times=1)
    assert (await push(town, parcel, attempts=1)).verdict == "dropped"  # takes the promise back, and is lost as well
    await town.until("SELECT count(*) FROM outbox WHERE state = 'cancelled'")
    await _hang_up(town, citizen, parcel)
    await town.until("SELECT count(*) FROM outbox WHERE state = 'ready'")

    await town.control("clock", advance=DUE_AFTER)
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert [via for via, _ in await _answers(citizen)] == ["custom"]
    assert await count(town, "unanswered") == 1


async def _hang_up(town: Town, citizen: Citizen, parcel: Parcel) -> None:
    async with hold_up(town.settings.database_url, [citizen.openid], seconds=0.6):
        gone = start(town, parcel, attempts=1, cut=0.3)
    assert (await gone).verdict == "failed"
