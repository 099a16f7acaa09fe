"""Opening the database and running functions on it: `write` in one transaction, `read` to look.

Functions take a `Connection`, are synchronous and never commit. On SQLite all writes go through one thread that
commits many units at once (`store/writer.py`); on PostgreSQL each takes a pooled connection.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

_LOCK_TIMEOUT_MS = 4000
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=15000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


class Database(Protocol):
    """What the service needs of a database; SQLite and PostgreSQL below."""

    url: str

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, …)` in a transaction of its own and commit it; an exception rolls it back."""

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(connection, …)`, which changes nothing, on a consistent view."""

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
        self._reading = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:", 1), pool_size=4)
        event.listen(self._reading.sync_engine, "connect", prepare_sqlite_transactions)
        event.listen(self._reading.sync_engine, "begin", _begin)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Hand the function to the writer thread; returns after the commit that holds it."""
        return await self._writer.submit(fn, args, kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read the last committed state."""
        return await _run(self._reading, fn, *args, **kwargs)

    async def close(self) -> None:
        """Stop the writer after its last unit."""
        await self._writer.close()
        await self._reading.dispose()


class PostgreSQL:
    """A server shared by all replicas."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = create_async_engine(
            url,
            pool_size=10,
            max_overflow=0,
            pool_pre_ping=False,
            pool_recycle=1800,
            connect_args={"server_settings": {"lock_timeout": str(_LOCK_TIMEOUT_MS), "jit": "off"}},
        )

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a transaction on a pooled connection."""
        return await _run(self._engine, fn, *args, **kwargs)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function on a pooled connection."""
        return await _run(self._engine, fn, *args, **kwargs)

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


async def _run(
    engine: AsyncEngine, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    async with engine.begin() as connection:
        return await connection.run_sync(fn, *args, **kwargs)


def open_sqlite_connection(url: str) -> Connection:
    """Return the writing connection: SQLAlchemy's own transactions are off, the writer says BEGIN and COMMIT."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False})
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


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def is_postgres(conn: Connection) -> bool:
    """Tell which of the two databases this is."""
    return conn.dialect.name == "postgresql"


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
