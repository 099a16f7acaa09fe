"""The database goes away under a running sender and comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import outbox
from store.database import DATABASE_TROUBLE, Database, open_database
from tests.outbound.stage import Stage, set_stage, wait_for_text
from tests.postgres import Clones
from tests.wechat.platform import CUSTOM_SEND


class Listener(logging.Handler):
    """Tells when something was logged."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Set the event if this is the message."""
        if record.getMessage() == self.message:
            self.heard.set()


@pytest.fixture
async def stage(postgres_clones: Clones, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage on a PostgreSQL database of its own, whose connections may be cut."""
    with postgres_clones.clone("template_wenming") as url:
        database = open_database(url)
        async with set_stage(database, tmp_path) as built:
            yield built
        await database.close()


def cut_all(stage: Stage, clones: Clones) -> None:
    """End every connection to the stage's database."""
    name = stage.database.url.rpartition("/")[2]
    clones.run(f"DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'; END $$")


async def come_back(database: Database) -> None:
    """Use the database until it answers; the first use finds the cut connections."""
    while True:
        try:
            await database.read(outbox.counts)
            return
        except DATABASE_TROUBLE:
            continue


async def test_a_sender_waits_until_the_outbox_can_be_reached(stage: Stage, postgres_clones: Clones) -> None:
    citizen = stage.platform.follower()
    who = await stage.enrol(citizen)
    sender, stop = stage.texts(), asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    await stage.promise(who, "一")
    sender.wake()
    await wait_for_text(stage, citizen, number=1)
    unreachable = Listener("the outbox can't be reached")
    logging.getLogger("bot.outbound.sender").addHandler(unreachable)
    async with asyncio.timeout(20.0):
        while await stage.database.read(outbox.counts):
            pass  # until the first text is settled
        cut_all(stage, postgres_clones)
        sender.wake()
        await unreachable.heard.wait()
    logging.getLogger("bot.outbound.sender").removeHandler(unreachable)
    await come_back(stage.database)
    await stage.promise(who, "二")
    await wait_for_text(stage, citizen, number=2)
    stop.set()
    await running
    assert await stage.database.read(outbox.counts) == []


async def test_an_answer_that_wechat_gave_is_written_down_once_the_database_is_back(
    stage: Stage, postgres_clones: Clones
) -> None:
    citizen = stage.platform.follower()
    row_id = await stage.promise(await stage.enrol(citizen), "你好")
    await stage.platform.fault("slow", CUSTOM_SEND, seconds=0.5)
    sending = asyncio.create_task(stage.texts().run_once())
    await wait_for_text(stage, citizen, number=1)
    cut_all(stage, postgres_clones)
    await sending
    await come_back(stage.database)
    assert (await stage.row(row_id)).state == "sent"
