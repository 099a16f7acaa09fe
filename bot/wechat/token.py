"""The access token: fetched by one caller at a time, in this process and among all replicas, and shared by all.

The value lies sealed in the lease row "access_token". WeChat's `stable_token` gives the same token while it is valid
and renews it by itself in its last five minutes; `force_refresh` voids the old one at once, 20 times a day.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass

from bot.wechat.errors import CODES, Misconfigured, TokenRejected, UncertainDelivery, Unreachable, WeChatError
from bot.wechat.transport import Call, Transport
from store import leases
from store.database import DATABASE_TROUBLE, Database
from store.leases import Held
from store.sealing import CannotOpen, Seal

LEASE = "access_token"
RENEW_BEFORE = 300.0  # seconds before its end at which a token is renewed
CACHE_SECONDS = 30.0
FORCED_PER_DAY = 20
FORCED_SECONDS_APART = 30.0
_LEASE_SECONDS = 15.0  # short, so that a dead replica holds up nobody; a second fetch beside a slow one is harmless
_PATIENCE = 20.0  # seconds to wait for another replica's fetch
_LOOK_AGAIN = 0.1
_WRONG_SECRET = 40125
_REFUSAL_LASTS = 30.0  # seconds in which WeChat isn't asked again after it refused, so that no quota burns


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What identifies the account to WeChat."""

    app_id: str
    app_secret: str


@dataclass(frozen=True, slots=True)
class _Cached:
    token: str
    until: float  # monotonic seconds


@dataclass(frozen=True, slots=True)
class _Failure:
    error: WeChatError
    happened: float  # monotonic seconds
    until: float


class AccessToken:
    """Gives out the current token. One object a process."""

    def __init__(self, transport: Transport, database: Database, *, seal: Seal, credentials: Credentials) -> None:
        self._transport = transport
        self._database = database
        self._seal = seal
        self._credentials = credentials
        self._owner = secrets.token_hex(8)
        self._lock = asyncio.Lock()
        self._cached: _Cached | None = None
        self._failure: _Failure | None = None

    async def get(self) -> str:
        """Return a token that is thought to be good.

        Raises:
            Misconfigured: WeChat refuses to give one; the message says what an operator must do.
            Unreachable: WeChat or the replica that is fetching one doesn't answer.
        """
        return self._from_cache(None) or await self._single_flight(None)

    async def replace(self, rejected: str) -> str:
        """Return another token than the one that WeChat has just rejected.

        Raises:
            TokenRejected: there is no other, and no forced refresh may be made now.
            Misconfigured, Unreachable: as `get`.
        """
        return self._from_cache(rejected) or await self._single_flight(rejected)

    def _from_cache(self, rejected: str | None) -> str | None:
        cached = self._cached
        if cached is None or cached.token == rejected or time.monotonic() >= cached.until:
            return None
        return cached.token

    async def _single_flight(self, rejected: str | None) -> str:
        """Let one caller ask; those who came meanwhile share its token or its failure."""
        came = time.monotonic()
        async with self._lock:
            token = self._from_cache(rejected)
            if token is not None:
                return token
            if self._failure is not None and (came <= self._failure.happened or came < self._failure.until):
                raise self._failure.error.with_traceback(None)
            try:
                return await self._ask(rejected)
            except WeChatError as error:
                self._remember(error)
                raise
            except DATABASE_TROUBLE as error:
                raise Unreachable(f"the database with the access token: {type(error).__name__}") from error

    def _remember(self, error: WeChatError) -> None:
        now = time.monotonic()
        lasts = 0.0 if isinstance(error, Unreachable) else _REFUSAL_LASTS
        self._failure = _Failure(error, now, now + lasts)

    async def _ask(self, rejected: str | None) -> str:
        """Use the shared token if it is another than the rejected one; otherwise fetch, or wait for who is fetching."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            shared, seconds_left = await self._read_shared()
            if shared is not None and shared != rejected and seconds_left > RENEW_BEFORE:
                return self._cache(shared, seconds_left)
            held = await self._database.write(leases.take_lease, LEASE, owner=self._owner, seconds=_LEASE_SECONDS)
            if held is not None:
                return await self._fetch_holding(held, rejected)
            if shared is not None and shared != rejected and seconds_left > 0:
                return self._cache(shared, min(seconds_left, 1.0))  # another renews it; it serves until then
            await asyncio.sleep(_LOOK_AGAIN)
        raise Unreachable("another replica has been fetching the access token for too long")

    async def _fetch_holding(self, held: Held, rejected: str | None) -> str:
        try:
            shared, seconds_left = await self._read_shared()  # it may have come while we waited for the lease
            if shared is not None and shared != rejected and seconds_left > RENEW_BEFORE:
                return self._cache(shared, seconds_left)
            try:
                token, seconds = await self._fetch_another(held, rejected)
            except Unreachable:
                if shared is None or shared == rejected or seconds_left <= 0:
                    raise
                return self._cache(shared, seconds_left)  # WeChat is away, but the token still has some minutes
            sealed = self._seal.close(token)
            await self._database.write(leases.keep_shared, held, sealed=sealed, seconds=seconds)
            return self._cache(token, seconds)
        finally:
            await self._database.write(leases.release_lease, held)

    async def _fetch_another(self, held: Held, rejected: str | None) -> tuple[str, float]:
        token, seconds = await self._fetch(force=False)
        if token != rejected:
            return token, seconds
        allowed = await self._database.write(
            leases.note_forced, held, per_day=FORCED_PER_DAY, seconds_apart=FORCED_SECONDS_APART
        )
        if not allowed:
            advice = "WeChat keeps rejecting the access token that it gives out; forced refreshes are used up for now"
            raise TokenRejected(40001, advice=advice)
        return await self._fetch(force=True)

    async def _fetch(self, *, force: bool) -> tuple[str, float]:
        body = {
            "grant_type": "client_credential",
            "appid": self._credentials.app_id,
            "secret": self._credentials.app_secret,
            "force_refresh": force,
        }
        # A forced refresh isn't repeated: each counts against the day's twenty.
        call = Call(path="/cgi-bin/stable_token", body=body, repeatable=not force)
        try:
            answer = await self._transport.send(call)
        except TokenRejected as error:  # here 40001 means the secret
            raise Misconfigured(error.errcode, error.errmsg, advice=CODES[_WRONG_SECRET][1]) from error
        except UncertainDelivery as lost:
            raise Unreachable(str(lost)) from lost
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int | float):
            raise Unreachable("/cgi-bin/stable_token: an answer without a token")
        return token, float(seconds)

    async def _read_shared(self) -> tuple[str | None, float]:
        row = await self._database.read(leases.read_shared, LEASE)
        if row is None:
            return None, 0.0
        try:
            return self._seal.open(row.sealed), row.seconds_left
        except CannotOpen:  # closed with a key that has gone: fetch anew
            return None, 0.0

    def _cache(self, token: str, seconds_left: float) -> str:
        self._failure = None
        self._cached = _Cached(token, time.monotonic() + min(CACHE_SECONDS, seconds_left))
        return token
