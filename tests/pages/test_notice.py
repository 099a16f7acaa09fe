"""The notice that everybody may read: its facts are the settings', and its letters can be read."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain import consent
from tests.pages.visitor import get
from tests.town import Town, open_town


async def test_periods_office_and_rights(tmp_path: Path, sqlite_url: str) -> None:
    days: dict[str, Any] = {
        "keep_chat_days": 91,
        "keep_unanswered_days": 92,
        "keep_contacts_days": 93,
        "keep_consents_days": 994,
        "keep_failures_days": 95,
        "keep_security_log_days": 196,
    }
    async with open_town(tmp_path, sqlite_url, office_name="某区文明办", police_number="豫公网安备1号", **days) as town:
        page = await get(town, "/privacy")
    assert page.status == 200
    assert [name for name, number in days.items() if f"{number} 天" not in page.text] == []
    for words in ("某区文明办", "0371-1234567", "工作日 9:00–17:00", "12345", "我的信息", "撤回同意", "豫公网安备1号"):
        assert words in page.text
    assert consent.VERSION in page.text
    assert "外面的计算机服务" not in page.text


async def test_a_model_outside_is_named(tmp_path: Path, sqlite_url: str) -> None:
    models: dict[str, Any] = {
        "chooser_url": "http://127.0.0.1:9/v1",
        "chooser_model": "m",
        "chooser_key": SecretStr("k"),
    }
    async with open_town(tmp_path, sqlite_url, **models) as town:
        assert "外面的计算机服务" in (await get(town, "/privacy")).text


async def test_it_can_be_enlarged_and_names_the_filing(paged_town: Town) -> None:
    page = await get(paged_town, "/privacy")
    assert page.status == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "豫ICP备00000000号-1" in page.text
    assert re.search(r"<html lang=\"zh-CN\">", page.text)
    assert "user-scalable" not in page.text


@pytest.mark.parametrize("path", ["/my/export", "/my", "/my/erase"])
async def test_without_a_token_nothing_opens(paged_town: Town, path: str) -> None:
    answer = await get(paged_town, path)
    assert answer.status in {403, 405}


async def test_nobody_may_frame_a_live_accounts_pages(tmp_path: Path, sqlite_url: str) -> None:
    live: dict[str, Any] = {"live": True, "sample_articles": False, "clock_offset_file": None}
    async with open_town(tmp_path, sqlite_url, **live) as town:
        page = await get(town, "/privacy")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
