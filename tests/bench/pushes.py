"""Builds signed WeChat text pushes and opens the replies, with its own crypto so that it can't share our mistakes."""

import base64
import hashlib
import itertools
import os
import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

PADDING_BLOCK = 32  # WeChat pads to 32 bytes, not to AES's 16


@dataclass(frozen=True)
class Account:
    """The official account that is written to; with an AES key its pushes and replies are encrypted."""

    token: str
    app_id: str
    original_id: str
    aes_key: str | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """One request ready for the wire, and who must be named in its reply."""

    openid: str
    wire: bytes


class ReplyError(Exception):
    """A reply that WeChat or the citizen couldn't use; the message says why."""


def openid_of(number: int) -> str:
    """Return the number-th citizen's openid: always the same, 28 characters like WeChat's."""
    return "o" + hashlib.sha256(f"citizen {number}".encode()).hexdigest()[:27]


def build_pushes(
    account: Account, questions: Sequence[str], *, count: int, citizens: int, first_id: int, path: str
) -> list[Push]:
    """Build `count` pushes: questions and citizens in turn, every MsgId its own, starting at `first_id`."""
    cipher = _Cipher(account.aes_key, account.app_id) if account.aes_key else None
    openids = [openid_of(number) for number in range(citizens)]
    turns = zip(
        range(first_id, first_id + count), itertools.cycle(_from(openids, first_id)), itertools.cycle(questions)
    )
    return [_build_push(account, cipher, (number, openid, text), path) for number, openid, text in turns]


def _from(openids: Sequence[str], start: int) -> Iterator[str]:
    """Yield all openids once, beginning where the burst before this one stopped."""
    return (openids[(start + step) % len(openids)] for step in range(len(openids)))


def _build_push(account: Account, cipher: "_Cipher | None", what: tuple[int, str, str], path: str) -> Push:
    number, openid, text = what
    now, nonce = str(int(time.time())), str(number % 10_000_000_000)
    body = (
        f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{now}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    )
    query = f"signature={_sign(account.token, now, nonce)}&timestamp={now}&nonce={nonce}&openid={openid}"
    if cipher is not None:
        sealed = cipher.close(body.encode())
        query += f"&encrypt_type=aes&msg_signature={_sign(account.token, now, nonce, sealed)}"
        body = (
            f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        )
    return Push(openid, _request(f"{path}?{query}", body.encode()))


def _request(target: str, body: bytes) -> bytes:
    head = (
        f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def check_answer(account: Account, openid: str, body: bytes) -> str:
    """Return the text that the citizen reads.

    Raises:
        ReplyError: it is no text for this citizen, or its envelope doesn't hold.
    """
    fields = _parse(body)
    if account.aes_key:
        fields = _parse(_open(account, fields))
    if fields.get("ToUserName") != openid:
        raise ReplyError(f"to {fields.get('ToUserName')!r} instead of the sender")
    if fields.get("FromUserName") != account.original_id:
        raise ReplyError(f"from {fields.get('FromUserName')!r} instead of the account")
    if fields.get("MsgType") != "text" or not (content := (fields.get("Content") or "").strip()):
        raise ReplyError("no text in it")
    return content


def check_fixed(body: bytes) -> str:
    """Return what stands in a bare server's reply, which is the same for everybody."""
    fields = _parse(body)
    content = fields.get("Content") or fields.get("Encrypt")
    if not content:
        raise ReplyError("no text in it")
    return content


def _parse(body: bytes) -> dict[str, str | None]:
    try:
        return {child.tag: child.text for child in ElementTree.fromstring(body)}
    except ElementTree.ParseError as wrong:
        raise ReplyError(f"not XML: {wrong}") from wrong


def _open(account: Account, fields: dict[str, str | None]) -> bytes:
    sealed = fields.get("Encrypt") or ""
    expected = _sign(account.token, fields.get("TimeStamp") or "", fields.get("Nonce") or "", sealed)
    if fields.get("MsgSignature") != expected:
        raise ReplyError("its MsgSignature doesn't hold")
    assert account.aes_key is not None
    return _Cipher(account.aes_key, account.app_id).open(sealed)


class _Cipher:
    """WeChat's envelope: 16 random bytes, length, message, app id, padded, AES-CBC with the key's head as IV."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._cipher = Cipher(AES(key), CBC(key[:16]))
        self._app_id = app_id.encode()

    def close(self, message: bytes) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(message)) + message + self._app_id
        padding = PADDING_BLOCK - len(plain) % PADDING_BLOCK
        work = self._cipher.encryptor()
        return base64.b64encode(work.update(plain + bytes([padding]) * padding) + work.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        work = self._cipher.decryptor()
        try:
            plain = work.update(base64.b64decode(sealed, validate=True)) + work.finalize()
        except ValueError as wrong:
            raise ReplyError(f"can't be decrypted: {wrong}") from wrong
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[16:20])
        if plain[20 + length :] != self._app_id:
            raise ReplyError("another app id stands in it")
        return plain[20 : 20 + length]
