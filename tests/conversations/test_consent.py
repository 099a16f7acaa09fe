"""Consent to keeping phone and name: asked in one sentence, answered in a word, logged, withdrawn as easily."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import texts
from bot.domain import consent
from store import citizens, consents
from store.consents import Consent
from tests.conversations.personal import keep_contact
from tests.dialogue.pushing import change, count
from tests.town import Citizen, Town, open_town

PUBLIC = "https://wx.example.gov.cn"


@pytest.fixture
async def public_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town whose pages citizens can open."""
    async with open_town(tmp_path, database_url, public_url=PUBLIC, office_name="某区文明办") as opened:
        yield opened


async def _who(town: Town, citizen: Citizen) -> str:
    who = await town.database.read(citizens.find_by_openid, citizen.openid)
    assert who is not None
    return who


async def _said(town: Town, citizen: Citizen) -> list[Consent]:
    return list(await town.database.read(consents.list_of, await _who(town, citizen)))


async def _is_needed(town: Town, citizen: Citizen) -> bool:
    return await town.database.read(consent.is_needed, await _who(town, citizen), town.settings)


async def test_the_notice_says_who_why_how_long_and_where_more(public_town: Town) -> None:
    citizen = await public_town.follower()
    await citizen.says("我的信息")
    citizen.sees("还没有请您同意过")
    await citizen.taps(next(i for i, link in enumerate(await _links(citizen)) if link == "看看要同意什么"))
    citizen.sees("某区文明办想记下您的姓名和电话", "只用来办您这件事", "365 天", f"{PUBLIC}/privacy", "同意", "不同意")
    assert await _said(public_town, citizen) == []  # a notice that was shown is no consent


async def _links(citizen: Citizen) -> list[str]:
    bubble = [bubble for bubble in await citizen.inbox() if bubble["from"] == "account"][-1]
    return [link["text"] for link in bubble["links"]]


@pytest.mark.parametrize(
    ("answer", "reply", "decision"),
    [
        ("同意", "记下您同意了", "agreed"),
        ("不同意", "不记您的姓名和电话", "refused"),
        ("好的", "记下您同意了", "agreed"),
    ],
)
async def test_a_word_is_enough_and_is_logged_with_the_version(
    public_town: Town, answer: str, reply: str, decision: str
) -> None:
    citizen = await public_town.follower()
    assert await _is_needed(public_town, citizen)
    await citizen.says("同意书")
    await citizen.says(answer)
    citizen.sees(reply)
    (said,) = await _said(public_town, citizen)
    assert (said.decision, said.notice) == (decision, consent.version(public_town.settings))
    assert await _is_needed(public_town, citizen) == (decision != "agreed")


async def test_a_word_means_nothing_while_no_notice_is_open(town: Town) -> None:
    citizen = await town.follower()
    for words in ("同意", "不同意"):
        await citizen.says(words)
    await citizen.says("同意书")
    await citizen.says("算了")
    await citizen.says("同意")
    assert await _said(town, citizen) == []


async def test_who_refused_still_gets_answers(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("同意书")
    await citizen.says("不同意")
    citizen.sees("照常")
    await citizen.says("大扫除哪天搞")
    citizen.sees("星期五")
    await citizen.says("我的信息")
    citizen.sees("您没有同意")


async def test_withdrawing_deletes_the_phone_at_once(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("撤回同意")
    citizen.sees("不用撤回")
    await citizen.says("同意书")
    await citizen.says("同意")
    await keep_contact(town, citizen, kind="phone", value="13903710000")
    await citizen.says("同意书")
    citizen.sees("已经同意了", "撤回同意")
    await citizen.says("我的信息")
    citizen.sees("您同意的", "1 项", "撤回同意")
    await citizen.says("我不同意了")
    citizen.sees("撤回了", "都删掉了")
    assert await count(town, "contacts") == 0
    assert [one.decision for one in await _said(town, citizen)] == ["agreed", "withdrawn"]
    assert await _is_needed(town, citizen)
    await citizen.says("我的信息")
    citizen.sees("您撤回了同意", "没有记")


async def test_another_wording_asks_again(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("同意书")
    await citizen.says("同意")
    assert not await _is_needed(town, citizen)
    await change(town, "UPDATE consents SET notice = 'older'")
    assert await _is_needed(town, citizen)
    await citizen.says("我的信息")
    citizen.sees("说明后来改了")
    await citizen.says("同意书")
    citizen.sees("您同意吗")


async def test_a_duplicate_delivery_is_one_consent(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("同意书")
    await town.control("faults", where="push", kind="drop", times=1)
    await citizen.says("同意")
    citizen.sees("记下您同意了")
    assert len(await _said(town, citizen)) == 1


def test_the_version_hangs_on_the_words() -> None:
    """The notice holds the very sentence whose hash is its version, with nothing but names and periods filled in."""
    office = texts.Office("某区文明办", "", "")
    words = texts.consent_notice(office, days=365, page="")
    assert texts.CONSENT.format(name=office.name, days=365) in words
    assert "{name}" in texts.CONSENT
    assert "{days}" in texts.CONSENT
