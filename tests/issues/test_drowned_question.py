"""A short question about something else, right after an answer, was read as one about the answer's subject."""

from tests.town import Town


async def test_a_short_question_with_a_subject_of_its_own_stands_alone(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("大扫除哪天搞")
    await citizen.says("今天股票涨了吗")
    citizen.sees("答不上来")
