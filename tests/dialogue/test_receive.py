"""One push, one effect, the same words: twice or ten times at once, again and again, before and after a restart."""

import asyncio
from pathlib import Path

from tests.dialogue.holding import hold_file, hold_turns
from tests.dialogue.pushing import RIDDLE, are_read, count, push, start, words_of, write
from tests.town import Town, open_town


async def test_a_push_delivered_twice_at_once_has_one_effect(town: Town) -> None:
    citizen = await town.follower()
    await town.control("faults", where="push", kind="duplicate", times=1)
    await citizen.says(RIDDLE)
    citizen.sees("答不上来")
    exchanges = (await town.control_get("exchanges"))["exchanges"]
    pushed = [exchange for exchange in exchanges if exchange["direction"] == "push"]
    assert [exchange["status"] for exchange in pushed] == [200, 200, 200]  # the follow, the twins
    assert await count(town, "unanswered") == 1
    assert await count(town, "inbox") == 2


async def test_ten_at_once_get_the_same_words(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, RIDDLE)
    outcomes = await asyncio.gather(*(push(town, parcel) for _ in range(10)))
    assert len({words_of(outcome) for outcome in outcomes}) == 1
    assert "答不上来" in words_of(outcomes[0])
    assert await count(town, "unanswered") == 1
    assert await count(town, "dialogues WHERE revision = 2") == 1


async def test_a_retry_long_after_gets_the_words_of_the_first(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, "删除我的资料")
    first = words_of(await push(town, parcel))
    await citizen.says("取消")
    assert words_of(await push(town, parcel)) == first
    await citizen.says("确认删除")
    citizen.sees("真要删除")  # the retry hasn't asked a second time
    assert await count(town, "inbox") == 4


async def test_a_retry_waits_for_the_first_and_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with open_town(tmp_path, sqlite_url) as town:
        citizen = await town.follower()
        parcel = write(town, citizen, RIDDLE)
        with hold_file(sqlite_url):
            pushes = [start(town, parcel) for _ in range(5)]
            done, _ = await asyncio.wait(pushes, timeout=0.5)
            assert not done
        outcomes = await asyncio.gather(*pushes)
        assert len({words_of(outcome) for outcome in outcomes}) == 1
        assert [outcome.attempts for outcome in outcomes] == [1] * 5
        assert await count(town, "unanswered") == 1


async def test_a_citizen_who_waits_keeps_nobody_else(postgres_url: str, tmp_path: Path) -> None:
    """Thirty retries of a held citizen hold no connection: there are ten."""
    async with open_town(tmp_path, postgres_url) as town:
        held, others = await town.follower("王阿姨"), [await town.follower() for _ in range(5)]
        parcel = write(town, held, RIDDLE)
        async with hold_turns(postgres_url, [held.openid]):
            pushes = [start(town, parcel) for _ in range(30)]
            await are_read(town)
            for other in others:
                await other.says(RIDDLE)
                other.sees("答不上来")
            assert not any(one.done() for one in pushes)
        assert len({words_of(outcome) for outcome in await asyncio.gather(*pushes)}) == 1
        assert await count(town, "unanswered") == 6


async def test_one_citizens_messages_are_handled_in_order(town: Town) -> None:
    citizens = [await town.follower() for _ in range(4)]
    talk = ("删除我的资料", "取消", "确认删除", "取消", RIDDLE)
    seen = ("真要删除", "没事了", "真要删除", "没事了", "答不上来")
    talks = [[start(town, write(town, citizen, words)) for words in talk] for citizen in citizens]
    for pushes in talks:
        answers = [words_of(outcome) for outcome in await asyncio.gather(*pushes)]
        assert all(words in answer for words, answer in zip(seen, answers, strict=True)), answers
    assert await count(town, "dialogues WHERE revision = 6") == 4
    assert await count(town, "citizens") == 4


async def test_the_stored_words_outlive_the_service(database_url: str, tmp_path: Path) -> None:
    async with open_town(tmp_path, database_url) as town:
        parcel = write(town, await town.follower(), RIDDLE)
        before = words_of(await push(town, parcel))
    async with open_town(tmp_path, database_url, office_phone="110") as town:
        assert words_of(await push(town, parcel)) == before
        assert await count(town, "unanswered") == 1
        assert await count(town, "inbox") == 2
