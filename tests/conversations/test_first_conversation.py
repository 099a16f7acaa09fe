"""The first conversation: a citizen follows, reads, asks, and is answered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, open_town


@pytest.fixture
async def careful_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town that is never sure enough to answer what isn't asked in an article's very words."""
    async with open_town(tmp_path, database_url, answer_confidence=1.0, suggest_confidence=0.1) as opened:
        yield opened


async def test_following_brings_a_welcome_that_says_what_to_do(town: Town) -> None:
    citizen = await town.follower()
    citizen.sees("文明小助手", "直接打字问我", "人工", "12345")


async def test_questions_in_own_words_get_the_facts(town: Town) -> None:
    citizen = await town.follower()
    for question, fact in {
        "拉客的电三轮没人查吗": "12345",
        "大扫除哪天搞": "星期五",
        "书房那边有读书活动没": "主题读书日",
        "菜市场啥时候改造": "农贸市场",
    }.items():
        await citizen.says(question)
        citizen.sees(fact)


async def test_off_topic_gets_an_honest_answer_and_reaches_the_office(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("量子纠缠的数学推导过程")
    citizen.sees("答不上来", "已经记下", "0371-1234567")
    await town.until("SELECT count(*) FROM unanswered WHERE question = '量子纠缠的数学推导过程'")


async def test_a_number_picks_from_the_offer_and_a_link_does_too(careful_town: Town) -> None:
    citizen = await careful_town.follower()
    await citizen.says("书房")
    citizen.sees("您是不是想问")
    await citizen.says("1")
    citizen.sees("书房")
    await citizen.says("书房")
    await citizen.taps(1)
    assert "您是不是想问" not in citizen.heard
    citizen.sees("。")


async def test_none_of_these_is_kept_for_the_office(careful_town: Town) -> None:
    town = careful_town
    citizen = await town.follower()
    await citizen.says("书房")
    await citizen.says("都不是")
    citizen.sees("已经记下")
    await town.until("SELECT count(*) FROM unanswered WHERE cause = 'none_fits' AND question = '书房'")
    await citizen.says("都不是")
    citizen.sees("没有要选的")


async def test_a_number_without_an_offer_is_no_question(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("2")
    citizen.sees("没有要选的")
    await town.until("SELECT count(*) FROM unanswered", 0)


async def test_every_dead_end_names_a_person(town: Town) -> None:
    citizen = await town.follower()
    for words in ("找个人", "听不懂", "你是机器人吗", "我要投诉", "我要报名"):
        await citizen.says(words)
        citizen.sees("0371-1234567")


async def test_stop_and_menu_work_everywhere(careful_town: Town) -> None:
    citizen = await careful_town.follower()
    await citizen.says("书房")
    await citizen.says("算了")
    citizen.sees("没事了")
    await citizen.says("1")
    citizen.sees("没有要选的")
    await citizen.says("菜单")
    citizen.sees("我能帮您", "找人工")


async def test_the_bottom_menu_reaches_the_same_places(town: Town) -> None:
    await town.command("menu_push")
    citizen = await town.follower()
    for key, words in {"help": "像平时说话", "topics": "大家常问", "person": "工作人员", "privacy": "我们记着"}.items():
        await citizen.does("clicks", key=key)
        citizen.sees(words)
