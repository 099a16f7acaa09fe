"""The page around the conversation: keyboard, traffic, narrow screens, other citizens, text that looks like markup."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.demo import Demo
from tests.browser.phone import NARROW, OpenPhone, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIKE_MARKUP = (
    "<b>大扫除</b>哪天搞",
    "<script>alert(1)</script>大扫除哪天搞",
    "大扫除哪天搞]]></Content><Content><![CDATA[",
    '大扫除哪天搞 & &lt; &amp; "引号" <a href="javascript:alert(1)">点我</a>',
    "大扫除哪天搞🧹\n第二行  两个空格",
)


async def test_following_and_asking_without_a_mouse(phone: Phone) -> None:
    keys = phone.page.keyboard
    await expect(phone.get("profile-follow")).to_be_visible()
    await phone.tabs_to("profile-follow")
    await phone.follows(keys.press("Enter"))
    await phone.tabs_to("menu-toggle")
    await keys.press("Enter")
    await expect(phone.get("composer")).to_be_focused()
    await keys.type("大扫除哪天搞")
    assert "星期五" in await phone.answer_to(keys.press("Enter"))
    await expect(phone.get("composer")).to_be_focused()
    await phone.bubbles.first.get_by_test_id("bubble-link").nth(1).focus()
    assert "主题读书日" in await phone.answer_to(keys.press("Enter"))
    await keys.press("Tab")
    assert "三轮" in await phone.answer_to(keys.press("Space"))


async def test_the_traffic_pane_shows_the_raw_exchange(phone: Phone) -> None:
    await phone.get("traffic-fold").click()
    await phone.follows()
    await phone.get("traffic-citizen").select_option(phone.openid)
    await phone.get("traffic-direction").select_option("push")
    await expect(phone.get("exchange")).to_have_count(1)
    await phone.says("大扫除哪天搞")
    await expect(phone.get("exchange")).to_have_count(2)
    await phone.get("exchange").last.locator("summary").click()
    request, response = phone.get("exchange-request"), phone.get("exchange-response")
    await expect(request).to_contain_text("<Encrypt>")
    await expect(request).to_contain_text("大扫除哪天搞")
    await expect(request).to_contain_text(phone.openid)
    await expect(response).to_contain_text("<Encrypt>")
    await expect(response).to_contain_text("星期五")


async def test_two_citizens_at_once_get_their_own_answers(demo: Demo, open_phone: OpenPhone) -> None:
    aunt, driver = await open_phone(demo, "赵大妈"), await open_phone(demo, "钱师傅")
    await asyncio.gather(aunt.follows(), driver.follows())
    answers = await asyncio.gather(aunt.says("大扫除哪天搞"), driver.says("咱这菜市场啥时候整修"))
    assert "星期五" in answers[0]
    assert "农贸市场" in answers[1]
    for phone, other in ((aunt, answers[1]), (driver, answers[0])):
        await expect(phone.bubbles).to_have_count(2)
        assert other not in await phone.bubbles.all_inner_texts()


async def test_one_phone_in_another_hand(demo: Demo, open_phone: OpenPhone) -> None:
    son, mother = await open_phone(demo, "孙小弟"), await open_phone(demo, "孙妈妈")
    await son.follows()
    await mother.follows()
    await mother.says("大扫除哪天搞")
    await son.get("citizen-switch").click()
    await son.page.locator(f'[data-testid="citizen"][data-openid="{mother.openid}"]').click()
    await expect(son.bubbles).to_have_count(2)
    await expect(son.bubbles.last).to_contain_text("星期五")
    await son.get("citizen-switch").click()
    await son.page.locator(f'[data-testid="citizen"][data-openid="{son.openid}"]').click()
    await expect(son.bubbles).to_have_count(1)


async def test_what_looks_like_markup_is_shown_as_it_was_written(phone: Phone) -> None:
    await phone.follows()
    for text in LIKE_MARKUP:
        answer = await phone.says(text)
        assert await phone.own().last.text_content() == text
        assert await phone.own().last.locator("*").count() == 0
        assert "星期五" in answer or "您是不是想问" in answer or "答不上来" in answer, answer


async def test_a_place_whose_name_looks_like_markup(phone: Phone) -> None:
    name = "<b>菜市场</b>]]>&"
    await phone.follows()
    await phone.opens_plus("plus-location")
    await phone.get("place-label").fill(name)
    answer = await phone.answer_to(phone.get("place-send").click())
    assert "“＜b＞菜市场＜/b＞]]＞＆”收到了" in answer  # the wide twins look alike and are never markup
    await expect(phone.own("location").locator("strong")).to_have_text(name)
    assert await phone.bubbles.last.locator("*").count() == 0


async def test_a_very_long_message_is_answered(phone: Phone) -> None:
    await phone.follows()
    text = "大扫除哪天搞" + "呀" * 506
    assert "星期五" in await phone.says(text)
    assert await phone.own().last.text_content() == text


async def test_a_phone_size_screen(demo: Demo, open_phone: OpenPhone) -> None:
    phone = await open_phone(demo, narrow=True)
    await expect(phone.get("traffic")).to_be_hidden()
    await phone.follows(phone.get("profile-follow").tap())
    await phone.get("menu-toggle").tap()
    await phone.get("composer").fill("大扫除哪天搞")
    assert "星期五" in await phone.answer_to(phone.get("send").tap())
    await expect(phone.bubbles.last).to_be_in_viewport()
    await expect(phone.get("plus")).to_be_in_viewport(ratio=1)
    assert await phone.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    await phone.get("view-traffic").tap()
    await expect(phone.get("exchange").last).to_be_in_viewport()
    await phone.get("exchange").last.locator("summary").tap()
    await expect(phone.get("exchange-request")).to_be_in_viewport()
    assert await phone.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
