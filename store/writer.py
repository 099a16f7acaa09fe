"""The one thread that writes a SQLite file, committing many units at once (group commit).

A unit is a function of a connection. Units wait in a queue; up to 64 of them, or 5 ms of work, share one
`BEGIN IMMEDIATE … COMMIT`, each inside a SAVEPOINT, so that a unit that raises takes only itself back. If the COMMIT
fails, every unit of it is tried once more alone. Nobody hears of success before the commit.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")

UNITS_PER_COMMIT = 64
SECONDS_PER_COMMIT = 0.005


@dataclass(slots=True, eq=False)
class _Unit(Generic[T]):
    fn: Callable[..., T]
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    result: T | None = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]


class Writer:
    """Owns the writing connection and its thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self._raw = raw
        self._execute = raw.execute
        self._queue: queue.SimpleQueue[_Unit[Any] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def submit(self, fn: Callable[..., T], args: Sequence[Any], kwargs: Mapping[str, Any]) -> T:
        """Run `fn(connection, …)` in the next commit.

        Raises:
            RuntimeError: if the writer is closed.
            Exception: whatever `fn` or the commit raised.
        """
        if not self._thread.is_alive():
            raise RuntimeError("the database is closed")
        loop = asyncio.get_running_loop()
        unit: _Unit[T] = _Unit(fn, args, kwargs, loop, loop.create_future())
        self._queue.put(unit)
        return await unit.future

    async def close(self) -> None:
        """Finish what was submitted, then end the thread and close the connection."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        unit = self._queue.get()
        while unit is not None:
            units = [unit]
            stop = self._commit_together(units)
            _settle(units)
            unit = None if stop else self._queue.get()
        self._connection.close()
        self._connection.engine.dispose()

    def _commit_together(self, units: list[_Unit[Any]]) -> bool:
        """Commit the one unit given and those that wait behind it, adding these; return whether to stop."""
        stop = False
        try:
            self._execute("BEGIN IMMEDIATE")
            until = time.perf_counter() + SECONDS_PER_COMMIT
            self._run(units[0])
            while not stop and len(units) < UNITS_PER_COMMIT and time.perf_counter() < until:
                try:
                    following = self._queue.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    stop = True
                else:
                    units.append(following)
                    self._run(following)
            self._execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - each unit is tried alone, and its owner told
            self._rollback()
            for unit in units:
                self._commit_alone(unit, error)
        return stop

    def _commit_alone(self, unit: _Unit[Any], cause: Exception) -> None:
        try:
            self._execute("BEGIN IMMEDIATE")
            self._run(unit)
            self._execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the unit
            self._rollback()
            unit.error = error
            error.__context__ = cause

    def _run(self, unit: _Unit[Any]) -> None:
        """Run one unit inside a SAVEPOINT; what it raises is kept for its owner."""
        unit.error = None
        self._execute("SAVEPOINT unit")
        try:
            unit.result = unit.fn(self._connection, *unit.args, **unit.kwargs)
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the unit
            unit.error = error
            self._execute("ROLLBACK TO unit")
        self._execute("RELEASE unit")

    def _rollback(self) -> None:
        if self._raw.in_transaction:
            self._execute("ROLLBACK")


def _settle(units: list[_Unit[Any]]) -> None:
    """Wake each unit's event loop once for all of its units."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Unit[Any]]] = {}
    for unit in units:
        by_loop.setdefault(unit.loop, []).append(unit)
    for loop, own in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle_all, own)


def _settle_all(units: list[_Unit[Any]]) -> None:
    for unit in units:
        unit.settle()
