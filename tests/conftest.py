"""Fixtures that all tests share: databases of both kinds."""

import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from store.database import Database, open_database
from store.migrate import migrate
from tests.postgres import Cluster, start_cluster
from tests.town import Town, open_town

# Test machines are busy: how long an example takes is no property of ours, and benchmarks stand in tests/bench.
settings.register_profile("wenming", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wenming")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server a test process, with a migrated template that tests clone."""
    cluster = start_cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> Cluster:
    """The server, its database `template_wenming` migrated."""
    import asyncio

    postgres_cluster.sql("CREATE DATABASE template_wenming")
    asyncio.run(migrate(postgres_cluster.url("template_wenming")))
    return postgres_cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    import asyncio

    file = tmp_path_factory.mktemp("template") / "wenming.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database, once on each kind."""
    if request.param == "sqlite":
        file = tmp_path / "wenming.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_template")
    name = f"test_{uuid.uuid4().hex}"
    cluster.sql(f"CREATE DATABASE {name} TEMPLATE template_wenming")
    yield cluster.url(name)
    cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The opened database."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A verified service account in safe mode, on each kind of database."""
    async with open_town(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a migrated, empty SQLite file, for tests that don't depend on the kind of database."""
    file = tmp_path / "wenming.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"
