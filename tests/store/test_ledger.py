"""The ledger of erasures: it outlives the database, a crash in the middle of a line, and other writers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs.ledger import LedgerCopy, replay
from store import citizens, erasures
from store.database import Connection, Database
from store.erasures import Erasure
from store.ledger import Ledger

NOW = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
FIRST = Erasure("0123456789abcdef", "unfollowed", NOW)
SECOND = Erasure("fedcba9876543210", "asked", NOW + timedelta(days=1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "not there yet" / "erasures.log"


def test_what_was_written_is_read_and_only_the_owner_may(path: Path) -> None:
    ledger = Ledger(path)
    assert ledger.read() == []
    ledger.append([FIRST])
    ledger.append([SECOND])
    assert ledger.read() == [FIRST, SECOND]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_short_doesnt_spoil_the_next(path: Path) -> None:
    ledger = Ledger(path)
    ledger.append([FIRST])
    path.write_bytes(path.read_bytes() + b"2026-11-24T08:00:00+00:00 fedcba98")
    assert ledger.read() == [FIRST]
    ledger.append([SECOND])
    assert ledger.read() == [FIRST, SECOND]


def test_bytes_that_nobody_wrote_are_passed_over(path: Path) -> None:
    Ledger(path).append([FIRST])
    path.write_bytes(b"\xff\x00\n\n 2026\nhello\n" + path.read_bytes())
    assert Ledger(path).read() == [FIRST]


async def test_each_erasure_is_copied_once_whoever_else_writes(database: Database, path: Path) -> None:
    job, other = LedgerCopy(database, Ledger(path)), LedgerCopy(database, Ledger(path))
    assert await job.run_once() == 0
    await database.write(erasures.record, FIRST.citizen_id, cause=FIRST.cause, now=NOW)
    assert await job.run_once() == 1
    assert await job.run_once() == 0
    assert await other.run_once() == 0  # a restart
    await database.write(erasures.record, SECOND.citizen_id, cause=SECOND.cause, now=SECOND.erased)
    assert await job.run_once() == 1
    assert Ledger(path).read() == [FIRST, SECOND]


async def test_only_whom_the_database_still_knows_is_erased_again(database: Database, path: Path) -> None:
    def move_in(conn: Connection) -> list[str]:
        return citizens.enrol_all(conn, ["o-back", "o-erased", "o-stays"], now=NOW)

    back, erased, stays = await database.write(move_in)
    await database.write(erasures.record, erased, cause="asked", now=NOW)
    ledger = Ledger(path)
    ledger.append([Erasure(back, "unfollowed", NOW), Erasure(erased, "asked", NOW), FIRST])
    later = NOW + timedelta(days=2)
    assert await replay(database, ledger, now=later) == 1
    assert await replay(database, ledger, now=later) == 0
    assert await database.read(citizens.find_openid, back) is None
    assert await database.read(citizens.find_openid, stays) == "o-stays"
    entries = [entry for _, entry in await database.read(erasures.list_after, 0)]
    assert Erasure(back, "unfollowed", NOW) in entries  # with the moment at which it was meant
    assert len(entries) == 2
