"""One process writes a SQLite file: whoever serves or writes holds this lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.database import database_file


class AlreadyServed(Exception):
    """Another process holds the database."""


@contextmanager
def hold_database(url: str) -> Iterator[None]:
    """Hold the SQLite file for this process; PostgreSQL needs no such lock.

    Raises:
        AlreadyServed: if another process holds it.
    """
    if not url.startswith("sqlite"):
        yield
        return
    path = Path(database_file(url) + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(f"{database_file(url)} is in use by another wenming process") from None
        yield
    finally:
        os.close(handle)
