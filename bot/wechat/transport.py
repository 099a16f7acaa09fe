"""HTTP to WeChat's API: one request and its answer, whatever shape it comes in, with bounded repeats where safe."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Any, BinaryIO

import orjson
from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from yarl import URL

from bot.wechat.errors import Busy, MediaUnusable, UncertainDelivery, Unreachable, WeChatError, error_for

CONNECTIONS = 64
CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
_UPLOAD_RATE = 1_000_000  # bytes a second that an upload is given time for besides
PAUSES = (0.5, 1.0)  # seconds before the second and the third try
_LONGEST_ANSWER = 4_000_000
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_ESCAPED = re.compile(rb"((?<!\\)(?:\\\\)*)\\u00[0-9a-f]{2}")  # only control characters are written so
_RANDOM = SystemRandom()

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of `size` bytes as the form's field "media", after `fields` of text; the file at a path is streamed."""

    name: str
    content_type: str
    content: bytes | Path
    size: int
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the API. `body` or `upload` makes it a POST; `repeatable`: a second one does no harm."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    upload: Upload | None = None
    repeatable: bool


class AnswerLost(WeChatError):
    """The request left us, and no usable answer came."""


def open_session() -> ClientSession:
    """Return the process's one session, with nothing remembered between calls.

    Idle connections are dropped before WeChat does: a send on a connection that the other side has just closed would
    be of unknown outcome.
    """
    connector = TCPConnector(limit=CONNECTIONS, keepalive_timeout=8, ttl_dns_cache=60)
    timeout = ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
    return ClientSession(connector=connector, timeout=timeout, cookie_jar=DummyCookieJar())


class Transport:
    """Sends calls to one base address. `pauses` are the seconds before each repeat of a repeatable call."""

    def __init__(
        self,
        session: ClientSession,
        base_url: str,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.session = session
        self.base = URL(base_url)
        if self.base.scheme not in ("http", "https") or not self.base.host:
            raise ValueError(f"not an http(s) address: {base_url}")
        self._answer_seconds = answer_seconds
        self._pauses = pauses

    async def send(self, call: Call, *, token: str | None = None) -> Answer:
        """Send and return WeChat's JSON object.

        Raises:
            Refused: WeChat answered with an error code.
            Unreachable: nothing was sent, or every try of a repeatable call failed.
            UncertainDelivery: the answer to a call that must not be repeated was lost.
        """
        if not call.repeatable:
            return await self._send_once(call, token)
        for pause in self._pauses:
            try:
                return await self._try(call, token)
            except (AnswerLost, Unreachable, Busy):
                await asyncio.sleep(pause * _RANDOM.uniform(0.5, 1.5))
        try:
            return await self._try(call, token)
        except AnswerLost as lost:
            raise Unreachable(str(lost)) from lost

    async def _send_once(self, call: Call, token: str | None) -> Answer:
        try:
            return await self._try(call, token)
        except AnswerLost as lost:
            raise UncertainDelivery(str(lost)) from lost

    async def _try(self, call: Call, token: str | None) -> Answer:
        try:
            async with (
                asyncio.timeout(self._seconds_for(call)),
                _form(call.upload) as form,
                self._request(call, token, form=form) as response,
            ):
                return read_answer(call.path, response.status, await read_capped(response, _LONGEST_ANSWER))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unreachable(f"{call.path}: no connection ({type(error).__name__})") from error
        except (ClientError, ClientConnectionError, OSError, TimeoutError) as error:
            raise AnswerLost(f"{call.path}: the answer was lost ({type(error).__name__})") from error

    def _seconds_for(self, call: Call) -> float:
        return self._answer_seconds + (call.upload.size / _UPLOAD_RATE if call.upload else 0.0)

    def _request(
        self, call: Call, token: str | None, *, form: FormData | None
    ) -> AbstractAsyncContextManager[ClientResponse]:
        query = {"access_token": token, **call.query} if token else dict(call.query)
        url = self.base.joinpath(call.path.lstrip("/")).with_query(query)
        if form is not None:
            return self.session.post(url, data=form, allow_redirects=False)
        if call.body is None:
            return self.session.get(url, allow_redirects=False)
        return self.session.post(url, data=encode(call.body), headers=_JSON, allow_redirects=False)


def encode(body: Mapping[str, object]) -> bytes:
    """Return JSON in UTF-8 without `\\uXXXX`, which WeChat refuses (40033): control characters are left out."""
    return _ESCAPED.sub(rb"\1", orjson.dumps(body))


@asynccontextmanager
async def _form(upload: Upload | None) -> AsyncIterator[FormData | None]:
    """Give the form to send; each try reads the file anew.

    Raises:
        MediaUnusable: the file can't be opened.
    """
    if upload is None:
        yield None
        return
    form = FormData()
    for name, value in upload.fields.items():
        form.add_field(name, value)
    if isinstance(upload.content, bytes):
        form.add_field("media", upload.content, filename=upload.name, content_type=upload.content_type)
        yield form
        return
    file = await asyncio.to_thread(_open, upload.content)
    try:
        form.add_field("media", file, filename=upload.name, content_type=upload.content_type)
        yield form
    finally:
        file.close()


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise MediaUnusable(f"the file can't be read: {error.strerror or type(error).__name__}") from error


def read_answer(path: str, status: int, body: bytes) -> Answer:
    """Make sense of an answer, whatever its Content-Type says: WeChat sends JSON as text/plain, gateways send HTML.

    Raises:
        Refused: the answer is an error code.
        AnswerLost: it is no JSON object, or the status is 5xx: whether the call was done is unknown.
        Unreachable: some other status; something in between turned the call away.
    """
    if status >= 500:
        raise AnswerLost(f"{path}: HTTP {status}")
    if status != 200:
        raise Unreachable(f"{path}: HTTP {status}")
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise AnswerLost(f"{path}: an answer that is no JSON") from error
    errcode = answer.get("errcode", 0) if isinstance(answer, dict) else None
    if not isinstance(errcode, int):
        raise AnswerLost(f"{path}: an answer of an unknown shape")
    if errcode != 0:
        raise error_for(errcode, str(answer.get("errmsg", "")), msg_id=answer.get("msg_id"))
    return answer  # type: ignore[no-any-return]


async def read_capped(response: ClientResponse, limit: int) -> bytes:
    """Read a whole answer of at most `limit` bytes.

    Raises:
        AnswerLost: it is longer.
    """
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise AnswerLost(f"{response.url.path}: an answer of more than {limit} bytes")
    return bytes(body)
