"""Vectors of texts, stored under the SHA-256 of the text and the name of the model that made them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from store.tables import embeddings, service_state

_AT_ONCE = 500  # parameters of a statement

_GET = select(embeddings.c.sha256, embeddings.c.vector).where(
    embeddings.c.model == bindparam("model_name"), embeddings.c.sha256.in_(bindparam("digests", expanding=True))
)
_MEASURE = select(embeddings.c.sha256, func.length(embeddings.c.vector).label("bytes")).where(
    embeddings.c.model == bindparam("model_name"), embeddings.c.sha256.in_(bindparam("digests", expanding=True))
)
_PUT = insert(embeddings).values(sha256=bindparam("digest"), model=bindparam("model_name"), vector=bindparam("content"))
_PUT = _PUT.on_conflict_do_update(index_elements=["sha256", "model"], set_={"vector": _PUT.excluded.vector})
_KEYS = select(embeddings.c.sha256, embeddings.c.model)
_DELETE = delete(embeddings).where(
    embeddings.c.sha256 == bindparam("digest"), embeddings.c.model == bindparam("model_name")
)
_DELETE_OTHERS = delete(embeddings).where(
    embeddings.c.model == bindparam("model_name"), func.length(embeddings.c.vector) != bindparam("bytes")
)
_BUMP = update(service_state).values(knowledge_version=service_state.c.knowledge_version + 1)


def get_many(conn: Connection, digests: Iterable[bytes], *, model: str) -> dict[bytes, bytes]:
    """Return the vectors that are there, by digest."""
    rows = (row for some in _portions(digests) for row in conn.execute(_GET, {"model_name": model, "digests": some}))
    return {bytes(row.sha256): bytes(row.vector) for row in rows}


def measure_many(conn: Connection, digests: Iterable[bytes], *, model: str) -> dict[bytes, int]:
    """Return how many bytes each vector has that is there, by digest."""
    values = ({"model_name": model, "digests": some} for some in _portions(digests))
    return {bytes(row.sha256): row.bytes for some in values for row in conn.execute(_MEASURE, some)}


def put_many(conn: Connection, vectors: Mapping[bytes, bytes], *, model: str) -> None:
    """Store vectors, over those of the same texts."""
    rows = [{"digest": digest, "model_name": model, "content": vector} for digest, vector in vectors.items()]
    if rows:
        conn.execute(_PUT, rows)


def list_unused(conn: Connection, digests: Collection[bytes], *, model: str) -> Sequence[tuple[bytes, str]]:
    """Return the keys of all vectors of other texts than these, and of other models."""
    return [
        (bytes(row.sha256), row.model)
        for row in conn.execute(_KEYS)
        if row.model != model or bytes(row.sha256) not in digests
    ]


def delete_many(conn: Connection, keys: Sequence[tuple[bytes, str]]) -> None:
    """Delete vectors by digest and model."""
    if keys:
        conn.execute(_DELETE, [{"digest": digest, "model_name": model} for digest, model in keys])


def delete_of_other_length(conn: Connection, length: int, *, model: str) -> None:
    """Delete a model's vectors that don't have so many bytes."""
    conn.execute(_DELETE_OTHERS, {"model_name": model, "bytes": length})


def announce(conn: Connection) -> None:
    """Raise the knowledge version, so that every process takes the new vectors into its index."""
    conn.execute(_BUMP)


def _portions(digests: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(digests)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
