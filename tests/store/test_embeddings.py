"""Vectors in the database: got, put, measured, and deleted where nothing uses them."""

import os
from collections.abc import Sequence

from store import embeddings
from store.articles import read_version
from store.database import Database

ONE, TWO, THREE = (bytes([number]) * 32 for number in (1, 2, 3))


async def put(database: Database, vectors: dict[bytes, bytes], model: str = "m") -> None:
    await database.write(embeddings.put_many, vectors, model=model)


async def get(database: Database, digests: Sequence[bytes], model: str = "m") -> dict[bytes, bytes]:
    return await database.read(embeddings.get_many, digests, model=model)


async def test_what_was_put_is_got(database: Database) -> None:
    await put(database, {ONE: b"\x00\xff\x10\x00", TWO: b"ab"})
    assert await get(database, [ONE, TWO, THREE]) == {ONE: b"\x00\xff\x10\x00", TWO: b"ab"}
    assert await database.read(embeddings.measure_many, [ONE, TWO, THREE], model="m") == {ONE: 4, TWO: 2}


async def test_models_do_not_see_each_other_s(database: Database) -> None:
    await put(database, {ONE: b"ab"})
    await put(database, {ONE: b"cdef"}, "another")
    assert await get(database, [ONE]) == {ONE: b"ab"}
    assert await get(database, [ONE], "another") == {ONE: b"cdef"}
    assert await get(database, [ONE], "a third") == {}


async def test_putting_again_replaces(database: Database) -> None:
    await put(database, {ONE: b"ab", TWO: b"cd"})
    await put(database, {ONE: b"xy"})
    assert await get(database, [ONE, TWO]) == {ONE: b"xy", TWO: b"cd"}


async def test_nothing_is_nothing(database: Database) -> None:
    await put(database, {})
    await database.write(embeddings.delete_many, [])
    assert await get(database, []) == {}


async def test_thousands_are_got_in_portions(database: Database) -> None:
    vectors = {os.urandom(32): os.urandom(8) for _ in range(1201)}
    await put(database, vectors)
    assert await get(database, [*vectors, ONE]) == vectors
    assert len(await database.read(embeddings.measure_many, vectors, model="m")) == 1201


async def test_what_nothing_uses_is_found_and_deleted(database: Database) -> None:
    await put(database, {ONE: b"ab", TWO: b"cd"})
    await put(database, {ONE: b"ef"}, "another")
    unused = await database.read(embeddings.list_unused, {ONE}, model="m")
    assert sorted(unused) == [(ONE, "another"), (TWO, "m")]
    await database.write(embeddings.delete_many, unused)
    assert await get(database, [ONE, TWO]) == {ONE: b"ab"}
    assert await get(database, [ONE], "another") == {}


async def test_vectors_of_another_length_go(database: Database) -> None:
    await put(database, {ONE: b"ab", TWO: b"cdef"})
    await put(database, {ONE: b"ab"}, "another")
    await database.write(embeddings.delete_of_other_length, 4, model="m")
    assert await get(database, [ONE, TWO]) == {TWO: b"cdef"}
    assert await get(database, [ONE], "another") == {ONE: b"ab"}


async def test_announcing_raises_the_knowledge_version(database: Database) -> None:
    before = await database.read(read_version)
    await database.write(embeddings.announce)
    assert await database.read(read_version) == before + 1
