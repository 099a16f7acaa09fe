"""The demo's folder: the secrets made for it once, and the settings that make the service live there."""

import json
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

import pyotp
from cryptography.fernet import Fernet

from bot.settings import AccountKind, Settings, read_settings

HOST = "127.0.0.1"
ROBOT_KEY = "demo"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the demo's account, database and staff are opened with; made once and kept in its folder."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    seal_key: str
    password: str  # of everybody in the office
    totp: str  # everybody's second factor


def read_or_make_secrets(folder: Path) -> Secrets:
    """Return the folder's secrets."""
    file = folder / "secrets.json"
    if file.exists():
        return Secrets(**json.loads(file.read_text()))
    letters = string.ascii_letters + string.digits
    made = Secrets(
        app_id="wx" + secrets.token_hex(8),
        app_secret=secrets.token_hex(16),
        token=secrets.token_hex(8),
        aes_key="".join(secrets.choice(letters) for _ in range(43)),
        seal_key=Fernet.generate_key().decode(),
        password=secrets.token_urlsafe(18),
        totp=pyotp.random_base32(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made)))
    return made


def settings_of(folder: Path, *, account: AccountKind, mode: str, port: int, page_port: int) -> Settings:
    """Return the settings of the service beside a pretend platform at `page_port`."""
    made = read_or_make_secrets(folder)
    page = f"http://{HOST}:{page_port}"
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
        host=HOST,
        port=port,
        database_url=f"sqlite:///{folder / 'wenming.db'}",
        public_url=f"http://{HOST}:{port}",
        files_dir=folder / "files",
        erasure_ledger=folder / "erasures.log",
        control_socket=folder / "wenming.sock",
        secret_keys=made.seal_key,
        live=False,
        sample_articles=True,
        clock_offset_file=folder / "clock",
        log_format="text",
        duty_robot_url=f"{page}/cgi-bin/webhook/send?key={ROBOT_KEY}",
    )
