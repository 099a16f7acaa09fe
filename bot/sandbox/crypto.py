"""WeChat's signatures and message encryption, written from the protocol alone."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_BLOCK = 16
BLOCK = 32  # WeChat pads to 32 bytes, not to AES's 16
SALT = 16
LENGTH = 4


class CannotOpen(ValueError):
    """A sealed text is not what WeChat's rules say it must be."""


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts, in hexadecimal, as the protocol prescribes."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def is_signed(signature: str, *parts: str) -> bool:
    return hmac.compare_digest(signature.encode(), sign(*parts).encode())


class MessageCipher:
    """Seals and opens message texts for one appid with one 43-character EncodingAESKey."""

    def __init__(self, key: str, appid: str) -> None:
        raw = base64.b64decode(key + "=")
        self._cipher = Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))
        self._appid = appid.encode()

    def seal(self, text: str, *, salt: bytes | None = None) -> str:
        """Base64 of the encrypted text; `salt` is given by tests only."""
        content = text.encode()
        plain = (salt or secrets.token_bytes(SALT)) + struct.pack(">I", len(content)) + content + self._appid
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        """The text inside; raises CannotOpen if base64, padding, length, appid or UTF-8 is wrong."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise CannotOpen("not base64") from error
        if not raw or len(raw) % AES_BLOCK:
            raise CannotOpen("not a whole number of blocks")
        plain = _unpadded(self._decrypted(raw))
        (size,) = struct.unpack(">I", plain[SALT : SALT + LENGTH])
        content, appid = plain[SALT + LENGTH :][:size], plain[SALT + LENGTH :][size:]
        if len(content) != size or not hmac.compare_digest(appid, self._appid):
            raise CannotOpen("wrong length or wrong appid")
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise CannotOpen("not UTF-8") from error

    def _decrypted(self, raw: bytes) -> bytes:
        decryptor = self._cipher.decryptor()
        return decryptor.update(raw) + decryptor.finalize()


def _unpadded(plain: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad or len(plain) - pad < SALT + LENGTH:
        raise CannotOpen("wrong padding")
    return plain[:-pad]
