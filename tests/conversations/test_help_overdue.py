"""Live help by the test clock: ten minutes unclaimed, ten minutes without words, a day without a sign."""

import pytest

from bot import texts
from bot.domain import help as verbs
from store.help import HelpState, Outcome
from tests.conversations.desk import (
    TUESDAY,
    Officer,
    conversation_of,
    is_at,
    overdue,
    passes,
    received,
    said_in,
)
from tests.dialogue.pushing import count
from tests.town import Citizen, Town


@pytest.fixture
async def citizen(town: Town) -> Citizen:
    """Somebody who has called a person on a Tuesday morning."""
    await is_at(town, TUESDAY)
    someone = await town.follower()
    await someone.says("人工")
    return someone


async def test_whom_nobody_claims_gets_a_promise_once(town: Town, citizen: Citizen) -> None:
    await passes(town, minutes=9.9)
    await overdue(town)
    assert (await conversation_of(town, citizen)).state is HelpState.WAITING
    await passes(town, minutes=0.2)
    await overdue(town)
    promised = await conversation_of(town, citizen)
    assert (promised.state, promised.ticket) == (HelpState.PROMISED, "20261201-0001")
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    (words,) = await received(citizen)
    assert "20261201-0001" in words
    assert "0371-1234567" in words
    await passes(town, minutes=30)
    await overdue(town)
    assert len(await received(citizen)) == 1
    officer = Officer(town, 7)
    await officer.claims(promised)
    await citizen.says("在吗")
    citizen.sees_nothing()


async def test_who_waits_into_the_lunch_break_hears_when_it_ends(town: Town) -> None:
    await is_at(town, "2026-12-01 11:55")
    citizen = await town.follower()
    await citizen.says("人工")
    citizen.sees("已为您转人工")
    await passes(town, minutes=11)
    await overdue(town)
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    (words,) = await received(citizen)
    assert "12 月 1 日 13:30" in words


async def test_a_silent_officer_loses_the_conversation(town: Town, citizen: Citizen) -> None:
    officer, other = Officer(town, 7), Officer(town, 8)
    await officer.claims(await conversation_of(town, citizen))
    await passes(town, minutes=9)
    await officer.says(await conversation_of(town, citizen), "您好，请讲")
    await passes(town, minutes=30)  # now it is the officer who waits
    await overdue(town)
    assert (await conversation_of(town, citizen)).holder == 7
    await citizen.says("路灯坏了")
    await passes(town, minutes=9)
    await citizen.says("三天了")
    await passes(town, minutes=1.1)
    await overdue(town)
    again = await conversation_of(town, citizen)
    assert (again.state, again.holder) == (HelpState.WAITING, None)
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 2)
    assert (await received(citizen))[-1] == texts.somebody_else_comes()
    await citizen.says("大扫除哪天搞")
    citizen.sees("星期五")  # meanwhile the bot answers
    await other.claims(again)
    await citizen.says("在吗")
    citizen.sees_nothing()
    assert [kind for _, kind, _ in await said_in(town, citizen) if kind not in {"text"}] == [
        "claimed",
        "put_back",
        "claimed",
    ]


async def test_an_officer_puts_it_back(town: Town, citizen: Citizen) -> None:
    officer = Officer(town, 7)
    conversation = await conversation_of(town, citizen)
    await officer.claims(conversation)
    await officer.does(verbs.put_back, conversation)
    again = await conversation_of(town, citizen)
    assert (again.state, again.holder) == (HelpState.WAITING, None)
    await passes(town, minutes=11)
    await overdue(town)
    assert (await conversation_of(town, citizen)).state is HelpState.PROMISED


async def test_a_day_without_a_word_ends_it_in_words(town: Town, citizen: Citizen) -> None:
    officer = Officer(town, 7)
    conversation = await conversation_of(town, citizen)
    await officer.claims(conversation)
    await officer.says(conversation, "修好了，您看看")
    await passes(town, hours=23.9)
    await overdue(town)
    assert (await conversation_of(town, citizen)).state is HelpState.HELD
    await passes(town, hours=0.2)
    await overdue(town)
    closed = await conversation_of(town, citizen)
    assert (closed.state, closed.outcome) == (HelpState.CLOSED, Outcome.IDLE)
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 2)
    assert (await received(citizen))[-1] == texts.bot_is_back()
    await citizen.says("大扫除哪天搞")
    citizen.sees("星期五")


async def test_the_feed_forgets_after_an_hour(town: Town, citizen: Citizen) -> None:
    last = await count(town, "help_feed")
    assert last >= 1
    assert (await conversation_of(town, citizen)).state is HelpState.WAITING
    await passes(town, minutes=61)
    await overdue(town)
    assert await count(town, f"help_feed WHERE id <= {last}") == 0
    assert await count(town, "help_feed") >= 1  # the promise moved it again
