"""The live feed of the phone page: server-sent events to every open page, and the owner of background tasks."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from bot.sandbox.wire import Json

WAITING_EVENTS = 1000
Result = TypeVar("Result")
log = logging.getLogger("sandbox")


class Stream:
    """Hands every event to every listener; a listener that doesn't read is let go."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[str | None]] = set()

    @property
    def is_watched(self) -> bool:
        return bool(self._listeners)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def publish(self, name: str, content: Json) -> None:
        if not self._listeners:
            return
        text = f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
        for listener in list(self._listeners):
            try:
                listener.put_nowait(text)
            except asyncio.QueueFull:
                self._listeners.discard(listener)
                _close(listener)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[str | None]]:
        """A queue of event texts; None in it means the feed is over."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(WAITING_EVENTS)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        for listener in self._listeners:
            _close(listener)
        self._listeners.clear()


def _close(listener: asyncio.Queue[str | None]) -> None:
    while not listener.empty():
        listener.get_nowait()
    listener.put_nowait(None)


class Tasks:
    """Owns what runs beside the requests, so that nothing outlives the sandbox and no failure goes unseen."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a background task failed", exc_info=error)
