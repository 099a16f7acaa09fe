"""`wenming demo`: the real service with the pretend platform beside it, set up by themselves, in one folder."""

import asyncio
import json
import secrets
import socket
import string
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bot.control import ask_service
from bot.logs import Logs
from bot.service import one_error, serve
from bot.settings import AccountKind, Settings, read_settings
from bot.wechat.accounts import CAPABILITIES

_HOST = "127.0.0.1"
_ROBOT_KEY = "demo"
_PORTS_TRIED = 50
_SECONDS_TO_START = 20.0


@dataclass(frozen=True, slots=True)
class _Secrets:
    """What the demo's account and database are opened with; made once and kept in its folder."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    seal_key: str


async def run_demo(
    *,
    port: int,
    account: AccountKind,
    mode: str,
    push_format: str,
    folder: Path,
    stop_on_signals: Callable[[asyncio.Event], None],
) -> None:
    """Run both until interrupted."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    page_port = _free_port(port)
    settings = _settings(folder, account=account, mode=mode, port=_free_port(page_port + 1), page_port=page_port)
    logs = Logs(level="WARNING", style="text")
    logs.start()
    try:
        async with _pretend_platform(settings, page_port, mode=mode, push_format=push_format):
            await _serve_with_menu(settings, page_port, stop=stop)
    finally:
        logs.stop()


async def _serve_with_menu(settings: Settings, page_port: int, *, stop: asyncio.Event) -> None:
    """Run the service and, once it listens, put the bottom menu up where the account's kind has one."""
    ready = asyncio.Event()
    async with one_error(), asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(settings, stop=stop, started=lambda _: ready.set()))
        await ready.wait()
        if CAPABILITIES[settings.account_kind].custom_menu:
            await ask_service(settings.control_socket, "menu_push", {})
        _announce(page_port, settings)


def _settings(place: Path, *, account: AccountKind, mode: str, port: int, page_port: int) -> Settings:
    made = _read_or_make_secrets(place)
    page = f"http://{_HOST}:{page_port}"
    return read_settings(
        _env_file=None,
        account_kind=account,
        app_id=made.app_id,
        app_secret=made.app_secret,
        callback_token=made.token,
        aes_key=made.aes_key,
        accept_plain=mode == "plain",
        wechat_api_url=page,
        wechat_open_url=page,
        wechat_mp_url=page,
        wechat_js_url=page,
        host=_HOST,
        port=port,
        database_url=f"sqlite:///{place / 'wenming.db'}",
        public_url=f"http://{_HOST}:{port}",
        files_dir=place / "files",
        erasure_ledger=place / "erasures.log",
        control_socket=place / "wenming.sock",
        secret_keys=made.seal_key,
        live=False,
        sample_articles=True,
        clock_offset_file=place / "clock",
        log_format="text",
        duty_robot_url=f"{page}/cgi-bin/webhook/send?key={_ROBOT_KEY}",
    )


def _read_or_make_secrets(place: Path) -> _Secrets:
    file = place / "secrets.json"
    if file.exists():
        return _Secrets(**json.loads(file.read_text()))
    letters = string.ascii_letters + string.digits
    made = _Secrets(
        app_id="wx" + secrets.token_hex(8),
        app_secret=secrets.token_hex(16),
        token=secrets.token_hex(8),
        aes_key="".join(secrets.choice(letters) for _ in range(43)),
        seal_key=Fernet.generate_key().decode(),
    )
    place.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made)))
    return made


@asynccontextmanager
async def _pretend_platform(settings: Settings, port: int, *, mode: str, push_format: str) -> AsyncIterator[None]:
    """Run the sandbox as a program of its own; it knows nothing of us but the callback's address."""
    assert settings.aes_key is not None
    options = {
        "--host": _HOST,
        "--port": str(port),
        "--callback": f"http://{settings.host}:{settings.port}{settings.callback_path}",
        "--token": settings.callback_token.get_secret_value(),
        "--appid": settings.app_id,
        "--secret": settings.app_secret.get_secret_value(),
        "--aes-key": settings.aes_key.get_secret_value(),
        "--account": settings.account_kind.value,
        "--mode": mode,
        "--format": push_format,
        "--clock-file": str(settings.clock_offset_file),
        "--robot-key": _ROBOT_KEY,
    }
    words = [word for option in options.items() for word in option]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", *words, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_SECONDS_TO_START):
            if not await process.stdout.readline():
                raise RuntimeError("the sandbox did not start; its message stands above")
        yield
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _free_port(first: int) -> int:
    """Return the first free port from `first` on.

    Raises:
        ValueError: if none of the next fifty is free.
    """
    for port in range(first, first + _PORTS_TRIED):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, port))
            return port
    raise ValueError(f"no free port from {first} on; choose another with --port")


def _announce(page_port: int, settings: Settings) -> None:
    out = sys.stdout
    out.write(f"\n  Open http://{_HOST}:{page_port}/ and write to the office as a citizen would.\n")
    out.write(
        f"  The service listens on http://{settings.host}:{settings.port} (/readyz, /metrics). Stop with Ctrl-C.\n\n"
    )
    out.flush()
