"""Live updates of the live help: one task a process watches a counter, and every open page hears that it moved.

Nobody listening, nothing is asked. A listener that is slow misses nothing but the numbers in between.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager
from enum import Enum

from bot.logs import without_words
from store.database import DATABASE_TROUBLE

_LOG = logging.getLogger("wenming.console")
POLL_SECONDS = 0.3
HEARTBEAT_SECONDS = 10.0  # also how long a session that has ended can still listen when nothing happens
MOST_PER_PERSON = 6  # a seventh page takes the place of the oldest


class News(Enum):
    """What a listener hears."""

    MOVED = "moved"
    NOTHING = "nothing"  # for as long as it was willing to wait
    CROWDED_OUT = "crowded_out"  # the same person has opened more pages since
    STOPPING = "stopping"


class Listener:
    """One open page."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._ended: News | None = None

    def move(self) -> None:
        """Tell it that something changed."""
        self._woken.set()

    def end(self, why: News) -> None:
        """Tell it to close."""
        self._ended = why
        self._woken.set()

    async def news(self, seconds: float = HEARTBEAT_SECONDS) -> News:
        """Wait for the next change, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return News.NOTHING
        self._woken.clear()
        return self._ended or News.MOVED


class Feed:
    """The listeners, and the one who watches for them. `look` returns where the database's counter stands."""

    def __init__(self, look: Callable[[], Awaitable[Hashable]], *, poll_seconds: float = POLL_SECONDS) -> None:
        self._look = look
        self._poll_seconds = poll_seconds
        self._listeners: defaultdict[int, list[Listener]] = defaultdict(list)
        self._wanted = asyncio.Event()
        self._stopping = False

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until asked to stop; then every listener is told, so that no open page holds up the end."""
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            await stop.wait()
            watching.cancel()
        self._stopping = True
        for listener in self._everybody():
            listener.end(News.STOPPING)

    @contextmanager
    def listen(self, staff_id: int) -> Iterator[Listener]:
        """Listen until the block ends."""
        listener, own = Listener(), self._listeners[staff_id]
        if self._stopping:
            listener.end(News.STOPPING)
        if len(own) >= MOST_PER_PERSON:
            own.pop(0).end(News.CROWDED_OUT)
        own.append(listener)
        self._wanted.set()
        try:
            yield listener
        finally:
            self._forget(staff_id, listener)

    def _forget(self, staff_id: int, listener: Listener) -> None:
        own = self._listeners[staff_id]
        if listener in own:
            own.remove(listener)
        if not own:
            del self._listeners[staff_id]
        if not self._listeners:
            self._wanted.clear()

    def _everybody(self) -> list[Listener]:
        return [listener for own in self._listeners.values() for listener in own]

    async def _watch(self) -> None:
        """Ask while somebody listens. A change between two times of listening is shown by the page that is loaded."""
        seen: Hashable = None
        while True:
            await self._wanted.wait()
            found = await self._ask()
            if found is not None and found != seen:
                seen = found
                for listener in self._everybody():
                    listener.move()
            await asyncio.sleep(self._poll_seconds)

    async def _ask(self) -> Hashable:
        """Return the counter, None while the database is away: the next time will tell."""
        try:
            return await self._look()
        except DATABASE_TROUBLE as trouble:
            _LOG.warning("live updates wait for the database", extra={"traceback": without_words(trouble)})
            return None
