"""`wenming doctor` about the pages for citizens: whether there are any, and whether they open."""

from pathlib import Path
from typing import Any

import pytest

from bot.doctor import examine
from bot.settings import SettingsError
from tests.cli.test_doctor import find, take_settings
from tests.town import free_port, open_town, settings_for


async def test_without_an_address_it_warns(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_town(tmp_path, sqlite_url) as town:
        take_settings(town, monkeypatch, tmp_path)
        findings = await examine(offline=False)
    assert find(findings, "pages").startswith("warn")
    assert "PUBLIC_URL is empty" in find(findings, "pages")


async def test_pages_that_open(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    async with open_town(tmp_path, sqlite_url, port=port, public_url=f"http://127.0.0.1:{port}") as town:
        take_settings(town, monkeypatch, tmp_path)
        findings = await examine(offline=False)
    assert find(findings, "pages") == f"ok    pages: http://127.0.0.1:{port}/privacy opens"


async def test_an_address_of_something_else(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_town(tmp_path, sqlite_url) as town:
        take_settings(town, monkeypatch, tmp_path, public_url=town.sandbox.base_url)
        assert "isn't this service's page (status 404)" in find(await examine(offline=False), "pages")
        take_settings(town, monkeypatch, tmp_path, public_url="http://127.0.0.1:9")
        assert "doesn't open" in find(await examine(offline=False), "pages")


def test_a_live_account_needs_https(tmp_path: Path, sqlite_url: str) -> None:
    live: dict[str, Any] = {"live": True, "sample_articles": False, "clock_offset_file": None}
    with pytest.raises(SettingsError, match="PUBLIC_URL must begin with https"):
        settings_for(tmp_path, sqlite_url, platform="http://127.0.0.1:9", public_url="http://wx.example.gov.cn", **live)
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        settings_for(tmp_path, sqlite_url, platform="http://127.0.0.1:9", public_url="https://a.cn/path")


async def test_a_proxy_that_hides_who_calls(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    live = {"live": "true", "sample_articles": "false", "public_url": "https://wx.example.gov.cn"}
    async with open_town(tmp_path, sqlite_url) as town:
        take_settings(town, monkeypatch, tmp_path, **live)
        monkeypatch.delenv("CLOCK_OFFSET_FILE")
        assert "DESK_PROXY_HEADER is empty" in find(await examine(offline=True), "console")
        monkeypatch.setenv("DESK_PROXY_HEADER", "X-Real-IP")
        assert not [one for one in await examine(offline=True) if one.about == "console"]
