"""Bringing a database to the newest shape, and telling how far it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from store.database import database_file, prepare_sqlite_transactions

_HERE = Path(__file__).parent / "migrations"


async def migrate(url: str, *, revision: str = "head") -> None:
    """Upgrade the database at `url`; a missing SQLite file and its folder are made."""
    if url.startswith("sqlite"):
        Path(database_file(url)).parent.mkdir(parents=True, exist_ok=True)
        _migrate_sqlite(url, revision)
        return
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)
    await engine.dispose()


async def find_revision(url: str) -> str | None:
    """Return the database's revision, None if it is empty or missing."""
    if url.startswith("sqlite"):
        return _find_sqlite_revision(url)
    async_engine = create_async_engine(url, poolclass=NullPool)
    async with async_engine.connect() as reading:
        revision = await reading.run_sync(_current)
    await async_engine.dispose()
    return revision


def _find_sqlite_revision(url: str) -> str | None:
    if not Path(database_file(url)).exists():
        return None
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return _current(connection)


def newest_revision() -> str:
    """Return the revision that this version of the service needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _migrate_sqlite(url: str, revision: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", prepare_sqlite_transactions)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        _upgrade(connection, revision)
    engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    return config
