"""The bottom menu, and all that a phone can send besides words."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.phone import Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUTTONS = {
    ("我要问", "怎么问"): "像平时说话那样",
    ("我要问", "大家常问"): "点一下就能看",
    ("我的", "找人工"): "12345",
    ("我的", "我的信息"): "取消关注",
}


async def test_the_menu_works_from_the_keyboard(phone: Phone) -> None:
    await phone.follows()
    keys = phone.page.keyboard
    await phone.tabs_to("menu-button")
    await keys.press("Enter")
    group = phone.get("menu-button", text="我要问")
    await expect(group).to_have_attribute("aria-expanded", "true")
    await keys.press("Escape")
    await expect(group).to_have_attribute("aria-expanded", "false")
    await keys.press("Enter")
    await keys.press("ArrowDown")
    await expect(phone.get("menu-item", text="怎么问")).to_be_focused()
    answer = await phone.answer_to(keys.press("Enter"))
    assert "像平时说话那样" in answer
    await expect(group).to_be_focused()


async def test_every_button_of_the_menu_answers(phone: Phone) -> None:
    await phone.follows()
    for (group, item), words in BUTTONS.items():
        assert words in await phone.clicks(group, item), item
    await phone.takes_menu()
    labels = await phone.get("menu-item").all_text_contents()
    assert sorted(labels) == sorted(item for _, item in BUTTONS)


async def test_a_common_question_is_answered_by_a_tap(phone: Phone) -> None:
    await phone.follows()
    await phone.clicks("我要问", "大家常问")
    assert "星期五" in await phone.taps("大扫除")


async def test_a_drawn_photo_and_one_of_the_computer(phone: Phone) -> None:
    await phone.follows()
    assert "照片收到了" in await phone.sends_sample_photo()
    picture = await phone.page.screenshot(clip={"x": 0, "y": 0, "width": 300, "height": 200})
    await phone.opens_plus("plus-photo")
    file = FilePayload(name="门口.png", mimeType="image/png", buffer=picture)
    answer = await phone.answer_to(phone.get("photo-file").set_input_files(file))
    assert "照片收到了" in answer
    await expect(phone.own("image")).to_have_count(2)
    await phone.own("image").last.click()
    await expect(phone.get("picture-sheet")).to_be_visible()
    await phone.page.keyboard.press("Escape")
    await expect(phone.get("picture-sheet")).to_have_count(0)


async def test_a_place_is_called_by_its_name(phone: Phone) -> None:
    await phone.follows()
    await phone.opens_plus("plus-location")
    await phone.get("place", text="春晖社区").click()
    answer = await phone.answer_to(phone.get("place-send").click())
    assert "春晖社区 3 号楼" in answer
    assert "收到了" in answer
    await expect(phone.own("location")).to_contain_text("春晖社区 3 号楼")


async def test_voice_video_sticker_and_link(phone: Phone) -> None:
    await phone.follows()
    assert "语音收到了" in await phone.sends_voice()
    assert "视频收到了" in await phone.sends_at_once("plus-video")
    assert "表情我看不到" in await phone.sends_at_once("plus-sticker")
    await phone.opens_plus("plus-link")
    assert "打不开网页" in await phone.answer_to(phone.get("sheet-submit").click())
    for kind in ("voice", "video", "sticker", "link"):
        await expect(phone.own(kind)).to_have_count(1)


async def test_leaving_and_coming_back(phone: Phone) -> None:
    first = await phone.follows()
    await phone.says("大扫除哪天搞")
    await phone.unfollows()
    await phone.get("profile-follow").click()
    await expect(phone.bubbles).to_have_count(3)
    assert await phone.bubbles.last.inner_text() == first


async def test_a_change_of_mind_keeps_the_account(phone: Phone) -> None:
    await phone.follows()
    await phone.get("phone-menu").click()
    await phone.get("follow").click()
    await phone.get("confirm-cancel").click()
    await expect(phone.get("profile")).to_be_hidden()
    assert "星期五" in await phone.says("大扫除哪天搞")
