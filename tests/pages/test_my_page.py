"""The page behind a signed link: all that is held, a file to take away, erasing; and every link that must not open."""

import asyncio
import re

import pytest
from sqlalchemy import text

from store import citizens
from store.sealing import Seal
from tests.conversations.personal import keep_contact
from tests.dialogue.pushing import RIDDLE, change, count
from tests.pages.visitor import get, link_of, open_own_page, post
from tests.town import SEAL_KEY, Town

HALF_AN_HOUR = 30 * 60


async def _log(town: Town) -> list[tuple[str, str, str]]:
    query = text("SELECT event, who, detail FROM security_log ORDER BY id")
    rows = await town.database.read(lambda conn: conn.execute(query).all())
    return [(row.event, row.who, row.detail) for row in rows]


async def test_it_shows_what_is_held_and_of_nobody_else(paged_town: Town) -> None:
    citizen, other = await paged_town.follower(), await paged_town.follower("李师傅")
    await citizen.says(RIDDLE)
    await citizen.does("sends_photo")
    await keep_contact(paged_town, citizen, kind="phone", value="13903710000")
    await citizen.says("同意书")
    await citizen.says("同意")
    await other.says("我家住幸福路18号院")
    page = await open_own_page(paged_town, citizen)
    for words in (
        RIDDLE,
        "照片",
        "13903710000",
        "同意我们记姓名和电话",
        citizen.openid,
        "导出成文件",
        "删除我的全部信息",
    ):
        assert words in page.text
    for words in (other.openid, "幸福路"):
        assert words not in page.text


async def test_what_looks_like_markup_is_shown_as_it_was_written(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    await citizen.says('<script>alert(1)</script><img src=x onerror="alert(2)">')
    page = await open_own_page(paged_town, citizen)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text


async def test_nothing_from_elsewhere_and_nothing_kept(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    page = await open_own_page(paged_town, citizen)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    nonce = re.search(r"nonce-([\w-]+)", policy)
    assert nonce
    assert f'<style nonce="{nonce[1]}">' in page.text
    assert re.findall(r'(?:src|action)="(?!/my/erase")', page.text) == []
    assert re.findall(r'href="(https?://[^"]+)"', page.text) == ["https://beian.miit.gov.cn/"]
    again = await open_own_page(paged_town, citizen)
    assert again.headers["Content-Security-Policy"] != policy


async def test_the_file_is_json_of_everything(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    await citizen.says(RIDDLE)
    page = await open_own_page(paged_town, citizen)
    answer = await get(paged_town, page.export_path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-information.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert RIDDLE in answer.text
    assert citizen.openid in answer.text
    assert [event for event, *_ in await _log(paged_town)] == ["link_sent", "my_data_shown", "my_data_exported"]


async def test_erasing_needs_the_tick_and_then_nothing_opens_any_more(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    await citizen.says(RIDDLE)
    link = await link_of(citizen)
    page = await get(paged_town, link)
    unticked = await post(paged_town, "/my/erase", token=page.erase_token)
    assert unticked.status == 400
    assert "请先在下面打勾" in unticked.text
    assert await count(paged_town, "erasures") == 0
    done = await post(paged_town, "/my/erase", token=page.erase_token, confirm="yes")
    assert (done.status, "您的信息都删掉了" in done.text) == (200, True)
    assert await count(paged_town, "erasures WHERE cause = 'asked_on_page'") == 1
    assert await count(paged_town, "citizens WHERE openid IS NOT NULL") == 0
    for answer in (
        await post(paged_town, "/my/erase", token=page.erase_token, confirm="yes"),
        await get(paged_town, link),
        await get(paged_town, page.export_path),
    ):
        assert (answer.status, "已经没有您的信息" in answer.text) == (410, True)
    events = [(event, detail) for event, _, detail in await _log(paged_town)]
    assert events[-4:] == [("my_data_erased", ""), *[("link_refused", "erased")] * 3]
    await citizen.says("菜单")
    citizen.sees("我能帮您")
    assert await count(paged_town, "erasures") == 1


async def test_two_presses_at_once_erase_once(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    page = await open_own_page(paged_town, citizen)
    presses = [post(paged_town, "/my/erase", token=page.erase_token, confirm="yes") for _ in range(4)]
    assert sorted(answer.status for answer in await asyncio.gather(*presses)) == [200, 410, 410, 410]
    assert await count(paged_town, "erasures") == 1


async def test_a_link_lasts_half_an_hour(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    link = await link_of(citizen)
    page = await get(paged_town, link)
    await paged_town.control("clock", advance=HALF_AN_HOUR - 60)
    await asyncio.sleep(0.25)  # the service looks at the clock's file five times a second
    assert (await get(paged_town, link)).status == 200
    await paged_town.control("clock", advance=120)
    await asyncio.sleep(0.25)
    for answer in (
        await get(paged_town, link),
        await get(paged_town, page.export_path),
        await post(paged_town, "/my/erase", token=page.erase_token, confirm="yes"),
    ):
        assert (answer.status, "过了时间" in answer.text) == (410, True)
    assert await count(paged_town, "erasures") == 0
    who = Seal([SEAL_KEY]).alias(await _citizen_id(paged_town, citizen.openid))
    assert (await _log(paged_town))[-3:] == [("link_refused", who, "expired")] * 3


async def _citizen_id(town: Town, openid: str) -> str:
    found = await town.database.read(citizens.find_by_openid, openid)
    assert found is not None
    return found


@pytest.mark.parametrize("spoil", ["cut", "changed", "empty", "foreign", "long", "Han", "other purpose"])
async def test_a_wrong_link_opens_nothing_and_is_noted(paged_town: Town, spoil: str) -> None:
    citizen = await paged_town.follower()
    page = await open_own_page(paged_town, citizen)
    before = len(await _log(paged_town))
    token = (await link_of(citizen)).partition("token=")[2]
    foreign = Seal(["x" * 43 + "="]).close(f"link see {await _citizen_id(paged_town, citizen.openid)} 99999999999")
    wrong = {
        "cut": token[:-5],
        "changed": f"{token[:40]}{'A' if token[40] != 'A' else 'B'}{token[41:]}",
        "empty": "",
        "foreign": foreign.decode().rstrip("="),
        "long": "A" * 5000,
        "Han": "我的信息",
        "other purpose": page.erase_token,
    }[spoil]
    answer = await get(paged_town, f"/my?token={wrong}")
    assert (answer.status, "这个链接不对" in answer.text) == (403, True)
    assert RIDDLE not in answer.text
    assert (await _log(paged_town))[before + 1 :] == [("link_refused", "", "bad")]


async def test_neither_looking_nor_taking_may_erase(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    link = await link_of(citizen)
    page = await get(paged_town, link)
    for token in (link.partition("token=")[2], page.export_path.partition("token=")[2]):
        assert (await post(paged_town, "/my/erase", token=token, confirm="yes")).status == 403
    assert (await get(paged_town, f"/my/erase?token={page.erase_token}&confirm=yes")).status == 405
    assert await count(paged_town, "erasures") == 0


async def test_many_knocks_dont_fill_the_log(paged_town: Town) -> None:
    for start in range(0, 200, 20):
        knocks = [get(paged_town, f"/my?token={number}") for number in range(start, start + 20)]
        assert {answer.status for answer in await asyncio.gather(*knocks)} == {403}
    assert 60 <= await count(paged_town, "security_log") <= 120  # sixty a minute, and a minute may turn in between


async def test_a_database_in_trouble_is_said_in_plain_words(paged_town: Town) -> None:
    citizen = await paged_town.follower()
    link = await link_of(citizen)
    await change(paged_town, "ALTER TABLE contacts RENAME COLUMN sealed TO closed")
    answer = await get(paged_town, link)
    assert (answer.status, "请过几分钟再打开" in answer.text) == (503, True)
