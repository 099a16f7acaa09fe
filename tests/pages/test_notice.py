"""The notice that everybody may read: its facts are the settings', and its letters can be read."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.domain import consent
from store import citizens
from tests.pages.visitor import get
from tests.town import Town, open_town, settings_for


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
    assert consent.version(town.settings) in page.text
    assert "不交给外面的计算机服务" in page.text


CHOOSER: dict[str, Any] = {
    "chooser_url": "https://models.example.cn:8443/v1",
    "chooser_model": "m",
    "chooser_key": SecretStr("k"),
}
VECTORS: dict[str, Any] = {
    "semantic": "remote",
    "embeddings_url": "https://vectors.example.com/v1",
    "embeddings_model": "m",
    "embeddings_key": SecretStr("k"),
}
NO_ROBOT: dict[str, Any] = {"duty_robot_url": None}


@pytest.mark.parametrize(
    ("models", "hosts"),
    [
        (CHOOSER, "models.example.cn"),
        (VECTORS, "vectors.example.com"),
        (CHOOSER | VECTORS, "vectors.example.com、models.example.cn"),
    ],
)
async def test_a_model_outside_is_named(tmp_path: Path, sqlite_url: str, models: dict[str, Any], hosts: str) -> None:
    async with open_town(tmp_path, sqlite_url, **models, **NO_ROBOT) as town:
        page = (await get(town, "/privacy")).text
        assert f"对方是：{hosts}。" in page
        assert "去掉姓名、电话、地址、证件号，再交给外面的计算机服务" in page
        assert "企业微信" not in page
        citizen = await town.follower()
        await citizen.says("隐私说明")
        citizen.sees(f"会交给{hosts}的计算机比对")


async def test_the_duty_group_is_named_where_there_is_one(tmp_path: Path, sqlite_url: str) -> None:
    async with open_town(tmp_path, sqlite_url) as town:
        assert "马上发到办公室值班人员的企业微信群" in (await get(town, "/privacy")).text
        citizen = await town.follower()
        await citizen.says("隐私说明")
        citizen.sees("原话会马上发到办公室值班的企业微信群")


async def test_who_gets_what_is_part_of_the_version(tmp_path: Path) -> None:
    """Whoever agreed before somebody else gets citizens' words is asked anew; nothing else asks anew."""
    ways: tuple[dict[str, Any], ...] = (
        {},
        CHOOSER,
        VECTORS,
        CHOOSER | VECTORS,
        {"duty_robot_url": SecretStr("https://robot.example.cn/send")},
    )
    towns = [settings_for(tmp_path, "sqlite:///x", platform="http://127.0.0.1:1", **changes) for changes in ways]
    assert len({consent.version(settings) for settings in towns}) == len(ways)
    other = {"keep_chat_days": 7, "chooser_model": "n", "chooser_key": SecretStr("l")}
    asked = settings_for(tmp_path, "sqlite:///x", platform="http://127.0.0.1:1", **(CHOOSER | other))
    assert consent.version(asked) == consent.version(towns[1])


async def test_an_agreement_ends_when_a_provider_comes(tmp_path: Path, database_url: str) -> None:
    async with open_town(tmp_path, database_url) as town:
        citizen = await town.follower()
        await citizen.says("同意书")
        await citizen.says("同意")
        who = await town.database.read(citizens.find_by_openid, citizen.openid)
        assert who is not None
        assert not await town.database.read(consent.is_needed, who, town.settings)
        with_provider = town.settings.model_copy(update={"chooser_url": CHOOSER["chooser_url"]})
        assert await town.database.read(consent.is_needed, who, with_provider)


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
