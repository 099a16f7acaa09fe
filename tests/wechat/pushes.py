"""WeChat's side of the callback for tests, with code of its own, and a real server to push to."""

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.wechat.callback import Callback
from bot.wechat.messages import SILENCE, Push, Reply
from bot.wechat.server import server_options

TOKEN = "a-token-of-the-tests"
APP_ID = "wx0123456789abcdef"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvuT"


def signature(*parts: str) -> str:
    """Sign as WeChat's documents say."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypt(key: str, frame: bytes, *, block: int = 32) -> str:
    """Pad and encrypt a frame of any content."""
    size = block - len(frame) % block
    return encrypt_padded(key, frame + bytes([size]) * size)


def encrypt_padded(key: str, padded: bytes) -> str:
    """Encrypt what is padded already, rightly or not."""
    raw = base64.b64decode(key + "=")
    encryptor = Cipher(AES(raw), CBC(raw[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def frame(content: bytes, app_id: str, *, salt: bytes = b"0123456789abcdef") -> bytes:
    """Frame content as WeChat does before it encrypts."""
    return salt + len(content).to_bytes(4, "big") + content + app_id.encode()


def decrypt(key: str, sealed: str) -> tuple[bytes, str]:
    """Return content and app id of something sealed."""
    raw = base64.b64decode(key + "=")
    decryptor = Cipher(AES(raw), CBC(raw[:16])).decryptor()
    padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    opened = padded[16 : -padded[-1]]
    end = 4 + int.from_bytes(opened[:4], "big")
    return opened[4:end], opened[end:].decode()


@dataclass(frozen=True)
class Request:
    """One request of the platform: its query and its body."""

    query: dict[str, str]
    body: bytes = b""

    def changed(self, **parameters: str | None) -> "Request":
        """Return it with parameters replaced, or left out where None."""
        query = {**self.query, **{name: value for name, value in parameters.items() if value is not None}}
        return replace(
            self, query={name: value for name, value in query.items() if parameters.get(name, "") is not None}
        )


@dataclass(frozen=True, kw_only=True)
class Wechat:
    """The platform's half of one account."""

    token: str = TOKEN
    app_id: str = APP_ID
    key: str = KEY
    timestamp: str | None = None
    nonce: str = "1372623149"

    def signed(self, **more: str) -> Request:
        """Return an empty request with a valid plain signature."""
        timestamp = str(int(time.time())) if self.timestamp is None else self.timestamp
        sign = signature(self.token, timestamp, self.nonce)
        return Request({"signature": sign, "timestamp": timestamp, "nonce": self.nonce, **more})

    def plain(self, body: bytes) -> Request:
        """Push in plain mode."""
        return replace(self.signed(openid="o-citizen"), body=body)

    def safe(self, content: bytes) -> Request:
        """Push in safe mode, in the format of the content."""
        return self.sealed(encrypt(self.key, frame(content, self.app_id)), as_json=content[:1] == b"{")

    def sealed(self, sealed: str, *, as_json: bool = False, beside: str = "") -> Request:
        """Push something sealed already; `beside` are plain XML fields, as in compatible mode."""
        request = self.signed(openid="o-citizen", encrypt_type="aes")
        sign = signature(self.token, request.query["timestamp"], self.nonce, sealed)
        xml = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName>{beside}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        body = f'{{"ToUserName":"gh_1","Encrypt":"{sealed}"}}' if as_json else xml
        return replace(request.changed(msg_signature=sign), body=body.encode())

    def open_reply(self, body: bytes) -> tuple[dict[str, str], bytes]:
        """Return the envelope of a sealed reply, its signature checked, and the content."""
        envelope = {child.tag: child.text or "" for child in ElementTree.fromstring(body)}
        expected = signature(self.token, envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
        assert envelope["MsgSignature"] == expected
        content, app_id = decrypt(self.key, envelope["Encrypt"])
        assert app_id == self.app_id
        return envelope, content


@dataclass
class Office:
    """Our side: a callback on a real server, with a receiver that records and answers `reply`."""

    url: str
    session: aiohttp.ClientSession
    received: list[Push] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    refusal: asyncio.Event = field(default_factory=asyncio.Event)
    reply: Reply = SILENCE

    async def push(self, request: Request, **options: object) -> tuple[int, bytes]:
        """POST a request and return status and body."""
        async with self.session.post(self.url, params=request.query, data=request.body, **options) as response:  # type: ignore[arg-type]
            return response.status, await response.read()

    async def ask(self, request: Request) -> tuple[int, bytes]:
        """GET a request and return status and body."""
        async with self.session.get(self.url, params=request.query) as response:
            return response.status, await response.read()


@asynccontextmanager
async def open_office(
    *,
    token: str = TOKEN,
    app_id: str = APP_ID,
    aes_key: str | None = None,
    previous_aes_key: str | None = None,
    accept_plain: bool = False,
    timestamp_window: float | None = 600.0,
) -> AsyncIterator[Office]:
    """Serve a callback on a random port."""
    async with aiohttp.ClientSession() as session:
        office = Office("", session)

        async def receive(push: Push, _is_connected: Callable[[], bool]) -> Reply:
            office.received.append(push)
            return office.reply

        def refused(cause: str) -> None:
            office.refusals.append(cause)
            office.refusal.set()

        callback = Callback(
            token=token,
            app_id=app_id,
            aes_key=aes_key,
            previous_aes_key=previous_aes_key,
            receive=receive,
            refused=refused,
            accept_plain=accept_plain,
            timestamp_window=timestamp_window,
        )
        app = web.Application()
        app.add_routes(callback.routes("/wechat"))
        runner = web.AppRunner(app, **server_options())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        office.url = f"{site.name}/wechat".replace(":0/", f":{runner.addresses[0][1]}/")
        try:
            yield office
        finally:
            await runner.cleanup()
