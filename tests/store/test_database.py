"""Writing and reading on both databases: all or nothing, many at once, nothing after a failure."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from store import citizens, dialogues, inbox
from store.database import DATABASE_TROUBLE, Database
from store.dialogues import StoredDialogue
from store.inbox import Asked, Handled
from store.migrate import find_revision, migrate, newest_revision

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Refused(Exception):
    """What a unit of these tests raises."""


def enrol_then_fail(conn: Connection, openid: str) -> None:
    citizens.enrol(conn, openid, now=NOW)
    raise Refused


async def test_a_failed_unit_takes_only_itself_back(database: Database) -> None:
    units = [database.write(citizens.enrol, f"o{i}", now=NOW) for i in range(40)]
    failing = [database.write(enrol_then_fail, f"bad{i}") for i in range(40)]
    done = await asyncio.gather(
        *(unit for pair in zip(units, failing, strict=True) for unit in pair), return_exceptions=True
    )
    assert sum(isinstance(one, str) for one in done) == 40
    assert sum(isinstance(one, Refused) for one in done) == 40
    assert await database.read(citizens.find_by_openid, "o7") is not None
    assert await database.read(citizens.find_by_openid, "bad7") is None


async def test_a_push_is_remembered_once(database: Database) -> None:
    who = await database.write(citizens.enrol, "o1", now=NOW)
    row = Handled(b"k" * 16, who, NOW, "text", "{}")
    await database.write(inbox.remember, [row])
    with pytest.raises(DATABASE_TROUBLE, match=r"(?i)unique"):
        await database.write(inbox.remember, [row])


async def test_look_up_reads_everything_at_once(database: Database) -> None:
    asked = [Asked(b"x" * 16, "o1", 0), Asked(b"y" * 16, "o2", 0)]
    empty = (await database.write(inbox.look_up, asked))[0]
    assert (empty.reply, empty.citizen_id, empty.revision, empty.quiet_reason) == (None, None, 0, None)
    first, second = await database.write(citizens.enrol_all, ["o1", "o2"], now=NOW)
    await database.write(dialogues.save, [StoredDialogue(first, 1, NOW, "{}"), StoredDialogue(second, 1, NOW, "{}")])
    await database.write(dialogues.save, [StoredDialogue(first, 2, NOW, '{"a":1}')])
    await database.write(inbox.remember, [Handled(b"x" * 16, first, NOW, "text", "hello")])
    full, other = await database.write(inbox.look_up, asked)
    assert (full.reply, full.citizen_id, full.revision, full.state, full.heard) == ("hello", first, 2, '{"a":1}', NOW)
    assert (other.reply, other.citizen_id, other.revision, other.state) == (None, second, 1, "{}")


async def test_migrations_lead_to_the_declared_tables(empty_url: str) -> None:
    assert await find_revision(empty_url) == newest_revision()
    await migrate(empty_url)  # again: nothing happens
    assert await find_revision(empty_url) == newest_revision()


async def test_a_missing_file_has_no_revision(tmp_path: Path) -> None:
    assert await find_revision(f"sqlite:///{tmp_path / 'none.db'}") is None


async def test_sqlite_keeps_what_it_acknowledged(database: Database) -> None:
    if not database.url.startswith("sqlite"):
        mode = await database.read(lambda conn: conn.scalar(text("SHOW synchronous_commit")))
        assert mode == "on"
        return
    level = await database.write(lambda conn: conn.scalar(text("PRAGMA synchronous")))
    assert level == 2  # FULL
