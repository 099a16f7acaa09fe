"""A secret of WeChat's, such as the access token: fetched by one caller at a time and shared by all replicas.

The value lies sealed in its lease row.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.wechat.errors import Unreachable, WeChatError
from store import leases
from store.database import DATABASE_TROUBLE, Database
from store.leases import Held
from store.sealing import CannotOpen, Seal

CACHE_SECONDS = 30.0
_LEASE_SECONDS = 15.0  # short, so that a dead replica holds up nobody; a second fetch beside a slow one is harmless
_PATIENCE = 20.0  # seconds to wait for another replica's fetch
_LOOK_AGAIN = 0.1
_REFUSAL_LASTS = 30.0  # seconds in which WeChat isn't asked again after it refused, so that no quota burns

# Fetches a value and the seconds that it is good for; given the lease and the value that WeChat has rejected.
Fetch = Callable[[Held, str | None], Awaitable[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class _Cached:
    value: str
    until: float  # monotonic seconds


@dataclass(frozen=True, slots=True)
class _Failure:
    error: WeChatError
    happened: float  # monotonic seconds
    until: float


class SharedSecret:
    """Gives out the current value, and renews it so many seconds before its end. One object a process and lease."""

    def __init__(self, database: Database, *, seal: Seal, lease: str, fetch: Fetch, renew_before: float) -> None:
        self._database = database
        self._seal = seal
        self._lease = lease
        self._fetch = fetch
        self._renew_before = renew_before
        self._owner = secrets.token_hex(8)
        self._lock = asyncio.Lock()
        self._cached: _Cached | None = None
        self._failure: _Failure | None = None

    async def get(self) -> str:
        """Return a value that is thought to be good; raises as the fetch, or Unreachable."""
        return self._from_cache(None) or await self._single_flight(None)

    async def replace(self, rejected: str) -> str:
        """Return another value than the one that WeChat has just rejected; raises as `get`."""
        return self._from_cache(rejected) or await self._single_flight(rejected)

    def _from_cache(self, rejected: str | None) -> str | None:
        cached = self._cached
        if cached is None or cached.value == rejected or time.monotonic() >= cached.until:
            return None
        return cached.value

    async def _single_flight(self, rejected: str | None) -> str:
        """Let one caller ask; those who came meanwhile share its value or its failure."""
        came = time.monotonic()
        async with self._lock:
            value = self._from_cache(rejected)
            if value is not None:
                return value
            if self._failure is not None and (came <= self._failure.happened or came < self._failure.until):
                raise self._failure.error.with_traceback(None)
            try:
                return await self._ask(rejected)
            except WeChatError as error:
                self._remember(error)
                raise
            except DATABASE_TROUBLE as error:
                raise Unreachable(f"the database with the {self._lease}: {type(error).__name__}") from error

    def _remember(self, error: WeChatError) -> None:
        now = time.monotonic()
        lasts = 0.0 if isinstance(error, Unreachable) else _REFUSAL_LASTS
        self._failure = _Failure(error, now, now + lasts)

    async def _ask(self, rejected: str | None) -> str:
        """Use the shared value if it is another than the rejected one; otherwise fetch, or wait for who is fetching."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            shared, seconds_left = await self._read_shared()
            if shared is not None and shared != rejected and seconds_left > self._renew_before:
                return self._cache(shared, seconds_left)
            held = await self._database.write(leases.take_lease, self._lease, owner=self._owner, seconds=_LEASE_SECONDS)
            if held is not None:
                return await self._fetch_holding(held, rejected)
            if shared is not None and shared != rejected and seconds_left > 0:
                return self._cache(shared, min(seconds_left, 1.0))  # another renews it; it serves until then
            await asyncio.sleep(_LOOK_AGAIN)
        raise Unreachable(f"another replica has been fetching the {self._lease} for too long")

    async def _fetch_holding(self, held: Held, rejected: str | None) -> str:
        try:
            shared, seconds_left = await self._read_shared()  # it may have come while we waited for the lease
            if shared is not None and shared != rejected and seconds_left > self._renew_before:
                return self._cache(shared, seconds_left)
            try:
                value, seconds = await self._fetch(held, rejected)
            except Unreachable:
                if shared is None or shared == rejected or seconds_left <= 0:
                    raise
                return self._cache(shared, seconds_left)  # WeChat is away, but the value still has some minutes
            sealed = self._seal.close(value)
            await self._database.write(leases.keep_shared, held, sealed=sealed, seconds=seconds)
            return self._cache(value, seconds)
        finally:
            await self._database.write(leases.release_lease, held)

    async def _read_shared(self) -> tuple[str | None, float]:
        row = await self._database.read(leases.read_shared, self._lease)
        if row is None:
            return None, 0.0
        try:
            return self._seal.open(row.sealed), row.seconds_left
        except CannotOpen:  # closed with a key that has gone: fetch anew
            return None, 0.0

    def _cache(self, value: str, seconds_left: float) -> str:
        self._failure = None
        self._cached = _Cached(value, time.monotonic() + min(CACHE_SECONDS, seconds_left))
        return value
