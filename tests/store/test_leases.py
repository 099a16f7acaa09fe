"""The lease row: one holder at a time, fences against the late, forced refreshes counted."""

import asyncio

import pytest

from store import leases
from store.database import Database
from store.leases import Held

NAME = "access_token"


async def force(database: Database, held: Held, *, per_day: int = 3, seconds_apart: float = 30.0) -> bool:
    return await database.write(leases.note_forced, held, per_day=per_day, seconds_apart=seconds_apart)


async def take(database: Database, owner: str, *, seconds: float = 60.0) -> Held | None:
    return await database.write(leases.take_lease, NAME, owner=owner, seconds=seconds)


async def must_take(database: Database, owner: str, *, seconds: float = 60.0) -> Held:
    held = await take(database, owner, seconds=seconds)
    assert held is not None
    return held


async def test_one_of_many_takes_a_free_lease(database: Database) -> None:
    taken = await asyncio.gather(*(take(database, f"replica {i}") for i in range(20)))
    assert sum(one is not None for one in taken) == 1


async def test_a_released_lease_and_one_that_ran_out_can_be_taken(database: Database) -> None:
    first = await must_take(database, "a")
    assert await take(database, "b") is None
    await database.write(leases.release_lease, first)
    second = await must_take(database, "b", seconds=-1.0)  # ran out at once
    third = await must_take(database, "c")
    assert first.fence < second.fence < third.fence


async def test_who_lost_the_lease_can_neither_share_a_value_nor_release_it(database: Database) -> None:
    late = await must_take(database, "a", seconds=-1.0)
    now = await must_take(database, "b")
    assert not await database.write(leases.keep_shared, late, sealed=b"old", seconds=7200.0)
    await database.write(leases.release_lease, late)
    assert await take(database, "c") is None
    assert await database.write(leases.keep_shared, now, sealed=b"new", seconds=7200.0)
    shared = await database.read(leases.read_shared, NAME)
    assert shared is not None
    assert shared.sealed == b"new"
    assert shared.seconds_left == pytest.approx(7200.0, abs=30)


async def test_the_same_owner_as_an_earlier_holder_is_told_apart_by_the_fence(database: Database) -> None:
    first = await must_take(database, "a")
    await must_take(database, "a")
    assert not await database.write(leases.keep_shared, first, sealed=b"old", seconds=7200.0)


async def test_nothing_is_shared_before_the_first_value(database: Database) -> None:
    assert await database.read(leases.read_shared, NAME) is None
    await must_take(database, "a")
    assert await database.read(leases.read_shared, NAME) is None


async def test_forced_refreshes_keep_their_distance(database: Database) -> None:
    held = await must_take(database, "a")
    assert await force(database, held)
    assert not await force(database, held)


async def test_a_day_has_only_so_many_forced_refreshes(database: Database) -> None:
    held = await must_take(database, "a")
    noted = [await force(database, held, seconds_apart=0.0) for _ in range(5)]
    assert noted == [True, True, True, False, False]


async def test_forced_refreshes_are_counted_over_holders_and_only_for_holders(database: Database) -> None:
    late = await must_take(database, "a", seconds=-1.0)
    held = await must_take(database, "b")
    assert not await force(database, late)
    assert await force(database, held)
    await database.write(leases.release_lease, held)
    again = await must_take(database, "c")
    assert not await force(database, again)
