"""What the pretend platform is told at the start, and what may be switched while it runs."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

AccountKind = Literal["verified_service", "verified_subscription", "unverified_service", "unverified_subscription"]
Mode = Literal["plain", "compatible", "safe"]
Format = Literal["xml", "json"]

SWITCHABLE = frozenset(
    {
        "callback",
        "account",
        "mode",
        "format",
        "attempts",
        "cut",
        "pause",
        "aes_key",
        "previous_aes_key",
        "secret",
        "ip_whitelist",
        "robot_key",
    }
)
AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class ConfigError(ValueError):
    """A setting is missing, wrong, or can't be switched while running."""


@dataclass(frozen=True, kw_only=True)
class SandboxConfig:
    """One pretend official account and the service behind it.

    `attempts` counts every POST of one push (WeChat: 3), `cut` is the seconds after which the connection
    is cut (WeChat: 5), `pause` the seconds before the next attempt when the service answered wrongly or
    could not be reached, so that a restarting service gets its chance. `beside` is the address of a page that is shown
    beside the phone.
    """

    callback: str
    token: str
    appid: str
    secret: str
    aes_key: str = ""
    previous_aes_key: str = ""
    account: AccountKind = "verified_service"
    mode: Mode = "plain"
    format: Format = "xml"
    attempts: int = 3
    cut: float = 5.0
    pause: float = 1.0
    host: str = "127.0.0.1"
    public_url: str = ""
    beside: str = ""
    clock_file: Path | None = None
    ip_whitelist: tuple[str, ...] | None = None
    robot_key: str = "duty-robot"

    def __post_init__(self) -> None:
        for name in ("callback", "token", "appid", "secret", "robot_key"):
            if not getattr(self, name):
                raise ConfigError(f"{name} must not be empty")
        for name, choices in (("account", AccountKind), ("mode", Mode), ("format", Format)):
            if getattr(self, name) not in get_args(choices):
                raise ConfigError(f"{name} must be one of {', '.join(get_args(choices))}")
        for name in ("aes_key", "previous_aes_key"):
            if getattr(self, name) and not AES_KEY.fullmatch(getattr(self, name)):
                raise ConfigError(f"{name} must be 43 letters or digits")
        if self.mode != "plain" and not self.aes_key:
            raise ConfigError(f"mode {self.mode} needs aes_key")
        if self.attempts < 1 or self.cut <= 0 or self.pause < 0:
            raise ConfigError("attempts must be at least 1, cut more than 0, pause at least 0 seconds")

    @property
    def original_id(self) -> str:
        """The account's own name in messages (gh_…), the same for the same appid."""
        return "gh_" + hashlib.sha256(self.appid.encode()).hexdigest()[:12]


def switched(config: SandboxConfig, changes: Mapping[str, Any]) -> SandboxConfig:
    """The same account with some switchable settings changed; raises ConfigError for anything else."""
    unknown = sorted(set(changes) - SWITCHABLE)
    if unknown:
        raise ConfigError(f"can't be switched: {', '.join(unknown)}")
    return replace(config, **{name: _checked(name, value) for name, value in changes.items()})


def _checked(name: str, value: Any) -> Any:
    if name == "ip_whitelist":
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise ConfigError("ip_whitelist must be a list of addresses or null")
        return None if value is None else tuple(value)
    wanted = {field.name: field.type for field in fields(SandboxConfig)}[name]
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    kind = wanted if isinstance(wanted, type) else str
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ConfigError(f"{name} must be of type {kind.__name__}")
    return value
