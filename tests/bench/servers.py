"""What the service is measured against: a bare aiohttp handler, and a raw server that shows the generator's limit."""

import argparse
import asyncio
import signal
from typing import cast

import uvloop
from aiohttp import web

# As long as a usual answer of the service: 110 characters, and what its reply becomes in an AES envelope.
TEXT = "晨练不要占用机动车道。" * 10
REPLY = (
    "<xml><ToUserName><![CDATA[oBareBareBareBareBareBareBare]]></ToUserName>"
    "<FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1700000000</CreateTime>"
    f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{TEXT}]]></Content></xml>"
)
AES_REPLY = (
    f"<xml><Encrypt><![CDATA[{'A' * 856}]]></Encrypt><MsgSignature><![CDATA[{'0' * 40}]]></MsgSignature>"
    "<TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[0123456789]]></Nonce></xml>"
)


async def serve_bare(port: int, reply: str) -> None:
    """Read the body, answer a fixed text, no access log: the most that aiohttp can do."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text=reply, content_type="text/xml")

    app = web.Application()
    app.router.add_post("/wechat", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await _stopped()
    await runner.cleanup()


class RawProtocol(asyncio.Protocol):
    """Answers each chunk that comes in; right for a client that never pipelines and sends small requests."""

    def __init__(self, reply: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(reply)}\r\n\r\n"
        self._reply = head.encode() + reply
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's own isn't a subclass

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(self._reply)


async def serve_raw(port: int, reply: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: RawProtocol(reply.encode()), "127.0.0.1", port)
    async with server:
        await _stopped()


async def _stopped() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", choices=("bare", "raw"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="uvloop")
    parser.add_argument("--aes", action="store_true")
    chosen = parser.parse_args()
    serve = serve_bare if chosen.server == "bare" else serve_raw
    run = uvloop.run if chosen.loop == "uvloop" else asyncio.run
    run(serve(chosen.port, AES_REPLY if chosen.aes else REPLY))


if __name__ == "__main__":
    main()
