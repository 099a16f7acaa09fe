"""Several questions in one message, bare questions after an answer, and what else one may ask."""

from datetime import timedelta

from tests.town import Town


async def test_two_questions_in_one_message_are_answered_in_turn(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("大扫除哪天搞？还有，城市书房在哪里？")
    citizen.sees("星期五", "书房")
    assert citizen.heard.index("星期五") < citizen.heard.index("书房")


async def test_of_two_questions_the_one_without_an_answer_is_admitted_and_kept(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("您好！城市书房在哪里？量子纠缠怎么推导？谢谢")
    citizen.sees("书房", "“量子纠缠怎么推导”我还答不上来")
    await town.until("SELECT count(*) FROM unanswered WHERE question = '量子纠缠怎么推导'")


async def test_a_question_at_the_end_of_a_story_is_found(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("我今年七十二了，老伴走得早，孩子都在外地，一个人在家闷得慌。城市书房在哪里？")
    citizen.sees("书房")
    assert "您是不是想问" not in citizen.heard


async def test_a_bare_question_goes_on_from_the_last_answer(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("城市书房在哪里？")
    await citizen.says("那几点开门呢？")
    citizen.sees("书房")
    await citizen.says("大扫除哪天搞")
    await citizen.says("那几点开门呢？")
    assert "书房" not in citizen.heard.split("\n")[0]


async def test_a_bare_question_long_after_the_last_answer_stands_alone(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("菜市场啥时候改造")
    await citizen.says("那要多久呢")
    soon = citizen.heard
    await citizen.says("菜市场啥时候改造")
    await town.control("clock", advance=timedelta(hours=2).total_seconds())
    await citizen.says("那要多久呢")
    assert citizen.heard != soon


async def test_an_answer_offers_what_goes_with_it_and_a_tap_goes_there(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("城市书房在哪里？")
    first = citizen.heard
    citizen.sees("您可能还想问")
    await citizen.taps(1)
    assert citizen.heard
    assert citizen.heard != first
