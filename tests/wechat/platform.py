"""The sandbox as the other end of the API client, and the client's parts put together as the service does."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from cryptography.fernet import Fernet

from bot.sandbox.citizens import Citizen
from bot.sandbox.config import SandboxConfig
from bot.sandbox.journal import CallRecord
from bot.sandbox.platform import Sandbox
from bot.settings import AccountKind
from bot.wechat.accounts import CAPABILITIES
from bot.wechat.api import WeChatApi
from bot.wechat.token import AccessToken, Credentials
from bot.wechat.transport import Transport, open_session
from store.database import Database
from store.sealing import Seal

APP_ID = "wx0123456789abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
SEAL = Seal([Fernet.generate_key().decode()])
STABLE_TOKEN = "/cgi-bin/stable_token"
CUSTOM_SEND = "/cgi-bin/message/custom/send"


@dataclass(frozen=True, slots=True)
class Platform:
    """A running sandbox."""

    sandbox: Sandbox
    url: str
    session: ClientSession

    async def control(self, path: str, body: Mapping[str, object]) -> Any:
        """Use the control interface."""
        async with self.session.post(f"{self.url}/control/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def fault(self, kind: str, path: str, **given: object) -> None:
        """Order trouble for an API path."""
        await self.control("faults", {"where": "api", "kind": kind, "path": path, **given})

    def calls(self, path: str) -> list[CallRecord]:
        """Return the calls of a path that reached the platform's own logic."""
        return self.sandbox.world.journal.calls(path)

    def forced(self) -> int:
        """Count the forced refreshes."""
        return sum(call.json["force_refresh"] is True for call in self.calls(STABLE_TOKEN))

    def tokens_used(self, path: str) -> list[str]:
        """Return the tokens that a path was called with."""
        return [call.query["access_token"] for call in self.calls(path)]

    def follower(self, name: str = "王阿姨") -> Citizen:
        """Add a citizen who follows and has just written."""
        citizen = self.sandbox.world.crowd.add(name)
        citizen.followed = True
        citizen.windows.wrote(self.sandbox.world.now())
        return citizen

    def texts(self, citizen: Citizen) -> list[str]:
        """Return what the account wrote to a citizen."""
        return [bubble.text for bubble in citizen.bubbles if bubble.sender == "account"]

    def picture(self, content: bytes, *, kind: str = "image", name: str = "a.jpg") -> tuple[str, str]:
        """Put a medium on the platform's shelf; return its id and its absolute address."""
        world = self.sandbox.world
        medium = world.media.put(content, kind=kind, name=name, now=world.now())
        return medium.id, world.absolute(medium.path)


@asynccontextmanager
async def start_platform(
    *, kind: AccountKind = AccountKind.VERIFIED_SERVICE, clock_file: Path | None = None
) -> AsyncIterator[Platform]:
    """Start a sandbox whose pushes go nowhere."""
    config = SandboxConfig(
        callback="http://127.0.0.1:9/unused",
        token="T",
        appid=APP_ID,
        secret=APP_SECRET,
        account=kind.value,
        clock_file=clock_file,
    )
    sandbox = Sandbox(config)
    url = await sandbox.start(port=0)
    try:
        async with open_session() as session:
            yield Platform(sandbox, url, session)
    finally:
        await sandbox.stop()


def open_token(transport: Transport, database: Database, *, secret: str = APP_SECRET, seal: Seal = SEAL) -> AccessToken:
    """Return the token keeper of one replica."""
    credentials = Credentials(app_id=APP_ID, app_secret=secret)
    return AccessToken(transport, database, seal=seal, credentials=credentials)


def open_transport(session: ClientSession, url: str, *, answer_seconds: float = 5.0) -> Transport:
    """Return a transport that repeats at once, so that tests don't wait."""
    return Transport(session, url, answer_seconds=answer_seconds, pauses=(0.0, 0.0))


def open_api(
    session: ClientSession,
    url: str,
    database: Database,
    *,
    kind: AccountKind = AccountKind.VERIFIED_SERVICE,
    answer_seconds: float = 5.0,
) -> WeChatApi:
    """Return the API client of one replica."""
    transport = open_transport(session, url, answer_seconds=answer_seconds)
    return WeChatApi(transport, open_token(transport, database), CAPABILITIES[kind])
