"""The audit log: nobody changes or removes a line, whoever got round the triggers is found out, and it is searched."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.clock import Clock
from bot.domain.auditing import gather, verify_log
from bot.jobs.cleanup import Cleanup
from store import audit, staff
from store.audit import Break, Search
from store.database import DATABASE_TROUBLE, Database
from store.staff import Place
from tests.town import settings_for

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def write(conn: Connection, *, number: int, happened: datetime = NOW, staff_id: int | None = None) -> None:
    audit.record(
        conn,
        staff_id=staff_id,
        action="article_approved" if number % 2 else "article_changed",
        subject="article",
        subject_id=str(number % 3),
        citizen="c7" if number == 4 else "",
        ip="10.0.0.1",
        now=happened,
    )


def write_days(conn: Connection, days: range) -> None:
    """Write a line a day, as many days ago."""
    for day in days:
        write(conn, number=day, happened=NOW - timedelta(days=day))


def run(conn: Connection, statement: str) -> int:
    return conn.execute(text(statement)).rowcount


def disarm(conn: Connection) -> None:
    """Do what somebody with the database's password can do."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        return
    for trigger in ("audit_is_not_changed", "audit_is_not_replaced", "audit_is_kept"):
        conn.execute(text(f"DROP TRIGGER {trigger}"))


ATTACKS = (
    "UPDATE audit SET detail = 'never happened'",
    "UPDATE audit SET staff_id = NULL WHERE id = 2",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE id = 2",
)
ON_SQLITE = ("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2", "REPLACE INTO audit SELECT * FROM audit")
ON_POSTGRES = ("TRUNCATE audit",)


async def test_lines_cannot_be_changed_or_removed_even_by_sql(database: Database) -> None:
    for number in range(4):
        await database.write(write, number=number)
    own = ON_SQLITE if database.url.startswith("sqlite") else ON_POSTGRES
    for attack in (*ATTACKS, *own):
        with pytest.raises(DATABASE_TROUBLE, match="audit log"):
            await database.write(run, attack)
    assert len(await database.read(audit.search, Search())) == 4


async def test_what_is_older_than_half_a_year_may_go_and_nothing_younger(database: Database) -> None:
    await database.write(write_days, range(200, -1, -1))
    with pytest.raises(DATABASE_TROUBLE, match="180 days"):
        await database.write(run, "DELETE FROM audit WHERE id <= 22")  # the last of these is 179 days old
    assert await database.write(run, "DELETE FROM audit WHERE id <= 21") == 21
    assert (await verify_log(database)).breaks == ()


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("UPDATE audit SET detail = 'never happened' WHERE id = 3", (Break(3, altered=True),)),
        ("UPDATE audit SET happened = (SELECT happened FROM audit WHERE id = 1) WHERE id = 3", (Break(3, True),)),
        ("DELETE FROM audit WHERE id = 3", (Break(4, altered=False),)),
        (
            "UPDATE audit SET hash = (SELECT hash FROM audit WHERE id = 1) WHERE id = 3",
            (Break(3, True), Break(4, False)),
        ),
        ("UPDATE audit SET id = 99 WHERE id = 3", (Break(4, altered=False), Break(99, altered=False))),
    ],
)
async def test_an_alteration_behind_the_triggers_is_found(
    database: Database, attack: str, found: tuple[Break, ...]
) -> None:
    for number in range(1, 7):
        await database.write(write, number=number, happened=NOW + timedelta(minutes=number))
    assert (await verify_log(database)).breaks == ()
    await database.write(disarm)
    await database.write(run, attack)
    assert (await verify_log(database)).breaks == found


async def test_lines_cut_off_at_the_end_change_the_head(database: Database) -> None:
    for number in range(1, 7):
        await database.write(write, number=number)
    noted = await database.read(audit.head)
    await database.write(disarm)
    await database.write(run, "DELETE FROM audit WHERE id > 4")
    verdict = await verify_log(database)
    assert verdict.breaks == ()
    assert (verdict.last, verdict.head) != noted


async def test_many_at_once_make_one_chain(database: Database) -> None:
    await asyncio.gather(*(database.write(write, number=number) for number in range(60)))
    verdict = await verify_log(database)
    assert (verdict.lines, verdict.breaks) == (60, ())


async def test_a_long_log_is_checked_and_gathered_in_pieces(database: Database) -> None:
    def fill(conn: Connection) -> None:
        for number in range(2500):
            write(conn, number=number, happened=NOW + timedelta(seconds=number // 3))

    await database.write(fill)
    verdict = await verify_log(database)
    assert (verdict.lines, verdict.breaks) == (2500, ())
    everything = await gather(database, Search(), most=50_000)
    assert [line.id for line in everything] == sorted((line.id for line in everything), reverse=True)
    assert len(everything) == 2500
    assert len(await gather(database, Search(), most=1700)) == 1700


async def test_a_search_narrows_by_everything(database: Database) -> None:
    place = Place(preset="desk")
    who = await database.write(staff.add, "wang", display="王", place=place, now=NOW)
    for number in range(12):
        await database.write(
            write, number=number, happened=NOW + timedelta(hours=number), staff_id=who if number < 6 else None
        )

    async def count(**wanted: object) -> int:
        return len(await database.read(audit.search, Search(**wanted)))  # type: ignore[arg-type]

    assert await count() == 12
    assert await count(since=NOW + timedelta(hours=3), until=NOW + timedelta(hours=5)) == 2
    assert await count(staff_id=who) == 6
    assert await count(actions=("article_approved",)) == 6
    assert await count(subject="article", subject_id="2") == 4
    assert await count(subject="staff") == 0
    assert await count(citizen="c7") == 1
    assert await count(staff_id=who, actions=("article_approved",), since=NOW + timedelta(hours=4)) == 1
    assert await database.read(audit.actions_used) == ["article_approved", "article_changed"]
    first = await database.read(audit.search, Search(), limit=5)
    then = await database.read(audit.search, Search(), before=first[-1].id, limit=5)
    assert [line.id for line in (*first, *then)] == list(range(12, 2, -1))
    assert await database.read(audit.search, Search(), before=999_999) == ()


async def test_the_cleanup_deletes_what_is_over_and_says_so(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(write_days, range(700, 150, -1))
    settings = settings_for(tmp_path, database.url, platform="http://127.0.0.1:1", keep_security_log_days=210)
    cleanup = Cleanup(database, clock=_Fixed(NOW), settings=settings)
    caplog.set_level("INFO")
    assert await cleanup.run_once() == 490
    lines = await gather(database, Search(), most=1000)
    assert lines[0].action == "audit_expired"
    assert min(line.happened for line in lines) >= NOW - timedelta(days=211)
    assert len(lines) == 61
    assert (await verify_log(database)).breaks == ()
    assert await cleanup.run_once() == 0  # once a day is enough
    heads = [vars(record)["hash"] for record in caplog.records if record.getMessage() == "audit log"]
    assert heads == [(await database.read(audit.head))[1]]


async def test_a_log_in_which_nothing_happens_any_more_is_cleaned_too(database: Database, tmp_path: Path) -> None:
    await database.write(write_days, range(400, 390, -1))
    settings = settings_for(tmp_path, database.url, platform="http://127.0.0.1:1")
    assert await Cleanup(database, clock=_Fixed(NOW), settings=settings).run_once() == 10


class _Fixed(Clock):
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self._moment = moment

    def seconds(self) -> float:
        return self._moment.timestamp()
