"""The migrations bring a database to exactly the tables that are declared."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from store.database import Database
from store.tables import METADATA


def differences(conn: Connection) -> list[Any]:
    """Return what alembic would change; server defaults are compared by eye, alembic sees differences in quotes."""
    return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), METADATA))


async def test_migrations_and_declarations_agree(database: Database) -> None:
    assert await database.write(differences) == []
