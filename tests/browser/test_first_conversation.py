"""What a stranger does first: follow, read, ask, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

# By the work plan's measure: a citizen's own words, and facts of the plan. No question holds the fact that it asks for.
QUESTIONS: dict[int, list[tuple[str, tuple[str, ...]]]] = {
    5: [
        ("骑电瓶车的老闯红灯，谁管管", ("上半年、下半年各有一次", "走斑马线")),
        ("路口电动三轮车拉活，你们管不管呀", ("黑出租", "集中清理", "12345")),
    ],
    10: [("一个礼拜哪天全城大扫除", ("每个星期五", "街道", "社区"))],
    15: [("我想听老教授讲课，什么时候有", ("每月的主题读书日", "老教授", "城市书房"))],
    22: [("咱这菜市场啥时候整修", ("农贸市场", "由创建办公布"))],
}
TYPOS = {"大扫厨是星期几": "每个星期五", "菜市厂什么时候改造": "农贸市场", "志原者怎么报名": "志愿者"}
# Vague on purpose; which of them is answered with an offer depends on the articles.
VAGUE = ("广告", "街上", "在哪里", "车", "乱", "宣传")


def is_an_answer(words: str) -> bool:
    """Tell an article's words from an offer and from a refusal."""
    answer, _, _related = words.partition("\n\n您可能还想问")
    return answer.endswith("。") and "您是不是想问" not in words and "答不上来" not in words


async def test_the_welcome_says_what_to_do_and_its_examples_work(phone: Phone) -> None:
    welcome = await phone.follows()
    for words in ("您好", "文明小助手", "直接打字问我", "人工", "12345"):
        assert words in welcome
    examples = (await phone.offered())[:-1]  # the last link calls a person
    assert len(examples) == 3
    for example in examples:
        link = phone.bubbles.first.get_by_test_id("bubble-link").filter(has_text=example)
        answer = await phone.answer_to(link.click())
        assert await phone.own().last.inner_text() == example
        assert is_an_answer(answer), answer


@pytest.mark.parametrize("measure", QUESTIONS)
async def test_questions_in_own_words_bring_the_facts(phone: Phone, measure: int) -> None:
    await phone.follows()
    for question, facts in QUESTIONS[measure]:
        answer = await phone.says(question)
        assert await phone.own().last.inner_text() == question
        assert [fact for fact in facts if fact not in answer] == [], answer


async def test_typos_that_sound_alike_are_understood(phone: Phone) -> None:
    await phone.follows()
    for question, fact in TYPOS.items():
        assert fact in await phone.says(question), question


async def test_what_nobody_here_knows_is_refused_honestly(phone: Phone) -> None:
    await phone.follows()
    answer = await phone.says("今天股票涨了吗")
    for words in ("答不上来", "已经记下", "12345"):
        assert words in answer


async def is_offered_something(phone: Phone) -> list[str]:
    """Ask vaguely until the account offers a choice, and return the choices."""
    for question in VAGUE:
        if "您是不是想问" in await phone.says(question):
            return await phone.offered()
    raise AssertionError(f"none of {VAGUE} was answered with an offer")


async def test_tapping_an_offer_brings_its_answer(phone: Phone) -> None:
    await phone.follows()
    *titles, none = await is_offered_something(phone)
    assert 1 <= len(titles) <= 3
    assert none == "都不是"
    answer = await phone.taps(titles[0])
    assert await phone.own().last.inner_text() == titles[0]
    assert is_an_answer(answer), answer


async def test_a_number_takes_the_offer_too(phone: Phone) -> None:
    await phone.follows()
    titles = await is_offered_something(phone)
    by_tapping = await phone.taps(titles[0])
    await is_offered_something(phone)
    assert await phone.says("1") == by_tapping


async def test_none_of_these_is_kept_for_the_office(phone: Phone) -> None:
    await phone.follows()
    await is_offered_something(phone)
    answer = await phone.taps("都不是")
    for words in ("没答对", "已经记下", "换个说法", "12345"):
        assert words in answer
    assert "没有要选的" in await phone.says("1")


async def test_answers_come_within_a_second(phone: Phone) -> None:
    await phone.follows()
    await phone.takes_keyboard()
    await phone.get("composer").fill("大扫除哪天搞")
    await phone.get("composer").press("Enter")
    await expect(phone.bubbles).to_have_count(2, timeout=1000)
