"""One citizen's messages one after the other, different citizens side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """A lock per openid that lives only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def take(self, openid: str) -> AsyncIterator[None]:
        """Wait for the turns before this one, in order of arrival."""
        before = self._last.get(openid)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last[openid] = mine
        try:
            if before is not None:
                await asyncio.shield(before)
            yield
        finally:
            self._end(openid, before, mine)

    def _end(self, openid: str, before: asyncio.Future[None] | None, mine: asyncio.Future[None]) -> None:
        if before is not None and not before.done():  # cancelled while waiting: the next one waits for `before`
            before.add_done_callback(lambda _: self._finish(openid, mine))
        else:
            self._finish(openid, mine)

    def _finish(self, openid: str, mine: asyncio.Future[None]) -> None:
        mine.set_result(None)
        if self._last.get(openid) is mine:
            del self._last[openid]
