"""The route that WeChat calls: verify, decrypt, hand over, answer.

Nothing of ours runs on a request that isn't WeChat's. In plain mode the signature covers only the query, so whoever has
seen one could write any body: with an AES key set, plain pushes are refused unless `accept_plain` says otherwise, and
`timestamp_window` limits how long a seen signature is worth anything.
"""

import logging
import os
import select
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web
from multidict import MultiMapping

from bot.logs import mask
from bot.wechat.body import read_body
from bot.wechat.crypto import AesKey, Keyring, is_signed, sign
from bot.wechat.fields import is_json, read_fields
from bot.wechat.messages import Event, Push, Reply
from bot.wechat.parsing import Parsed, parse
from bot.wechat.refusals import Forged, KeyMissing, Malformed, Refused, Stale, Unencrypted
from bot.wechat.rendering import SUCCESS, Answers, render, write

_log = logging.getLogger("wenming.callback")

_TEXT = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_HUNG_UP = select.POLLHUP | getattr(select, "POLLRDHUP", 0)  # the second is Linux's


@dataclass(kw_only=True, eq=False)
class Callback:
    """One account's callback.

    Args:
        token: as on the platform's page, like the app id and the EncodingAESKeys (43 characters, or None).
        receive: called once per accepted push, with a way to ask whether WeChat still waits on its connection; what it
            returns is the answer.
        refused: told the cause of each refusal, one word, for metrics.
        accept_plain: take plain pushes although a key is set, for as long as an account changes its mode.
        timestamp_window: seconds that a signature may lie in the past or the future; None checks nothing.
        now: Unix seconds.

    Raises:
        ValueError: a key that is no EncodingAESKey.
    """

    token: str = field(repr=False)
    app_id: str
    aes_key: str | None = field(default=None, repr=False)
    previous_aes_key: str | None = field(default=None, repr=False)
    receive: Callable[[Push, Callable[[], bool]], Awaitable[Reply]]
    refused: Callable[[str], None]
    accept_plain: bool = False
    timestamp_window: float | None = 600.0
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        keys = [key for key in (self.aes_key, self.previous_aes_key) if key]
        self._keyring = Keyring(self.app_id, *keys) if keys else None

    def routes(self, path: str) -> list[web.RouteDef]:
        """Return the two routes; every other method is answered 405."""
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.take)]

    async def verify(self, request: web.BaseRequest) -> web.Response:
        """Answer the platform's check of the address: `echostr` verbatim, if it is WeChat who asks."""
        try:
            echo = self._echo(request.query)
        except Refused as refusal:
            return self._refuse(request, refusal)
        # Plain text and nosniff: whatever stands in it, no browser runs it.
        return web.Response(body=echo, headers=_TEXT)

    async def take(self, request: web.BaseRequest) -> web.Response:
        """Take one push and answer it."""
        try:
            arrival = await self._arrival(request)
        except Refused as refusal:
            return self._refuse(request, refusal)
        if arrival.parsed.odd:
            _note(arrival.parsed)
        reply = await self.receive(arrival.parsed.push, partial(_is_connected, request))
        return self._answer(arrival, reply)

    def _echo(self, query: MultiMapping[str]) -> bytes:
        parameters = _Parameters(query)
        echo = parameters.required("echostr")
        if self._keyring is None or "msg_signature" not in query:
            self._check_signature(parameters)
            return echo.encode()
        # WeChat sends echostr plain in every mode; its sister products encrypt it.
        self._check_sealed(parameters, echo)
        return self._keyring.open(echo)[0]

    async def _arrival(self, request: web.BaseRequest) -> "_Arrival":
        parameters = _Parameters(request.query)
        self._check_signature(parameters)
        encrypted = parameters.is_encrypted()
        if not encrypted and self._keyring is not None and not self.accept_plain:
            raise Unencrypted(
                "a plain push, though AES_KEY is set: choose safe or compatible mode on the platform's page"
            )
        body = await read_body(request)
        if not encrypted:
            return _Arrival(parse(body), None, is_json(body))
        content, key = self._open(parameters, body)
        return _Arrival(parse(content), key, is_json(body))

    def _open(self, parameters: "_Parameters", body: bytes) -> tuple[bytes, AesKey]:
        """Return the sealed content; what stands beside it in compatible mode isn't signed and isn't read."""
        if self._keyring is None:
            raise KeyMissing(
                "an encrypted push, but AES_KEY isn't set: copy the EncodingAESKey from the platform's page"
            )
        sealed = read_fields(body).get("Encrypt")
        if not isinstance(sealed, str) or not sealed:
            raise Malformed("an encrypted push without Encrypt")
        self._check_sealed(parameters, sealed)
        return self._keyring.open(sealed)

    def _check_signature(self, parameters: "_Parameters") -> None:
        timestamp, nonce = parameters.required("timestamp"), parameters.required("nonce")
        if not is_signed(parameters.required("signature"), self.token, timestamp, nonce):
            raise Forged("the signature is wrong: compare CALLBACK_TOKEN with the platform's page")
        self._check_time(timestamp)

    def _check_sealed(self, parameters: "_Parameters", sealed: str) -> None:
        timestamp, nonce = parameters.required("timestamp"), parameters.required("nonce")
        if not is_signed(parameters.required("msg_signature"), self.token, timestamp, nonce, sealed):
            raise Forged("msg_signature is wrong: compare CALLBACK_TOKEN with the platform's page")
        self._check_time(timestamp)

    def _check_time(self, timestamp: str) -> None:
        # Ten digits and no more: the signature doesn't say where the timestamp ends and the nonce begins.
        if not (len(timestamp) == 10 and timestamp.isascii() and timestamp.isdigit()):
            raise Forged("a timestamp that isn't WeChat's")
        if self.timestamp_window is not None and abs(self.now() - int(timestamp)) > self.timestamp_window:
            raise Stale("signed too long ago or in the future: a replay, or this machine's clock is wrong")

    def _answer(self, arrival: "_Arrival", reply: Reply) -> web.Response:
        created = int(self.now())
        content = render(reply, arrival.parsed.push, created=created, as_json=arrival.as_json)
        if content is SUCCESS:
            return web.Response(body=SUCCESS, headers=_TEXT)
        if arrival.key is not None and self._keyring is not None:
            content = self._sealed(self._keyring.seal(content, arrival.key), created, arrival.as_json)
        return web.Response(body=content, headers=_JSON if arrival.as_json else _XML)

    def _sealed(self, sealed: str, created: int, as_json: bool) -> bytes:
        nonce = os.urandom(8).hex()
        signature = sign(self.token, str(created), nonce, sealed)
        envelope: Answers = {"Encrypt": sealed, "MsgSignature": signature, "TimeStamp": created, "Nonce": nonce}
        return write(envelope, as_json=as_json)

    def _refuse(self, request: web.BaseRequest, refusal: Refused) -> web.Response:
        self.refused(refusal.cause)
        about = {"cause": refusal.cause, "status": refusal.status, "remote": request.remote}
        _log.warning("refused: %s", refusal, extra=about)
        return web.Response(status=refusal.status, text=refusal.cause, headers={"X-Content-Type-Options": "nosniff"})


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An accepted push, and how its answer must be written."""

    parsed: Parsed
    key: AesKey | None
    as_json: bool


class _Parameters:
    """The query of a request, in which nothing may stand twice."""

    __slots__ = ("_query",)

    def __init__(self, query: MultiMapping[str]) -> None:
        if len(query) != len(set(query)):
            raise Forged("a repeated parameter")
        self._query = query

    def required(self, name: str) -> str:
        value = self._query.get(name)
        if not value:
            raise Forged(f"no {name}")
        return value

    def is_encrypted(self) -> bool:
        encrypt_type = self._query.get("encrypt_type", "raw")
        if encrypt_type not in ("raw", "", "aes"):
            raise Forged("an unknown encrypt_type")
        return encrypt_type == "aes"


def _is_connected(request: web.BaseRequest) -> bool:
    """Ask the kernel, too: after a standstill it knows of hang-ups that the event loop hasn't read yet."""
    transport = request.transport
    if transport is None or transport.is_closing():
        return False
    number = transport.get_extra_info("socket").fileno()
    if number < 0:
        return False
    connection = select.poll()
    connection.register(number, _HUNG_UP)
    return not connection.poll(0)


def _note(parsed: Parsed) -> None:
    """Say which fields of an accepted push were absurd, or of a kind that nobody knows."""
    push = parsed.push
    kind = f"event {push.name}" if isinstance(push, Event) else push.kind
    about = {"fields": parsed.odd, "kind": kind, "openid": mask(push.openid)}
    _log.warning("odd or unknown: %s", ", ".join(parsed.odd), extra=about)
