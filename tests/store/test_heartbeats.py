"""Heartbeats: who is alive, who is silent, and whose silence means nothing any more."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

from bot.jobs.heartbeat import Heartbeat as JobHeartbeat
from bot.jobs.loop import run_job
from store import heartbeats
from store.database import Connection, Database
from store.heartbeats import Beat, Heartbeat
from store.tables import heartbeats as table

ALIVE = Beat(what="sender:media", patience=60, alive=0.5)


def silence(conn: Connection, process: str, *, seconds: float) -> None:
    """Set a process's signs of life back by so many seconds."""
    for one in heartbeats.list_all(conn):
        if one.process == process:
            back = {"beat": one.beat - timedelta(seconds=seconds), "began": one.began - timedelta(seconds=seconds)}
            conn.execute(update(table).where(table.c.process == process, table.c.what == one.what).values(back))


async def trouble(database: Database) -> list[tuple[str, str]]:
    found: list[Heartbeat] = await database.read(lambda conn: heartbeats.find_trouble(heartbeats.list_all(conn)))
    return [(one.process, one.what) for one in found]


async def test_a_loop_is_seen_as_its_process_sees_it(database: Database) -> None:
    beat = Beat(what="job:Cleanup", patience=3600, alive=2, ran=30, worked=90, failed=600, error="OSError")
    await database.write(heartbeats.put, "one/1", [beat], running=1000)
    (seen,) = await database.read(heartbeats.list_all)
    assert (seen.process, seen.what, seen.patience, seen.error) == ("one/1", "job:Cleanup", 3600, "OSError")
    assert seen.ran is not None
    assert seen.worked is not None
    assert seen.failed is not None
    assert (seen.ran - seen.worked, seen.worked - seen.failed) == (timedelta(seconds=60), timedelta(seconds=510))
    assert seen.beat - seen.began == timedelta(seconds=998)
    assert 2 <= seen.silent < 30
    assert not seen.is_silent


async def test_a_second_beat_replaces_the_first(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    (first,) = await database.read(heartbeats.list_all)
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    (second,) = await database.read(heartbeats.list_all)
    assert second.beat > first.beat
    assert second.began == first.began


async def test_silence_beyond_patience_is_trouble(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(silence, "one/1", seconds=50)
    assert await trouble(database) == []
    await database.write(silence, "one/1", seconds=15)
    assert await trouble(database) == [("one/1", "sender:media")]


async def test_a_hanging_loop_of_a_living_process_stays_trouble(database: Database) -> None:
    hanging = Beat(what="job:Cleanup", patience=60, alive=5000)
    await database.write(heartbeats.put, "one/1", [ALIVE, hanging], running=9000)
    await database.write(heartbeats.put, "two/1", [ALIVE, Beat(what="job:Cleanup", patience=60, alive=1)], running=9000)
    assert await trouble(database) == [("one/1", "job:Cleanup")]


async def test_a_killed_process_that_was_started_again_is_history(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(silence, "one/1", seconds=70)
    assert await trouble(database) == [("one/1", "sender:media")]
    await database.write(heartbeats.put, "one/2", [ALIVE], running=1)
    assert await trouble(database) == []


async def test_a_lost_replica_is_trouble_for_ten_minutes(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(heartbeats.put, "two/1", [ALIVE], running=900)
    await database.write(silence, "one/1", seconds=300)
    assert await trouble(database) == [("one/1", "sender:media")]
    await database.write(silence, "one/1", seconds=400)
    assert await trouble(database) == []


async def test_work_that_nobody_does_stays_trouble(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(heartbeats.put, "two/1", [Beat(what="job:Cleanup", patience=60, alive=1)], running=1)
    await database.write(silence, "one/1", seconds=7000)
    assert await trouble(database) == [("one/1", "sender:media")]


async def test_a_process_that_leaves_is_not_missed(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(heartbeats.leave, "one/1")
    assert await database.read(heartbeats.list_all) == []


async def test_a_day_later_the_silent_are_forgotten(database: Database) -> None:
    await database.write(heartbeats.put, "one/1", [ALIVE], running=1)
    await database.write(silence, "one/1", seconds=86_500)
    await database.write(heartbeats.put, "two/1", [ALIVE], running=1)
    assert {one.process for one in await database.read(heartbeats.list_all)} == {"two/1"}


class Stumbling:
    """A job whose first run fails and whose second one stops the loop."""

    seconds_between = 0.0

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._runs = 0

    async def run_once(self) -> int:
        self._runs += 1
        if self._runs == 1:
            raise LookupError("13800001234 wrote something")
        self._stop.set()
        return 3


async def test_a_job_that_failed_and_then_worked_says_both_but_no_words(database: Database) -> None:
    heart, stop = JobHeartbeat(database), asyncio.Event()
    await run_job(Stumbling(stop), stop, heart.pulse("job:Stumbling"))
    await heart.run_once()
    seen = {one.what: one for one in await database.read(heartbeats.list_all)}
    row = seen["job:Stumbling"]
    assert row.error == "LookupError"
    assert row.failed is not None
    assert row.ran is not None
    assert row.failed <= row.ran
    assert row.worked == row.ran
    assert set(seen) == {"job:Stumbling", "process"}
    await heart.leave()
    assert await database.read(heartbeats.list_all) == []
