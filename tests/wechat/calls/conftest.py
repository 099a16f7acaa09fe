"""A client of the sandbox and one of a server that answers as told; SQLite is enough for both."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.wechat.api import WeChatApi
from store.database import Database
from tests.wechat.odd_server import OddServer, start_odd_server
from tests.wechat.platform import Platform, open_api, start_platform


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with start_platform() as started:
        yield started


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    async with start_odd_server() as started:
        yield started


@pytest.fixture
def empty_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "wenming.db")
    return f"sqlite:///{tmp_path / 'wenming.db'}"


@pytest.fixture
def api(platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, platform.url, database)


@pytest.fixture
async def odd_api(odd: OddServer, platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, odd.url, database, answer_seconds=2.0)
