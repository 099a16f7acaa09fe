"""A town under test: the real service behind the pretend platform, both on free ports of this machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.app import open_workplace
from bot.commands import COMMANDS
from bot.control import ask_service
from bot.sandbox.config import SandboxConfig
from bot.sandbox.platform import Sandbox
from bot.service import serve
from bot.settings import Settings, read_settings
from store.database import Database, open_database
from tests.ports import free_port as free_port

APP_ID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "town-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEAL_KEY = Fernet.generate_key().decode()
ROBOT = "/cgi-bin/webhook/send?key=duty-robot"  # the duty officers', on the pretend platform
SECONDS_TO_START = 20.0


@dataclass(slots=True)
class Citizen:
    """Somebody with a phone; every act returns what the platform made of it."""

    openid: str
    town: "Town"
    outcome: Mapping[str, Any] = field(default_factory=dict)

    async def does(self, act: str, **details: object) -> Mapping[str, Any]:
        """Do something with the phone."""
        self.outcome = await self.town.control(f"citizens/{self.openid}/{act}", **details)
        return self.outcome

    async def follows(self, **details: object) -> None:
        """Follow the account."""
        await self.does("follows", **details)

    async def says(self, text: str) -> None:
        """Write a text."""
        await self.does("says", text=text)

    async def taps(self, index: int) -> None:
        """Tap a link of the last bubble from the account."""
        bubble = [bubble for bubble in await self.inbox() if bubble["from"] == "account"][-1]
        await self.does("taps", bubble=bubble["id"], link=index)

    async def inbox(self) -> list[dict[str, Any]]:
        """Return all bubbles on the phone."""
        seen = await self.town.control_get(f"citizens/{self.openid}/inbox")
        bubbles: list[dict[str, Any]] = seen["bubbles"]
        return bubbles

    @property
    def heard(self) -> str:
        """Return the words of the last reply, "" for none."""
        reply = self.outcome.get("reply") or {}
        return str(reply.get("content", ""))

    def sees(self, *parts: str) -> None:
        """Check that the last reply holds these words."""
        assert self.outcome["verdict"] == "reply", self.outcome
        for part in parts:
            assert part in self.heard, f"{part!r} is not in {self.heard!r}"

    def sees_nothing(self) -> None:
        """Check that the service answered `success`."""
        assert self.outcome["verdict"] == "silent", self.outcome


@dataclass(slots=True)
class Town:
    """The pretend platform, the running service and its database."""

    settings: Settings
    sandbox: Sandbox
    database: Database
    session: aiohttp.ClientSession
    stop: asyncio.Event

    @property
    def address(self) -> str:
        """Return where the service listens."""
        return f"http://{self.settings.host}:{self.settings.port}"

    @property
    def callback(self) -> str:
        """Return the address that the platform calls."""
        return f"{self.address}{self.settings.callback_path}"

    async def control(self, path: str, **body: object) -> dict[str, Any]:
        """Drive the sandbox through its control interface."""
        async with self.session.post(f"{self.sandbox.base_url}/control/{path}", json=body) as answer:
            result: dict[str, Any] = await answer.json()
            assert answer.status < 400, result
            return result

    async def control_get(self, path: str) -> dict[str, Any]:
        """Ask the sandbox."""
        async with self.session.get(f"{self.sandbox.base_url}/control/{path}") as answer:
            result: dict[str, Any] = await answer.json()
            return result

    async def moves_in(self, name: str = "王阿姨") -> Citizen:
        """Add a citizen who doesn't follow yet."""
        return Citizen((await self.control("citizens", name=name))["openid"], self)

    async def follower(self, name: str = "王阿姨") -> Citizen:
        """Add a citizen who follows."""
        citizen = await self.moves_in(name)
        await citizen.follows()
        return citizen

    async def get(self, path: str) -> tuple[int, str]:
        """Ask the service itself."""
        async with self.session.get(self.address + path) as answer:
            return answer.status, await answer.text()

    async def command(self, name: str, **arguments: object) -> Mapping[str, object]:
        """Run a command as the command line does: inside the service on SQLite, beside it on PostgreSQL."""
        if self.settings.database_url.startswith("sqlite"):
            return await ask_service(self.settings.control_socket, name, arguments)
        place = open_workplace(self.settings, database=self.database, session=self.session)
        return await COMMANDS[name](place, **arguments)

    async def calls(self, path: str = "") -> list[dict[str, Any]]:
        """Return what the service called on the platform."""
        found: list[dict[str, Any]] = (await self.control_get(f"calls?path={path}"))["calls"]
        return found

    async def alerts(self, number: int = 0) -> list[str]:
        """Return what the duty officers' group has received, once there are so many."""
        async with asyncio.timeout(10):
            while len(found := (await self.control_get("robot"))["messages"]) < number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return [message["content"] for message in found]

    async def until(self, question: str, answers: int = 1) -> None:
        """Wait until a query counts as many rows, at most ten seconds."""
        from sqlalchemy import text

        async with asyncio.timeout(10):
            while await self.database.read(lambda conn: conn.scalar(text(question))) != answers:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


def settings_for(folder: Path, database_url: str, *, platform: str, **changes: object) -> Settings:
    """Return the settings of a town under test."""
    values: dict[str, object] = {
        "_env_file": None,
        "account_kind": "verified_service",
        "app_id": APP_ID,
        "app_secret": SECRET,
        "callback_token": TOKEN,
        "aes_key": AES_KEY,
        "wechat_api_url": platform,
        "wechat_open_url": platform,
        "wechat_mp_url": platform,
        "wechat_js_url": platform,
        "port": free_port(),
        "database_url": database_url,
        "files_dir": folder / "files",
        "erasure_ledger": folder / "erasures.log",
        "control_socket": folder / "control.sock",
        "secret_keys": SEAL_KEY,
        "live": False,
        "sample_articles": True,
        "clock_offset_file": folder / "clock",
        "duty_robot_url": None,
        "office_phone": "0371-1234567",
        "office_hours": "工作日 9:00–17:00",
    }
    return read_settings(**values | changes)


@asynccontextmanager
async def open_town(
    folder: Path, database_url: str, *, mode: str = "safe", push_format: str = "xml", **changes: object
) -> AsyncIterator[Town]:
    """Run the platform and the service until the block ends."""
    settings = settings_for(folder, database_url, platform="http://127.0.0.1:1", **changes)
    sandbox = Sandbox(
        SandboxConfig(
            callback=f"http://{settings.host}:{settings.port}{settings.callback_path}",
            token=TOKEN,
            appid=APP_ID,
            secret=SECRET,
            aes_key=AES_KEY,
            account=settings.account_kind.value,
            mode=mode,  # type: ignore[arg-type]
            format=push_format,  # type: ignore[arg-type]
            pause=0.05,
            clock_file=settings.clock_offset_file,
        )
    )
    platform = await sandbox.start(port=0)
    addresses = dict.fromkeys(("wechat_api_url", "wechat_open_url", "wechat_mp_url", "wechat_js_url"), platform)
    robot = {} if "duty_robot_url" in changes else {"duty_robot_url": SecretStr(platform + ROBOT)}
    settings = settings.model_copy(update=addresses | robot)
    try:
        async with run_service(settings) as stop, aiohttp.ClientSession() as session:
            database = open_database(settings.database_url)
            try:
                yield Town(settings, sandbox, database, session, stop)
            finally:
                await database.close()
    finally:
        await sandbox.stop()


@asynccontextmanager
async def run_service(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """Run the service in this loop; the event stops it."""
    stop, ready = asyncio.Event(), asyncio.Event()
    service = asyncio.create_task(serve(settings, stop=stop, started=lambda _: ready.set()))
    starting = asyncio.create_task(ready.wait())
    await asyncio.wait({service, starting}, timeout=SECONDS_TO_START, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    if not ready.is_set():
        stop.set()
        service.result()  # raises what kept it from starting
    try:
        yield stop
    finally:
        stop.set()
        await service
