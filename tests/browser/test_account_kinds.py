"""The same first conversation on each kind of account: what a kind can't do is said plainly and never attempted."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.settings import AccountKind
from bot.wechat.accounts import CAPABILITIES
from tests.browser.demo import Demo, run_demo
from tests.browser.phone import OpenPhone, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = "/cgi-bin/stable_token"
MENU = {"/cgi-bin/menu/create", "/cgi-bin/menu/get"}
MEDIA = "/cgi-bin/media/get"


def expected_calls(kind: AccountKind) -> set[str]:
    """Return which of the platform's functions the conversation needs on this kind; nothing else may be called."""
    can = CAPABILITIES[kind]
    calls = (MENU if can.custom_menu else set()) | ({MEDIA} if can.media else set())
    return calls | {TOKEN} if calls else calls


async def _calls_when_done(demo: Demo, kind: AccountKind) -> set[str]:
    """Return the paths called, once those that are expected have been."""
    async with asyncio.timeout(10):
        while not (made := {call["path"] for call in await demo.calls()}) >= expected_calls(kind):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return made


async def _looks_for_the_menu(phone: Phone, kind: AccountKind) -> None:
    if CAPABILITIES[kind].custom_menu:
        assert "大家常问" in await phone.get("menu").text_content()  # type: ignore[operator]
        assert "点一下就能看" in await phone.clicks("我要问", "大家常问")
    else:
        await expect(phone.get("menu-toggle")).to_be_hidden()
        answer = await phone.says("菜单")
        assert "我能帮您" in answer
        assert "点一下就能看" in await phone.taps("大家常问")


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_the_first_conversation(tmp_path: Path, open_phone: OpenPhone, kind: AccountKind) -> None:
    can = CAPABILITIES[kind]
    async with run_demo(tmp_path, account=kind) as demo:
        phone = await open_phone(demo, "李师傅")
        assert "直接打字问我" in await phone.follows()
        await _looks_for_the_menu(phone, kind)
        assert "星期五" in await phone.says("一个礼拜哪天全城大扫除")
        assert "答不上来" in await phone.says("今天股票涨了吗")
        assert "照片收到了" in await phone.sends_sample_photo()  # its address comes with the message, on every kind
        assert ("语音收到了" if can.media else "我听不了语音") in await phone.sends_voice()
        assert ("视频收到了" if can.media else "我看不了视频") in await phone.sends_at_once("plus-video")
        assert await _calls_when_done(demo, kind) == expected_calls(kind)
        assert [call for call in await demo.calls() if call["errcode"] not in (0, None)] == []
        await phone.page.close()  # before the demo ends, so that its last words are no complaint
