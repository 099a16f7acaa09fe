"""Answers the service's API calls: token, permission, quota and JSON checks before the endpoint, faults around it."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.api_call import ApiError, Call, Endpoint, File, Upload
from bot.sandbox.faults import KINDS, Fault
from bot.sandbox.journal import CallRecord, Exchange
from bot.sandbox.wire import Json
from bot.sandbox.world import World

SLOW_PIECES = 10
SHOWN_BYTES = 20_000
# A backslash that is not itself escaped, then u and four hexadecimal digits.
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
HTML_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Sent:
    """What goes back: JSON (with its errcode) or a file."""

    body: bytes
    content_type: str
    errcode: int | None = None
    name: str | None = None


class Api:
    """All endpoints of one world, as an aiohttp handler."""

    def __init__(self, world: World, endpoints: Mapping[str, Endpoint]) -> None:
        self._world = world
        self._endpoints = endpoints

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        exchange = self._world.journal.open("api", request.method, request.path_qs, at=self._world.now())
        faults = self._world.draw_faults("api", kinds=KINDS["api"], path=request.path)
        exchange.notes.extend(f"fault {kind}" for kind in faults)
        if "delay" in faults:
            await asyncio.sleep(faults["delay"].lasting)
        body = b"" if _is_multipart(request) else await request.read()
        exchange.request = body.decode(errors="replace")
        broken = next((faults[kind] for kind in ("status", "html") if kind in faults), None)
        if broken:
            sent, status = Sent(HTML_PAGE.encode(), "text/html"), broken.status or 502
        else:
            error, revokes = faults.get("error"), "revoke" in faults
            sent, status = await self._answered(request, body, exchange, error=error, revokes=revokes), 200
        response = await _returned(request, sent, status=status, faults=faults)
        exchange.status, exchange.response = status, _shown(sent)
        exchange.milliseconds = round((time.monotonic() - started) * 1000, 3)
        self._world.show_exchange(exchange)
        return response

    async def _answered(
        self, request: web.Request, body: bytes, exchange: Exchange, *, error: Fault | None, revokes: bool
    ) -> Sent:
        if revokes:
            self._world.tokens.revoke()
        upload, form = await _uploaded(request)
        call = Call(request.path, request.query, request.remote or "", upload=upload, form=form)
        content: Any = None
        try:
            if error:
                raise ApiError(-1 if error.errcode is None else error.errcode, "system error")
            endpoint = self._allowed(request.method, call)
            if endpoint.takes == "json":
                content = _json(body)
                call = Call(call.path, call.query, call.remote, content, call.upload, call.form)
            answer = endpoint.run(self._world, call)
        except ApiError as refusal:
            answer = refusal.answer
            answer["errmsg"] += f" rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
        errcode = answer.get("errcode", 0) if isinstance(answer, dict) else 0
        exchange.openid = _openid_in(content, request)
        self._note(call, content if content is not None else _loose_json(body), errcode)
        if isinstance(answer, File):
            return Sent(answer.content, answer.content_type, errcode, answer.name)
        return Sent(json.dumps(answer, ensure_ascii=False).encode(), "text/plain", errcode)

    def _allowed(self, method: str, call: Call) -> Endpoint:
        """The endpoint if WeChat would let this call through to it."""
        endpoint = self._endpoints.get(call.path)
        if endpoint is None:
            raise ApiError(40066, "invalid url")
        if method != endpoint.method and not (endpoint.either and method in ("GET", "POST")):
            code = 43001 if endpoint.method == "GET" else 43002
            raise ApiError(code, f"require {endpoint.method} method")
        if endpoint.token:
            self._check_token(call.query.get("access_token"))
        if endpoint.needs and not getattr(self._world.capabilities, endpoint.needs):
            raise ApiError(48001, "api unauthorized")
        code = self._world.quotas.count(call.path, now=self._world.now())
        if code:
            raise ApiError(code, "reach max api daily quota limit" if code == 45009 else "reach max minute quota limit")
        return endpoint

    def _check_token(self, text: str | None) -> None:
        if not text:
            raise ApiError(41001, "access_token missing")
        token = self._world.tokens.find(text)
        if token is None or token.killed:
            raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
        if token.expires <= self._world.now():
            raise ApiError(42001, "access_token expired")

    def _note(self, call: Call, content: Any, errcode: int) -> None:
        record = CallRecord(self._world.now(), call.path, dict(call.query), content, errcode)
        self._world.journal.note_call(record)


def _json(body: bytes) -> Json:
    """The body's object; WeChat refuses \\u escapes and everything that is no JSON object."""
    if ESCAPED.search(body):
        raise ApiError(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
    content = _loose_json(body)
    if not isinstance(content, dict):
        raise ApiError(47001, "data format error")
    return content


def _loose_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_multipart(request: web.Request) -> bool:
    return request.content_type == "multipart/form-data"


async def _uploaded(request: web.Request) -> tuple[Upload | None, dict[str, str]]:
    """The file of a multipart call, and the texts beside it."""
    if not _is_multipart(request):
        return None, {}
    parts = await request.post()
    texts = {name: value for name, value in parts.items() if isinstance(value, str)}
    file = parts.get("media")
    return (Upload(file.filename, file.file.read()) if isinstance(file, web.FileField) else None), texts


def _openid_in(content: Any, request: web.Request) -> str | None:
    touser = content.get("touser") if isinstance(content, dict) else None
    return touser if isinstance(touser, str) else request.query.get("openid")


def _shown(sent: Sent) -> str:
    if sent.content_type in ("text/plain", "text/html"):
        return sent.body[:SHOWN_BYTES].decode(errors="replace")
    return f"({len(sent.body)} bytes of {sent.content_type})"


async def _returned(
    request: web.Request, sent: Sent, *, status: int, faults: Mapping[str, Fault]
) -> web.StreamResponse:
    """Send the answer, unless a fault loses it, halves it or makes it drip."""
    if "drop" in faults and request.transport:
        request.transport.abort()
    body = sent.body[: len(sent.body) // 2] if "truncate" in faults else sent.body
    headers = {"Content-Type": sent.content_type if sent.name else f"{sent.content_type}; charset=utf-8"}
    if sent.name:
        headers["Content-Disposition"] = f'attachment; filename="{sent.name}"'
    if "slow" not in faults:
        return web.Response(body=body, status=status, headers=headers)
    response = web.StreamResponse(status=status, headers=headers)
    await response.prepare(request)
    size = len(body) // SLOW_PIECES + 1
    for start in range(0, len(body), size):
        await asyncio.sleep(faults["slow"].lasting / SLOW_PIECES)
        await response.write(body[start : start + size])
    await response.write_eof()
    return response
