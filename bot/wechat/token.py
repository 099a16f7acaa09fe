"""The access token: fetched by one caller at a time, in this process and among all replicas, and shared by all.

WeChat's `stable_token` gives the same token while it is valid and renews it by itself in its last five minutes;
`force_refresh` voids the old one at once, 20 times a day.
"""

from dataclasses import dataclass

from bot.wechat.errors import CODES, Misconfigured, TokenRejected, UncertainDelivery, Unreachable
from bot.wechat.shared import Fetch, SharedSecret
from bot.wechat.transport import Call, Transport
from store import leases
from store.database import Database
from store.leases import Held
from store.sealing import Seal

LEASE = "access_token"
RENEW_BEFORE = 300.0  # seconds before its end at which a token is renewed
FORCED_PER_DAY = 20
FORCED_SECONDS_APART = 30.0
_WRONG_SECRET = 40125


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What identifies the account to WeChat."""

    app_id: str
    app_secret: str


class AccessToken:
    """Gives out the current token. One object a process."""

    def __init__(self, transport: Transport, database: Database, *, seal: Seal, credentials: Credentials) -> None:
        self._transport = transport
        self._database = database
        self._seal = seal
        self.credentials = credentials
        self._shared = self.share(LEASE, self._fetch_another)

    def share(self, lease: str, fetch: Fetch) -> SharedSecret:
        """Return another value that is shared as the token is."""
        return SharedSecret(self._database, seal=self._seal, lease=lease, fetch=fetch, renew_before=RENEW_BEFORE)

    async def get(self) -> str:
        """Return a token that is thought to be good.

        Raises:
            Misconfigured: WeChat refuses to give one; the message says what an operator must do.
            Unreachable: WeChat or the replica that is fetching one doesn't answer.
        """
        return await self._shared.get()

    async def replace(self, rejected: str) -> str:
        """Return another token than the one that WeChat has just rejected.

        Raises:
            TokenRejected: there is no other, and no forced refresh may be made now.
            Misconfigured, Unreachable: as `get`.
        """
        return await self._shared.replace(rejected)

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
            "appid": self.credentials.app_id,
            "secret": self.credentials.app_secret,
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
