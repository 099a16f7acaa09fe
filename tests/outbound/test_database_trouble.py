"""The database goes away under a running sender and comes back."""

import asyncio
from pathlib import Path

from store import outbox
from store.database import DATABASE_TROUBLE, Database, open_database
from tests.outbound.stage import set_stage
from tests.postgres import Cluster

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'outage'"


async def _come_back(database: Database) -> None:
    """Use the database until it answers; the first use finds the cut connections."""
    while True:
        try:
            await database.read(outbox.counts)
            return
        except DATABASE_TROUBLE:
            continue


async def test_a_sender_survives_that_all_connections_are_cut(postgres_template: Cluster, tmp_path: Path) -> None:
    postgres_template.sql("CREATE DATABASE outage TEMPLATE template_wenming")
    database = open_database(postgres_template.url("outage"))
    async with set_stage(database, tmp_path) as stage:
        citizen = stage.platform.follower()
        who = await stage.enrol(citizen)
        sender, stop = stage.texts(), asyncio.Event()
        running = asyncio.create_task(sender.run(stop))
        async with stage.platform.sandbox.world.stream.listen() as happenings, asyncio.timeout(30.0):
            for number in range(3):
                await stage.promise(who, str(number))
                sender.wake()
                while len(stage.platform.texts(citizen)) <= number:
                    await happenings.get()
                postgres_template.sql(END_ALL)
                await _come_back(stage.database)
        stop.set()
        await running
        assert stage.platform.texts(citizen) == ["0", "1", "2"]
        assert await database.read(outbox.counts) == []
    await database.close()
    postgres_template.sql("DROP DATABASE outage WITH (FORCE)")
