"""A handler fails: one polite sentence with a number, the message kept sealed, everybody else untouched."""

import asyncio
import re

from sqlalchemy import text

from store import failures
from store.database import Connection
from store.sealing import Seal
from tests.dialogue.holding import hold_up
from tests.dialogue.pushing import RIDDLE, change, count, push, start, words_of, write
from tests.town import SEAL_KEY, Town


async def test_a_failure_is_said_politely_kept_sealed_and_repeated(town: Town) -> None:
    citizen = await town.follower()
    await change(town, "ALTER TABLE unanswered RENAME COLUMN cause TO reason")
    parcel = write(town, citizen, RIDDLE)
    said = words_of(await push(town, parcel))
    assert "对不起" in said
    found = re.search(r"编号 ([0-9A-F]{6})", said)
    assert found

    def look(conn: Connection) -> failures.Failure | None:
        return failures.find(conn, Seal([SEAL_KEY]), found[1])

    kept = await town.database.read(look)
    assert kept is not None
    assert kept.error.endswith("Error")
    assert "unanswered" in kept.raw  # what the error says may quote the citizen: it is sealed, too
    assert RIDDLE in kept.raw
    assert RIDDLE not in kept.error
    sealed = await town.database.read(
        lambda conn: bytes(conn.execute(text("SELECT sealed FROM failures")).scalar_one())
    )
    assert RIDDLE.encode() not in sealed
    assert citizen.openid.encode() not in sealed

    assert words_of(await push(town, parcel)) == said
    assert await count(town, "failures") == 1
    await citizen.says("菜单")
    citizen.sees("我能帮您")


async def test_a_failure_takes_nobody_with_it(town: Town) -> None:
    """Messages that wait together are committed together; one that fails must not take the others along."""
    unlucky, others = await town.follower(), [await town.follower() for _ in range(6)]
    await change(town, "ALTER TABLE unanswered RENAME COLUMN cause TO reason")
    everybody = [citizen.openid for citizen in (unlucky, *others)]
    async with hold_up(town.settings.database_url, everybody, seconds=0.5):
        failing = start(town, write(town, unlucky, RIDDLE))
        pushes = [start(town, write(town, other, "菜单")) for other in others]
    assert all("我能帮您" in words_of(outcome) for outcome in await asyncio.gather(*pushes))
    assert "编号" in words_of(await failing)
    assert await count(town, "dialogues WHERE revision = 2") == len(others)
    assert await count(town, "failures") == 1
