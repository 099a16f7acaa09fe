"""Media from WeChat: downloads are streamed, capped in size, and only from WeChat's own hosts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from aiohttp import ClientError, ClientResponse
from yarl import URL

from bot.wechat.errors import MediaUnusable, Unreachable
from bot.wechat.transport import AnswerLost, Transport, read_answer, read_capped

MEDIA_LIMIT = 10_000_000  # bytes; WeChat's own limit for pictures and videos is 10 MB
DOWNLOAD_SECONDS = 60.0
_PICTURE_HOSTS = (".qpic.cn", ".qlogo.cn")
_VIDEO_HOSTS = (".qq.com",)  # where the `video_url` of a media id points
_HOPS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_JSON = 65_536

Write = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came; `content_type` is what the sender claims and proves nothing."""

    content_type: str
    size: int  # bytes


class Downloads:
    """Streams media into `write`, an async function of chunks, which the caller throws away if this raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def by_id(self, media_id: str, write: Write, *, token: str, limit: int) -> Downloaded:
        """Fetch a medium by its id; a video's JSON answer with its address is followed.

        Raises:
            Refused, MediaUnusable, Unreachable.
        """
        url = self._transport.base.joinpath("cgi-bin/media/get")
        url = url.with_query({"access_token": token, "media_id": media_id})
        result = await self._fetch(url, write, limit=limit)
        if isinstance(result, Downloaded):
            return result
        if isinstance(result, URL):
            return await self._follow(str(result), write, limit=limit, hosts=_VIDEO_HOSTS)
        return await self._follow(_video_address(result), write, limit=limit, hosts=_VIDEO_HOSTS)

    async def by_address(self, address: str, write: Write, *, limit: int) -> Downloaded:
        """Fetch a picture by the address that WeChat pushed.

        Raises:
            MediaUnusable, Unreachable.
        """
        return await self._follow(address, write, limit=limit, hosts=_PICTURE_HOSTS)

    async def _follow(self, address: str, write: Write, *, limit: int, hosts: tuple[str, ...]) -> Downloaded:
        url = _parse(address)
        for _ in range(_HOPS):
            self._check(url, hosts)
            result = await self._fetch(url, write, limit=limit)
            if isinstance(result, Downloaded):
                return result
            if isinstance(result, bytes):
                raise MediaUnusable("the answer is text, not a medium")
            url = result
        raise MediaUnusable("too many redirects")

    def _check(self, url: URL, hosts: tuple[str, ...]) -> None:
        """Refuse any address but WeChat's: a forged or strange push must not make us call other servers."""
        if url.scheme not in ("http", "https") or url.user is not None or url.password is not None or not url.host:
            raise MediaUnusable("not a plain http(s) address")
        ours = url.origin() == self._transport.base.origin()
        if not ours and not (url.is_default_port() and url.host.endswith(hosts)):
            raise MediaUnusable(f"{url.host} is not one of WeChat's hosts")

    async def _fetch(self, url: URL, write: Write, *, limit: int) -> Downloaded | bytes | URL:
        """Return what was streamed, or a short text answer, or where a redirect points."""
        try:
            async with (
                asyncio.timeout(DOWNLOAD_SECONDS),
                self._transport.session.get(url, allow_redirects=False) as got,
            ):
                if got.status in _REDIRECTS:
                    return url.join(_parse(got.headers.get("Location", "")))
                _check_status(url, got)
                if _is_text(got.content_type):
                    return await read_capped(got, _LONGEST_JSON)
                return await _stream(got, write, limit=limit)
        except (ClientError, TimeoutError, AnswerLost) as error:
            raise Unreachable(f"{url.host}: the download broke off ({type(error).__name__})") from error


def _video_address(answer: bytes) -> str:
    try:
        address = read_answer("/cgi-bin/media/get", 200, answer).get("video_url")
    except AnswerLost as lost:
        raise Unreachable(str(lost)) from lost
    if not isinstance(address, str):
        raise MediaUnusable("WeChat answered with neither a medium nor a video's address")
    return address


async def _stream(response: ClientResponse, write: Write, *, limit: int) -> Downloaded:
    if (response.content_length or 0) > limit:
        _too_large(limit)
    size = 0
    async for chunk in response.content.iter_chunked(65_536):
        size += len(chunk)
        if size > limit:
            _too_large(limit)
        await write(chunk)
    return Downloaded(response.content_type, size)


def _check_status(url: URL, response: ClientResponse) -> None:
    if response.status >= 500 or response.status == 429:
        raise Unreachable(f"{url.host}: HTTP {response.status}")
    if response.status != 200:
        raise MediaUnusable(f"{url.host}: HTTP {response.status}")


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/") or content_type == "application/json"


def _parse(address: str) -> URL:
    try:
        return URL(address)
    except ValueError as error:
        raise MediaUnusable("not an address") from error


def _too_large(limit: int) -> NoReturn:
    raise MediaUnusable(f"larger than {limit} bytes")
