"""What our pages need to use WeChat's own functions (JSSDK): a ticket shared as the access token is, and signatures."""

import hashlib
import secrets
from dataclasses import dataclass

from bot.wechat.answers import read_number, read_text
from bot.wechat.caller import Caller
from bot.wechat.transport import Call
from store.leases import Held

LEASE = "jsapi_ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignature:
    """What `wx.config` is given on a page."""

    app_id: str
    timestamp: int  # Unix seconds
    nonce: str
    signature: str


class PageScriptCalls:
    """Signs addresses of pages."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._ticket = caller.token.share(LEASE, self._fetch)

    async def sign(self, address: str, *, timestamp: int) -> PageSignature:
        """Sign a page's address, as the browser has it but for what follows "#".

        Raises:
            NotPermitted, Misconfigured, Unreachable: there is no ticket.
        """
        self._caller.require("page_script")
        nonce = secrets.token_hex(8)
        ticket = await self._ticket.get()
        return PageSignature(
            app_id=self._caller.token.credentials.app_id,
            timestamp=timestamp,
            nonce=nonce,
            signature=signature(address, ticket=ticket, nonce=nonce, timestamp=timestamp),
        )

    async def _fetch(self, _held: Held, _rejected: str | None) -> tuple[str, float]:
        call = Call(path="/cgi-bin/ticket/getticket", query={"type": "jsapi"}, repeatable=True)
        answer = await self._caller.call(call)
        return read_text(answer, "ticket"), float(read_number(answer, "expires_in"))


def signature(address: str, *, ticket: str, nonce: str, timestamp: int) -> str:
    """Return WeChat's signature: SHA-1 over its four values in this order."""
    page = address.partition("#")[0]
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(signed.encode(), usedforsecurity=False).hexdigest()
