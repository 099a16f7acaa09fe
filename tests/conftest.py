"""Fixtures that all tests share: databases of both kinds."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.knowledge import library
from bot.service import prepare_database
from store.database import Database, open_database
from store.migrate import migrate
from tests.postgres import Clones, Cluster, start_cluster
from tests.start_index import BuiltOnce
from tests.town import Town, open_town, settings_for

# Test machines are busy: how long an example takes is no property of ours, and benchmarks stand in tests/bench.
settings.register_profile("wenming", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wenming")


@pytest.fixture(scope="session", autouse=True)
def build_indexes_once() -> Iterator[None]:
    """Building takes longer than the rest of a town's start; where it is done beside the service, it is done again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "build", BuiltOnce())
        yield


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server a test process."""
    cluster = start_cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def postgres_clones(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clones]:
    """Copies of `template_wenming`, which is migrated and empty, and of `template_town`, as a first start leaves it."""
    clones = Clones(postgres_cluster)
    clones.run("CREATE DATABASE template_wenming")
    asyncio.run(migrate(postgres_cluster.url("template_wenming")))
    clones.run("CREATE DATABASE template_town TEMPLATE template_wenming")
    _start_first(tmp_path_factory.mktemp("first"), postgres_cluster.url("template_town"))
    yield clones
    clones.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy."""
    file = tmp_path_factory.mktemp("template") / "wenming.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def sqlite_town_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a first start leaves it."""
    folder = tmp_path_factory.mktemp("first")
    file = shutil.copy(sqlite_template, folder)
    _start_first(folder, f"sqlite:///{file}")
    return Path(file)


def _start_first(folder: Path, url: str) -> None:
    asyncio.run(prepare_database(settings_for(folder, url, platform="http://127.0.0.1:9")))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database, once on each kind."""
    if request.param == "sqlite":
        yield _copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    with request.getfixturevalue("postgres_clones").clone("template_wenming") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that a first start has filled with the starting content, once on each kind."""
    if request.param == "sqlite":
        yield _copy(request.getfixturevalue("sqlite_town_template"), tmp_path)
        return
    with request.getfixturevalue("postgres_clones").clone("template_town") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_town_template: Path) -> str:
    """The same in a SQLite file, for tests that don't depend on the kind of database."""
    return _copy(sqlite_town_template, tmp_path)


@pytest.fixture
def postgres_url(postgres_clones: Clones) -> Iterator[str]:
    """The same on PostgreSQL, for what SQLite doesn't have."""
    with postgres_clones.clone("template_town") as url:
        yield url


def _copy(template: Path, folder: Path) -> str:
    shutil.copy(template, folder / "wenming.db")
    return f"sqlite:///{folder / 'wenming.db'}"


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database, opened, once on each kind."""
    opened = open_database(empty_url)
    yield opened
    await opened.close()


@pytest.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A verified service account in safe mode, on each kind of database."""
    async with open_town(tmp_path, database_url) as opened:
        yield opened
