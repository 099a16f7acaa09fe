"""我的信息 in the chat: what is kept in plain words, the address of the page, and the words themselves without one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import texts
from bot.settings import AccountKind
from tests.conversations.personal import address_in, keep_contact
from tests.dialogue.pushing import RIDDLE, count
from tests.town import Town, open_town

PUBLIC = "https://wx.example.gov.cn"


@pytest.fixture
async def public_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town whose pages citizens can open."""
    async with open_town(tmp_path, database_url, public_url=PUBLIC) as opened:
        yield opened


async def test_it_counts_what_is_kept_and_says_how_long(public_town: Town) -> None:
    citizen = await public_town.follower()
    await citizen.says(RIDDLE)
    await citizen.does("sends_photo")
    await citizen.says("我的信息")
    # following, the riddle and the photo; this very message is written down after it was answered
    citizen.sees("聊天 3 条", "每条留 180 天", "照片、语音、视频 1 个", "问题 1 个，留 365 天", "姓名、电话：没有记")
    citizen.sees("取消关注", "删除我的信息", f"{PUBLIC}/privacy", "30 分钟")
    assert address_in(citizen.heard).startswith(f"{PUBLIC}/my?token=")
    assert texts.LONG_ANSWER_TAIL not in citizen.heard
    await public_town.until("SELECT count(*) FROM security_log WHERE event = 'link_sent' AND length(who) = 32")


async def test_a_phone_that_was_given_is_counted_but_not_shown(public_town: Town) -> None:
    citizen = await public_town.follower()
    await keep_contact(public_town, citizen, kind="phone", value="13903710000")
    await citizen.says("你们存了我什么")
    citizen.sees("姓名、电话：1 项")
    assert "13903710000" not in citizen.heard


async def test_the_button_and_the_words_lead_to_the_same(public_town: Town) -> None:
    await public_town.command("menu_push")
    citizen = await public_town.follower()
    await citizen.does("clicks", key="privacy")
    citizen.sees("我们记着您的这些")
    for words in ("我的资料", "个人信息", "看看我的信息"):
        await citizen.says(words)
        citizen.sees("我们记着您的这些")
    for words in ("导出", "导出我的信息"):
        await citizen.says(words)
        citizen.sees(f"{PUBLIC}/my?token=", "30 分钟")


async def test_each_asker_gets_a_link_of_their_own(public_town: Town) -> None:
    one, other = await public_town.follower(), await public_town.follower("李师傅")
    for citizen in (one, other):
        await citizen.says("导出")
    assert address_in(one.heard) != address_in(other.heard)


async def test_the_notice_in_short(public_town: Town) -> None:
    citizen = await public_town.follower()
    for words in ("隐私政策", "会不会泄露", "聊天记录会存吗"):
        await citizen.says(words)
        citizen.sees("只为答您", "180 天", f"{PUBLIC}/privacy", "我的信息")


async def test_without_pages_the_chat_says_so_and_gives_the_words(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    await citizen.says("我的信息")
    citizen.sees("网页还没开通", "导出我的信息", "删除我的信息")
    assert "http" not in citizen.heard.replace("weixin://", "")
    await citizen.says("导出我的信息")
    citizen.sees("网页还没开通", f"{RIDDLE}\n", "没答上来的问题", "0371-1234567")
    assert citizen.heard.count(RIDDLE) == 2
    assert await count(town, "security_log") == 0


async def test_a_long_talk_is_given_piece_by_piece(town: Town) -> None:
    citizen = await town.follower()
    for number in range(30):
        await citizen.says(f"第{number}回问：{RIDDLE * 3}")
    await citizen.says("导出")
    pieces = [citizen.heard]
    while texts.LONG_ANSWER_TAIL in citizen.heard:
        await citizen.says("继续")
        pieces.append(citizen.heard)
    whole = "".join(pieces)
    assert len(pieces) > 2
    assert [number for number in range(30) if f"第{number}回问" not in whole] == []
    await citizen.says("继续")
    citizen.sees("刚才的都说完了")


async def test_what_looks_like_markup_comes_back_harmless(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says('<a href="https://evil.example/">点我领奖</a>')
    await citizen.says("导出")
    assert '<a href="https' not in citizen.heard
    citizen.sees("点我领奖")


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_every_kind_of_account_has_it(tmp_path: Path, sqlite_url: str, kind: AccountKind) -> None:
    async with open_town(tmp_path, sqlite_url, account_kind=kind, public_url=PUBLIC) as town:
        citizen = await town.follower()
        await citizen.says("我的信息")
        citizen.sees(f"{PUBLIC}/my?token=")
