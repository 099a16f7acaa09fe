"""`python -m bot.sandbox`: the pretend platform as a program of its own."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import get_args

from bot.sandbox.config import AccountKind, ConfigError, Format, Mode, SandboxConfig
from bot.sandbox.platform import Sandbox

CITIZENS = ("王阿姨", "李师傅", "小陈")


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted; 2 for wrong settings, 1 for a port that is taken."""
    options = _parser().parse_args(arguments)
    port = options.port
    settings = {name: value for name, value in vars(options).items() if name != "port"}
    try:
        config = SandboxConfig(**settings)
    except ConfigError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    try:
        asyncio.run(_run(config, port))
    except OSError as error:
        sys.stderr.write(f"sandbox: can't listen on {config.host}:{port}: {error.strerror}\n")
        return 1
    return 0


async def _run(config: SandboxConfig, port: int) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    sandbox = Sandbox(config)
    address = await sandbox.start(port=port)
    for name in CITIZENS:
        sandbox.world.crowd.add(name)
    sys.stdout.write(f"pretend WeChat for {config.callback} on {address}\n")
    sys.stdout.flush()
    try:
        await stopping.wait()
    finally:
        await sandbox.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A pretend WeChat platform.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    parser.add_argument("--public-url", default="", help="what absolute addresses begin with, if not http://HOST:PORT")
    parser.add_argument("--beside", default="", help="address of a page to show beside the phone")
    parser.add_argument("--callback", required=True, help="the service's callback address")
    parser.add_argument("--token", required=True, help="the Token of the message settings")
    parser.add_argument("--appid", required=True)
    parser.add_argument("--secret", required=True, help="the AppSecret")
    parser.add_argument("--aes-key", default="", help="the EncodingAESKey, 43 characters")
    parser.add_argument("--previous-aes-key", default="", help="the key before; answers sealed with it are accepted")
    parser.add_argument("--account", choices=get_args(AccountKind), default="verified_service")
    parser.add_argument("--mode", choices=get_args(Mode), default="plain")
    parser.add_argument("--format", choices=get_args(Format), default="xml")
    parser.add_argument("--attempts", type=int, default=3, help="POSTs of one push in all (default %(default)s)")
    parser.add_argument(
        "--cut", type=float, default=5.0, help="seconds until the connection is cut (default %(default)s)"
    )
    parser.add_argument(
        "--pause", type=float, default=1.0, help="seconds before the attempt after an error (default %(default)s)"
    )
    parser.add_argument("--robot-key", default="duty-robot", help="key of the pretend group robot's address")
    parser.add_argument("--clock-file", type=Path, help="file with the seconds to add to real time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
