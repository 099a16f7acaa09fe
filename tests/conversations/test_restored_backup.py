"""A backup from before an erasure is restored: the ledger beside the database has the person erased again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.jobs.ledger import LedgerCopy
from bot.service import bring_up_to_date
from store import citizens
from store.database import database_file
from store.ledger import Ledger
from store.sealing import Seal
from tests.conversations.personal import keep_contact
from tests.conversations.searching import needle, search_tables
from tests.dialogue.pushing import RIDDLE, count
from tests.postgres import Cluster
from tests.town import SEAL_KEY, Citizen, Town, open_town, settings_for

PHONE = "13903717788"
Restore = Callable[[], None]


def _back_up(url: str, folder: Path, cluster: Cluster) -> Restore:
    """Keep the database as it is now, nobody being connected; return what puts it back."""
    if url.startswith("sqlite"):
        file = Path(database_file(url))
        shutil.copy(file, folder / "backup")
        return lambda: _put_back(file, folder / "backup")
    name = urlsplit(url).path.removeprefix("/")
    cluster.sql(f"CREATE DATABASE {name}_backup TEMPLATE {name}")

    def put_back() -> None:
        cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")
        cluster.sql(f"ALTER DATABASE {name}_backup RENAME TO {name}")

    return put_back


def _put_back(file: Path, backup: Path) -> None:
    """Do as docs/operating.md says."""
    for rest in ("-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    shutil.copy(backup, file)


@pytest.fixture
async def restored(tmp_path: Path, database_url: str, postgres_cluster: Cluster) -> tuple[str, str]:
    """The openids of somebody erased after the backup, and of somebody who stayed; the backup is back in its place."""
    async with open_town(tmp_path, database_url) as town:
        leaver, stayer = await town.follower(), await town.follower("李师傅")
        for citizen in (leaver, stayer):
            await citizen.says(RIDDLE)
            await keep_contact(town, citizen, kind="phone", value=PHONE)
    put_back = _back_up(database_url, tmp_path, postgres_cluster)
    async with open_town(tmp_path, database_url) as town:
        await _comes_back_and_leaves(town, leaver.openid)
        ledger = Ledger(town.settings.erasure_ledger)
        await LedgerCopy(town.database, ledger).run_once()
        assert len({one.citizen_id for one in ledger.read()}) == 1
    put_back()
    return leaver.openid, stayer.openid


async def _comes_back_and_leaves(town: Town, openid: str) -> None:
    await town.control("citizens", name="王阿姨", openid=openid)
    citizen = Citizen(openid, town)
    await citizen.follows()
    await citizen.does("unfollows")
    assert await count(town, "erasures") == 1


async def test_a_start_erases_again_who_had_been_erased_and_nobody_else(
    restored: tuple[str, str], tmp_path: Path, database_url: str
) -> None:
    leaver, stayer = restored
    async with open_town(tmp_path, database_url) as town:
        found = await town.database.read(search_tables, [needle("openid", leaver)], Seal([SEAL_KEY]))
        assert found == {}
        assert await town.database.read(citizens.find_by_openid, stayer) is not None
        assert await count(town, "contacts") == 1
        assert await count(town, "unanswered WHERE question IS NULL") == 1
        assert await count(town, "unanswered WHERE question IS NOT NULL") == 1
        assert await count(town, "erasures WHERE cause = 'unfollowed'") == 1


async def test_migrating_does_it_too_and_says_how_many(
    restored: tuple[str, str], tmp_path: Path, database_url: str
) -> None:
    settings = settings_for(tmp_path, database_url, platform="http://127.0.0.1:9")
    assert (await bring_up_to_date(settings))["erased_again"] == 1
    assert (await bring_up_to_date(settings))["erased_again"] == 0


async def test_without_the_ledger_the_backup_brings_the_person_back(
    restored: tuple[str, str], tmp_path: Path, database_url: str
) -> None:
    """What the ledger is for, and what keeping it apart from the backups means."""
    leaver, _ = restored
    (tmp_path / "erasures.log").unlink()
    async with open_town(tmp_path, database_url) as town:
        assert await town.database.read(citizens.find_by_openid, leaver) is not None
