"""A sandbox and a tiny service, each on a random port, torn down after the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.sandbox.config import SandboxConfig
from bot.sandbox.platform import Sandbox
from tests.sandbox.service import AES_KEY, APPID, SECRET, TOKEN, Service, Stage

Staging = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def staged() -> AsyncIterator[Staging]:
    """Build a stage with any settings of SandboxConfig."""
    async with AsyncExitStack() as stack:

        async def build(**settings: Any) -> Stage:
            usual: dict[str, Any] = {"token": TOKEN, "appid": APPID, "secret": SECRET, "aes_key": AES_KEY, "pause": 0.0}
            config = SandboxConfig(callback="http://unused", **(usual | settings))
            service = Service(config)
            app = web.Application()
            app.router.add_get("/wechat", service.verify)
            app.router.add_post("/wechat", service.handle)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            callback = f"http://127.0.0.1:{runner.addresses[0][1]}/wechat"
            sandbox = Sandbox(SandboxConfig(callback=callback, **(usual | settings)))
            base_url = await sandbox.start(port=0)
            stack.push_async_callback(sandbox.stop)
            client = await stack.enter_async_context(ClientSession())
            return Stage(sandbox, service, client, base_url)

        yield build


@pytest.fixture
async def stage(staged: Staging) -> Stage:
    """A verified service account in plain XML."""
    return await staged()
