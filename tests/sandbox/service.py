"""A tiny service behind the pretend platform: it keeps what was pushed and answers what a test wants."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

from bot.sandbox.config import SandboxConfig
from bot.sandbox.crypto import MessageCipher, sign
from bot.sandbox.platform import Sandbox
from bot.sandbox.wire import from_xml, to_json, to_xml

Json = dict[str, Any]
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR"
APPID, SECRET, TOKEN = "wx00c0ffee00c0ffee", "s3cret", "tok"


@dataclass(frozen=True)
class Pushed:
    """One POST as the service got it: query, body, and the fields outside and inside the encryption."""

    query: dict[str, str]
    body: str
    content_type: str
    outer: Json
    fields: Json


Answer = Callable[[Pushed], Awaitable[web.StreamResponse]]


@dataclass
class Service:
    """`answer` may be replaced at any time; the default stays silent."""

    config: SandboxConfig
    pushes: list[Pushed] = field(default_factory=list)
    answer: Answer = field(init=False)
    _arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.answer = says("success")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        pushed = self._opened(request, await request.text())
        async with self._arrival:
            self.pushes.append(pushed)
            self._arrival.notify_all()
        return await self.answer(pushed)

    async def received(self, count: int, *, event: str | None = None) -> list[Pushed]:
        """So many pushes (of this event only) once they are there."""

        def found() -> list[Pushed]:
            return [pushed for pushed in self.pushes if event in (None, pushed.fields.get("Event"))]

        async with asyncio.timeout(5), self._arrival:
            await self._arrival.wait_for(lambda: len(found()) >= count)
        return found()

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        good = query["signature"] == sign(self.config.token, query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"]) if good else web.Response(status=403)

    def _opened(self, request: web.Request, body: str) -> Pushed:
        outer = parsed(body)
        inner = outer
        if "Encrypt" in outer:
            inner = parsed(MessageCipher(self.config.aes_key, self.config.appid).open(outer["Encrypt"]))
        return Pushed(dict(request.query), body, request.content_type, outer, inner)


def parsed(body: str) -> Json:
    """The fields of a push body; {} for one that was cut in the middle."""
    try:
        result: Json = json.loads(body) if body.startswith("{") else from_xml(body)
    except ValueError:
        return {}
    return result


def says(body: str, *, status: int = 200) -> Answer:
    """Always the same body."""

    async def answer(_pushed: Pushed) -> web.StreamResponse:
        return web.Response(text=body, status=status)

    return answer


def replies(**fields: Any) -> Answer:
    """A passive reply in plain XML."""

    async def answer(pushed: Pushed) -> web.StreamResponse:
        return web.Response(text=to_xml(reply_to(pushed, **fields)))

    return answer


def hangs(gate: asyncio.Event, then: Answer) -> Answer:
    """Answer only when the gate opens."""

    async def answer(pushed: Pushed) -> web.StreamResponse:
        await gate.wait()
        return await then(pushed)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other, the last for ever."""
    waiting = list(answers)

    async def answer(pushed: Pushed) -> web.StreamResponse:
        return await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(pushed)

    return answer


def seals(config: SandboxConfig, **fields: Any) -> Answer:
    """An encrypted passive reply in the account's format; `_key`, `_signature` and `_appid` may be falsified."""
    key, appid = fields.pop("_key", config.aes_key), fields.pop("_appid", config.appid)
    signature = fields.pop("_signature", None)
    write = to_xml if config.format == "xml" else to_json

    async def answer(pushed: Pushed) -> web.StreamResponse:
        sealed = MessageCipher(key, appid).seal(write(reply_to(pushed, **fields)))
        envelope = {
            "Encrypt": sealed,
            "MsgSignature": signature or sign(config.token, "1700000000", "n1", sealed),
            "TimeStamp": 1700000000,
            "Nonce": "n1",
        }
        return web.Response(text=write(envelope))

    return answer


def reply_to(pushed: Pushed, **fields: Any) -> Json:
    names = {"ToUserName": pushed.fields["FromUserName"], "FromUserName": pushed.fields["ToUserName"]}
    return {**names, "CreateTime": 1700000000, **fields}


@dataclass
class Stage:
    """A sandbox, its service, and a client that speaks to the sandbox only over HTTP."""

    sandbox: Sandbox
    service: Service
    client: ClientSession
    base_url: str

    async def post(self, path: str, /, *, expect: int = 200, **body: Any) -> Json:
        async with self.client.post(self.base_url + path, json=body) as response:
            content: Json = await response.json(content_type=None)
            assert response.status == expect, content
            return content

    async def get(self, path: str, *, expect: int = 200) -> Json:
        async with self.client.get(self.base_url + path) as response:
            content: Json = await response.json(content_type=None)
            assert response.status == expect, content
            return content

    async def delete(self, path: str, *, expect: int = 200) -> Json:
        async with self.client.delete(self.base_url + path) as response:
            content: Json = await response.json(content_type=None)
            assert response.status == expect, content
            return content

    async def citizen(self, name: str = "王阿姨", *, follows: bool = True) -> str:
        """The openid of a new citizen; the follow push is not kept."""
        openid = str((await self.post("/control/citizens", name=name))["openid"])
        if follows:
            await self.does(openid, "follows")
            self.service.pushes.clear()
        return openid

    async def does(self, openid: str, act: str, /, *, expect: int = 200, **body: Any) -> Json:
        return await self.post(f"/control/citizens/{openid}/{act}", expect=expect, **body)

    async def inbox(self, openid: str, after: int = 0) -> list[Json]:
        content = await self.get(f"/control/citizens/{openid}/inbox?after={after}")
        return list(content["bubbles"])

    async def token(self) -> str:
        body: Json = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        return str((await self.post("/cgi-bin/stable_token", **body))["access_token"])

    async def api(self, path: str, body: str | Json, *, token: str | None = None) -> Json:
        """POST as WeChat wants it: Chinese unescaped."""
        raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        url = f"{self.base_url}{path}?access_token={token or await self.token()}"
        async with self.client.post(url, data=raw.encode()) as response:
            assert response.content_type == "text/plain"
            return dict(json.loads(await response.text()))

    async def fetch(self, path: str, **query: str) -> Json:
        """GET an API path with a token."""
        params = {"access_token": await self.token(), **query}
        async with self.client.get(self.base_url + path, params=params) as response:
            return dict(json.loads(await response.text()))
