"""Wraps a plain push into what travels: signature, encryption, query parameters, by mode and format."""

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.sandbox.config import SandboxConfig
from bot.sandbox.crypto import MessageCipher, sign
from bot.sandbox.messages import Parcel
from bot.sandbox.wire import cdata, to_json, to_xml

CONTENT_TYPES = {"xml": "text/xml", "json": "application/json"}


@dataclass(frozen=True)
class Envelope:
    """One request to the callback."""

    url: str
    body: str
    content_type: str


def wrapped(parcel: Parcel, config: SandboxConfig, *, now: float) -> Envelope:
    """The push under a fresh nonce and timestamp, as every attempt has its own."""
    query = signed_query(config, now=now)
    query["openid"] = parcel.openid
    body = parcel.text
    if config.mode != "plain":
        sealed = MessageCipher(config.aes_key, config.appid).seal(parcel.text)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = sign(config.token, query["timestamp"], query["nonce"], sealed)
        body = _only_sealed(sealed, config) if config.mode == "safe" else _also_sealed(parcel.text, sealed, config)
    return Envelope(with_query(config.callback, query), body, CONTENT_TYPES[config.format])


def signed_query(config: SandboxConfig, *, now: float) -> dict[str, str]:
    """signature, timestamp and nonce, in WeChat's order."""
    timestamp, nonce = str(int(now)), str(secrets.randbelow(2_000_000_000) + 1)
    return {"signature": sign(config.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}


def with_query(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _only_sealed(sealed: str, config: SandboxConfig) -> str:
    fields = {"ToUserName": config.original_id, "Encrypt": sealed}
    return to_xml(fields) if config.format == "xml" else to_json(fields)


def _also_sealed(text: str, sealed: str, config: SandboxConfig) -> str:
    """All plain fields and Encrypt beside them; a raw text that is no message travels as it is."""
    if config.format == "xml":
        head, end, rest = text.rpartition("</xml>")
        return f"{head}<Encrypt>{cdata(sealed)}</Encrypt>{end}{rest}" if end else text
    try:
        fields = json.loads(text)
    except ValueError:
        return text
    return to_json({**fields, "Encrypt": sealed}) if isinstance(fields, dict) else text
