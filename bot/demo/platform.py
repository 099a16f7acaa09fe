"""The pretend platform as a program of its own, and the citizens whose phones it plays."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import ClientSession

from bot.demo.folder import HOST, ROBOT_KEY
from bot.settings import Settings

_SECONDS_TO_START = 20.0


class Phones:
    """Citizens' phones, by their owners' names; whoever has none yet gets one and follows the account."""

    def __init__(self, session: ClientSession, platform: str) -> None:
        self._session = session
        self._platform = platform

    async def say(self, who: str, text: str) -> None:
        """Have a citizen write a text, and wait until it was answered."""
        await self._ask(f"citizens/{await self._openid(who)}/says", text=text)

    async def set_clock(self, hours: float) -> None:
        """Let everybody's clock go so many hours after real time, before it if negative."""
        await self._ask("clock", offset=hours * 3600)

    async def _openid(self, who: str) -> str:
        async with self._session.get(f"{self._platform}/control/state") as answer:
            citizens = (await answer.json())["citizens"]
        found = next((one for one in citizens if one["name"] == who), None)
        if found is None:
            found = await self._ask("citizens", name=who)
        if not found["followed"]:
            await self._ask(f"citizens/{found['openid']}/follows")
        return str(found["openid"])

    async def _ask(self, path: str, **body: object) -> Any:
        async with self._session.post(f"{self._platform}/control/{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def pretend_platform(
    settings: Settings, port: int, *, mode: str, push_format: str, beside: str
) -> AsyncIterator[None]:
    """Run the sandbox; it knows nothing of us but the callback's address, and what to show beside the phone."""
    assert settings.aes_key is not None
    options = {
        "--host": HOST,
        "--port": str(port),
        "--callback": f"http://{settings.host}:{settings.port}{settings.callback_path}",
        "--beside": beside,
        "--token": settings.callback_token.get_secret_value(),
        "--appid": settings.app_id,
        "--secret": settings.app_secret.get_secret_value(),
        "--aes-key": settings.aes_key.get_secret_value(),
        "--account": settings.account_kind.value,
        "--mode": mode,
        "--format": push_format,
        "--clock-file": str(settings.clock_offset_file),
        "--robot-key": ROBOT_KEY,
    }
    words = [word for option in options.items() for word in option]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", *words, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_SECONDS_TO_START):
            if not await process.stdout.readline():
                raise RuntimeError("the sandbox did not start; its message stands above")
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
