"""Pushes made by hand: the same one many times, several under way at once, of any kind, to any replica."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, text

from bot.sandbox import actions
from bot.sandbox.config import switched
from bot.sandbox.messages import Parcel
from bot.sandbox.push import Outcome, deliver
from store.tables import METADATA
from tests.town import Citizen, Town

RIDDLE = "量子纠缠的数学推导过程"  # no article is anywhere near it


def write(town: Town, citizen: Citizen, words: str) -> Parcel:
    """Have a citizen write a text that isn't pushed yet."""
    world = town.sandbox.world
    writer = world.crowd.find(citizen.openid)
    assert writer is not None
    return actions.say(world, writer, words, menu_id=None)


async def push(town: Town, parcel: Parcel, **config: Any) -> Outcome:
    """Push it as WeChat does, every time with a nonce and a signature of its own.

    Args:
        config: what is otherwise for this push alone: attempts, callback …
    """
    world = town.sandbox.world
    return await deliver(replace(world, config=switched(world.config, config)), parcel)


def start(town: Town, parcel: Parcel, **config: Any) -> asyncio.Task[Outcome]:
    """Push it without waiting."""
    return asyncio.create_task(push(town, parcel, **config))


def words_of(outcome: Outcome) -> str:
    """Return the words of a reply."""
    assert outcome.verdict == "reply", outcome
    assert outcome.reply is not None
    return str(outcome.reply.content["content"])


async def are_read(town: Town) -> None:
    """Wait until the service has read the pushes that are under way: it takes requests as they come."""
    for _ in range(3):
        assert (await town.get("/healthz"))[0] == 200


async def count(town: Town, rows: str) -> int:
    """Count rows; `rows` is what follows FROM."""
    query = text(f"SELECT count(*) FROM {rows}")
    return int(await town.database.read(lambda conn: conn.scalar(query)) or 0)


async def change(town: Town, statement: str, **values: object) -> None:
    """Change something behind the service's back."""
    await town.database.write(lambda conn: conn.execute(text(statement), values))


async def dump(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    return await town.database.read(_dump)


def _dump(conn: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in conn.execute(table.select().order_by(*table.primary_key))]
        for table in METADATA.sorted_tables
    }
