"""Opening the database and running functions on it: `write` in one transaction, `read` to look.

Functions take a `Connection`, are synchronous and never commit. On SQLite all writes go through one thread that
commits many units at once (`store/writer.py`); on PostgreSQL each takes a pooled connection.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from asyncpg import InterfaceError, InternalClientError, PostgresError  # type: ignore[import-untyped]
from sqlalchemy import Connection as Connection  # for those outside of store, who import no SQLAlchemy
from sqlalchemy import create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from store.hot import is_postgres as is_postgres
from store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

# What a database raises that is away, busy or restarting; the same call may succeed a second later.
DATABASE_TROUBLE: tuple[type[Exception], ...] = (
    *(DBAPIError, PoolTimeout, sqlite3.Error),
    *(PostgresError, InterfaceError, InternalClientError, OSError),
)

_LOCK_TIMEOUT_MS = 4000
_POOL_SIZE = 10
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=15000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # who was erased is gone from the file too, not only from its tables
    "PRAGMA cache_size=-16384",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


class Database(Protocol):
    """What the service needs of a database; SQLite and PostgreSQL below."""

    url: str

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, …)` in a transaction of its own and commit it; an exception rolls it back."""

    async def write_in_turn(
        self, names: Collection[str], fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, but never two at once that share a name, whichever replica runs them (waiting 4 s at most)."""

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, …)`, which changes nothing, on a consistent view."""

    async def scrub(self) -> None:
        """Have the disk forget what was deleted or overwritten, as far as that doesn't hold up anybody."""

    async def close(self) -> None:
        """Finish the accepted writes and let go of the connections."""


def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql+asyncpg://…`; nothing is connected until the first use."""
    return SQLite(url) if url.startswith("sqlite") else PostgreSQL(url)


class SQLite:
    """One file, written by one thread of one process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = Writer(open_sqlite_connection(url))
        self._reading = create_async_engine(
            url.replace("sqlite:", "sqlite+aiosqlite:", 1), pool_size=4, hide_parameters=True
        )
        event.listen(self._reading.sync_engine, "connect", prepare_sqlite_transactions)
        event.listen(self._reading.sync_engine, "begin", _begin)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Hand the function to the writer thread; returns after the commit that holds it."""
        return await self._writer.submit(fn, args, kwargs)

    async def write_in_turn(
        self, names: Collection[str], fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Hand the function to the writer thread, in which nothing runs beside anything, whatever the names."""
        del names
        return await self._writer.submit(fn, args, kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read the last committed state."""
        async with self._reading.begin() as connection:
            return await connection.run_sync(fn, *args, **kwargs)

    async def scrub(self) -> None:
        """Empty the write-ahead log, in which pages stand as they were; not while somebody reads."""
        await asyncio.to_thread(_empty_log, database_file(self.url))

    async def close(self) -> None:
        """Stop the writer after its last unit."""
        await self._writer.close()
        await self._reading.dispose()


class PostgreSQL:
    """A server shared by all replicas.

    SQLAlchemy's own transactions are off (AUTOCOMMIT): BEGIN, the lock and COMMIT go straight to the driver, which
    saves a third of a message's time.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_recycle=1800,
            hide_parameters=True,
            connect_args={"server_settings": {"lock_timeout": str(_LOCK_TIMEOUT_MS), "jit": "off"}},
        )

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a transaction on a pooled connection."""
        return await self._transact("BEGIN", fn, *args, **kwargs)

    async def write_in_turn(
        self, names: Collection[str], fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run the function holding advisory locks, taken in order; what it reads is read after they were got."""
        locks = ", ".join(f"pg_advisory_xact_lock({number})" for number in sorted(map(_lock_number, names)))
        return await self._transact(f"BEGIN; SELECT {locks}", fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a transaction that may only look."""
        return await self._transact("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", fn, *args, **kwargs)

    async def _transact(
        self, begin: str, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with self._engine.connect() as connection:
            raw = await _open_driver_connection(connection)
            try:
                await raw.execute(begin)
                result = await connection.run_sync(fn, *args, **kwargs)
                ended = await raw.execute("COMMIT")
            except BaseException:
                await _abandon(connection, raw)
                raise
            if ended != "COMMIT":  # the server rolled back: a statement had failed, and somebody swallowed its error
                raise RuntimeError("the transaction had failed before its end")
            return result

    async def scrub(self) -> None:
        """Leave it to the server's vacuum."""

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


async def _open_driver_connection(connection: AsyncConnection) -> Any:
    """Return asyncpg's connection; pooled ones that the server has closed meanwhile are replaced."""
    raw: Any = (await connection.get_raw_connection()).driver_connection
    while raw.is_closed():
        await connection.invalidate()
        raw = (await connection.get_raw_connection()).driver_connection
    return raw


def _lock_number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


async def _abandon(connection: AsyncConnection, raw: Any) -> None:
    """Roll back; a connection that can't even do that (cancelled within a query, server gone) isn't used again."""
    try:
        await raw.execute("ROLLBACK")
    except Exception:  # noqa: BLE001 - whatever it is, the error that led here is the one to raise
        await connection.invalidate()


def take_turn(conn: Connection, name: str) -> None:
    """Wait for what `write_in_turn` does under this name, and keep it waiting until this transaction ends.

    To be called before anything is read or locked that such a transaction changes, or the two wait for each other.
    """
    if is_postgres(conn):
        conn.execute(select(func.pg_advisory_xact_lock(_lock_number(name))))


def open_sqlite_connection(url: str) -> Connection:
    """Return the writing connection: SQLAlchemy's own transactions are off, the writer says BEGIN and COMMIT."""
    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine.connect()


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def prepare_sqlite_transactions(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Set up a connection whose BEGIN SQLAlchemy's `begin` event says, so that it holds all that follows."""
    connection.isolation_level = None
    _prepare_sqlite(connection, entry)


def _empty_log(file: str) -> None:
    """Copy the log into the file beside the writer, and then cut it in the instant in which nothing is left in it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=50")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


_SERVER_CLOCK = select(func.clock_timestamp())


def wall_clock(conn: Connection) -> datetime:
    """Return real time for leases and buckets: the server's on PostgreSQL, this machine's on SQLite."""
    if is_postgres(conn):
        moment = conn.scalar(_SERVER_CLOCK)
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC)
    return datetime.fromtimestamp(time.time(), UTC)


def database_file(url: str) -> str:
    """Return the path of a SQLite address."""
    path = make_url(url).database
    assert path
    return path
