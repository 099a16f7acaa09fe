"""One citizen's messages one after the other, different citizens side by side."""

import asyncio


class Turns:
    """A queue of one place per openid that lives only while somebody holds or awaits it."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Future[None]] = {}

    def take(self, openid: str) -> "Turn":
        """Return the turn after those asked for before, to be entered by `async with`."""
        before = self._last.get(openid)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._last[openid] = mine
        return Turn(self._last, openid, before, mine)


class Turn:
    """One place in a citizen's queue."""

    __slots__ = ("_before", "_last", "_mine", "_openid")

    def __init__(
        self,
        last: dict[str, asyncio.Future[None]],
        openid: str,
        before: asyncio.Future[None] | None,
        mine: asyncio.Future[None],
    ) -> None:
        self._last, self._openid, self._before, self._mine = last, openid, before, mine

    async def __aenter__(self) -> None:
        if self._before is None:
            return
        try:
            await asyncio.shield(self._before)
        except asyncio.CancelledError:  # the next one waits for those before us
            self._before.add_done_callback(lambda _: self._finish())
            raise

    async def __aexit__(self, *_: object) -> None:
        self._finish()

    def _finish(self) -> None:
        self._mine.set_result(None)
        if self._last.get(self._openid) is self._mine:
            del self._last[self._openid]
