"""The same first conversation on each kind of account: what a kind can't do is said plainly and never attempted."""

from pathlib import Path

import pytest

from bot.control import CommandFailed
from bot.settings import AccountKind
from bot.wechat.accounts import CAPABILITIES
from tests.town import open_town


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_the_first_conversation(tmp_path: Path, sqlite_url: str, kind: AccountKind) -> None:
    can = CAPABILITIES[kind]
    async with open_town(tmp_path, sqlite_url, account_kind=kind) as town:
        if can.custom_menu:
            await town.command("menu_push")
        citizen = await town.follower()
        citizen.sees("文明小助手")
        await citizen.says("大扫除哪天搞")
        citizen.sees("星期五")
        await citizen.says("菜单")
        citizen.sees("我能帮您", "大家常问")
        await citizen.does("sends_photo")
        citizen.sees("照片收到了")  # its address is pushed, which needs no permission
        await citizen.does("sends_voice")
        citizen.sees("语音收到了" if can.media else "我听不了语音")
        await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'", 2 if can.media else 1)
        assert [call for call in await town.calls() if call["errcode"] == 48001] == []


async def test_a_menu_isnt_attempted_where_there_is_none(tmp_path: Path, sqlite_url: str) -> None:
    async with open_town(tmp_path, sqlite_url, account_kind=AccountKind.UNVERIFIED_SUBSCRIPTION) as town:
        with pytest.raises(CommandFailed, match="custom_menu"):
            await town.command("menu_push")
        assert await town.calls("/cgi-bin/menu/create") == []
