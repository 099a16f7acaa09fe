"""Reading a request's body: at most 64 KB, within a few seconds, never inflated."""

import asyncio

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.wechat.refusals import Compressed, Malformed, TooLarge, TooSlow
from bot.wechat.xml import BODY_BYTES

BODY_SECONDS = 5.0  # WeChat itself gives up after five


async def read_body(request: web.BaseRequest) -> bytes:
    """Return the whole body.

    Raises:
        Compressed, TooLarge, TooSlow
        Malformed: the connection broke, or the chunks are not HTTP's.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Compressed("a Content-Encoding, which WeChat never sends")
    if (request.content_length or 0) > BODY_BYTES:
        raise TooLarge("a body past the cap")
    try:
        if request.content.is_eof():  # nearly always: it came with the head, so no timer is needed
            return _within_cap(request.content.read_nowait())
        async with asyncio.timeout(BODY_SECONDS):
            return await _collect(request.content)
    except TimeoutError:
        raise TooSlow("the body didn't arrive in time") from None
    except (HttpProcessingError, aiohttp.ClientError, ConnectionError):
        raise Malformed("the body broke off") from None


async def _collect(content: aiohttp.StreamReader) -> bytes:
    body = b""
    while chunk := await content.readany():
        body = _within_cap(body + chunk)
    return body


def _within_cap(body: bytes) -> bytes:
    if len(body) > BODY_BYTES:
        raise TooLarge("a body past the cap")
    return body
