"""A database that is slow: its locks are held by a connection of ours for some seconds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from hashlib import blake2b

import asyncpg  # type: ignore[import-untyped]

from store.database import database_file


@contextmanager
def hold_file(database_url: str) -> Iterator[None]:
    """Hold a SQLite file, so that its writer waits."""
    connection = sqlite3.connect(database_file(database_url), timeout=10, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


@asynccontextmanager
async def hold_turns(database_url: str, openids: Sequence[str]) -> AsyncIterator[None]:
    """Hold the turns of citizens on PostgreSQL, as another replica does that is answering them."""
    connection = await _connect(database_url)
    try:
        for openid in openids:
            name = int.from_bytes(blake2b(openid.encode(), digest_size=8).digest(), signed=True)
            await connection.execute("SELECT pg_advisory_lock($1)", name)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def hold_table(database_url: str, table: str) -> AsyncIterator[None]:
    """Hold a whole table on PostgreSQL, so that not even reading goes on."""
    connection = await _connect(database_url)
    try:
        await connection.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def hold_up(database_url: str, openids: Sequence[str], *, seconds: float) -> AsyncIterator[None]:
    """Keep the citizens' messages from being committed for so many seconds (6 at most) after the block.

    The block only begins what is to be held up. On PostgreSQL one lock follows the other, since no wait may get long.
    """
    if database_url.startswith("sqlite"):
        with hold_file(database_url):
            yield
            await asyncio.sleep(seconds)
        return
    async with hold_table(database_url, "inbox"):
        async with hold_turns(database_url, openids):
            yield
            await asyncio.sleep(seconds / 2)
        await asyncio.sleep(seconds / 2)


async def _connect(database_url: str) -> asyncpg.Connection:
    return await asyncpg.connect(database_url.replace("+asyncpg", ""))
