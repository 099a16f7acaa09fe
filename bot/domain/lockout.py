"""How many wrong passwords are heard: by name and by address, with a pause that doubles.

An attempt counts as failed before its password is looked at, so that a hundred at once are no better than one after
the other; the right one takes that back. Guessing at one name strikes the address only while the name isn't locked:
colleagues behind the same address come in as always.
"""

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.staff_words import Refused, Said
from store import attempts
from store.attempts import Record
from store.database import Connection

_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """After `free` failures the door is shut for `first`, then for twice as long each time, at most for `most`."""

    free: int
    first: timedelta
    most: timedelta

    def pause(self, strikes: int) -> timedelta | None:
        """Return how long the door stays shut after so many failures."""
        if strikes < self.free:
            return None
        doublings = min(strikes - self.free, 20)
        return min(self.first * (1 << doublings), self.most)


# 4 guesses an hour in the long run; ASVS 2.2.1 allows 100. Not longer: whoever guesses shall not shut out the owner
# for a day. An address may be a whole office's.
OF_NAME = Patience(5, timedelta(minutes=1), timedelta(minutes=15))
OF_ADDRESS = Patience(20, timedelta(minutes=1), timedelta(minutes=15))


class Locked(Refused):
    """Too many failures; `until` is when the next attempt is heard."""

    def __init__(self, until: datetime, *, now: datetime) -> None:
        super().__init__(Said.LOCKED, minutes=math.ceil((until - now) / timedelta(minutes=1)))
        self.until = until


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that is heard. `shut_by_it`: should it fail, the next one won't be."""

    name: str
    address: str
    failures_before: int  # since the last sign-in
    shut_by_it: bool


def begin(conn: Connection, name: str, address: str, *, now: datetime) -> Attempt | Locked:
    """Count an attempt; return it, or that the door is shut.

    A refusal is returned, not raised: it is counted too.
    """
    of_name = attempts.find_for_change(conn, _key("name", name), now=now)
    of_address = attempts.find_for_change(conn, _key("address", address), now=now)
    if of_address.locked_until is not None and of_address.locked_until > now:
        return Locked(of_address.locked_until, now=now)
    if of_name.locked_until is not None and of_name.locked_until > now:
        attempts.put(conn, _key("name", name), replace(of_name, failures=of_name.failures + 1, last=now))
        return Locked(of_name.locked_until, now=now)
    struck = _strike(of_name, OF_NAME, now)
    attempts.put(conn, _key("name", name), struck)
    attempts.put(conn, _key("address", address), _strike(of_address, OF_ADDRESS, now))
    return Attempt(name, address, of_name.failures, struck.locked_until is not None)


def take_back(conn: Connection, attempt: Attempt, *, now: datetime) -> None:
    """Note that an attempt was no failure, though not yet the whole of a sign-in."""
    _relieve(conn, _key("name", attempt.name), OF_NAME, now)
    _relieve(conn, _key("address", attempt.address), OF_ADDRESS, now)


def succeed(conn: Connection, attempt: Attempt, *, now: datetime) -> None:
    """Note that its owner is in: his name has no failures any more."""
    attempts.forget(conn, _key("name", attempt.name))
    _relieve(conn, _key("address", attempt.address), OF_ADDRESS, now)


def forgive(conn: Connection, name: str) -> None:
    """Open the door for a name again."""
    attempts.forget(conn, _key("name", name))


def find_lock(conn: Connection, name: str, *, now: datetime) -> datetime | None:
    """Return until when a name is locked, None if it isn't."""
    record = attempts.find(conn, _key("name", name))
    if record is None or record.locked_until is None or record.locked_until <= now:
        return None
    return record.locked_until


def _strike(record: Record, patience: Patience, now: datetime) -> Record:
    earlier = 0 if now - record.last > _FORGOTTEN_AFTER else record.strikes
    pause = patience.pause(earlier + 1)
    return Record(earlier + 1, record.failures + 1, now + pause if pause else None, now)


def _relieve(conn: Connection, key: bytes, patience: Patience, now: datetime) -> None:
    record = attempts.find_for_change(conn, key, now=now)
    strikes = max(record.strikes - 1, 0)
    locked_until = record.locked_until if strikes >= patience.free else None
    attempts.put(conn, key, Record(strikes, max(record.failures - 1, 0), locked_until, record.last))


def _key(kind: str, value: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{value}".encode("utf-8", "replace")).digest()
