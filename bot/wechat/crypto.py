"""Signatures of the callback and the encryption of its safe mode.

Content is sealed as random(16) ‖ length(4, big endian) ‖ content ‖ app id, padded to 32 bytes as in PKCS#7, in
AES-256-CBC with the first half of the key as IV (WeChat: "Message encryption and decryption").
"""

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.wechat.refusals import Undecipherable

_AES_BLOCK = 16
_PAD_BLOCK = 32
_PADS = tuple(bytes([size]) * size for size in range(_PAD_BLOCK + 1))
_SALT = 16
_HEAD = _SALT + 4


def sign(*parts: str) -> str:
    """Return WeChat's signature over the parts: token, timestamp, nonce and, in safe mode, the sealed content."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Compare in constant time; `signature` may be anything a stranger wrote."""
    return hmac.compare_digest(sign(*parts).encode(), signature.encode("utf-8", "replace"))


class AesKey:
    """One EncodingAESKey (43 letters and digits), ready for use.

    Raises:
        ValueError: the text isn't such a key.
    """

    __slots__ = ("_cipher",)

    def __init__(self, encoding_aes_key: str) -> None:
        # Without validate=True, Python overlooks stray low bits in the last character, which real keys have.
        key = base64.b64decode(encoding_aes_key + "=")
        if len(encoding_aes_key) != 43 or len(key) != 32:
            raise ValueError("an EncodingAESKey has 43 letters and digits")
        self._cipher = Cipher(AES(key), CBC(key[:16]))

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Undo AES and check every byte of the padding."""
        if len(ciphertext) % _AES_BLOCK or len(ciphertext) < 2 * _AES_BLOCK:
            raise Undecipherable("encrypted content of an impossible length")
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(ciphertext) + decryptor.finalize()
        size = padded[-1]
        if not 1 <= size <= _PAD_BLOCK or padded[-size:] != _PADS[size]:
            raise Undecipherable("no AES key of ours opens the content: compare AES_KEY with the platform's page")
        return padded[:-size]

    def encrypt(self, content: bytes) -> bytes:
        """Pad to 32 bytes and encrypt."""
        encryptor = self._cipher.encryptor()
        return encryptor.update(content + _PADS[_PAD_BLOCK - len(content) % _PAD_BLOCK]) + encryptor.finalize()


class Keyring:
    """The keys of one account: the current one, and the previous one while WeChat still uses it."""

    __slots__ = ("_app_id", "_keys")

    def __init__(self, app_id: str, *encoding_aes_keys: str) -> None:
        self._app_id = app_id.encode()
        self._keys = tuple(AesKey(key) for key in encoding_aes_keys)

    def open(self, sealed: str) -> tuple[bytes, AesKey]:
        """Return the content and the key that opened it, which the reply must be sealed with.

        Raises:
            Undecipherable: not base64, no key fits, the frame is broken, or it is meant for another app id.
        """
        try:
            ciphertext = binascii.a2b_base64(sealed.encode("ascii"), strict_mode=True)
        except (UnicodeEncodeError, binascii.Error):
            raise Undecipherable("encrypted content that isn't base64") from None
        reason = Undecipherable("no AES key is set")
        for key in self._keys:
            try:
                return self._unframe(key.decrypt(ciphertext)), key
            except Undecipherable as failed:
                reason = failed
        raise reason

    def seal(self, content: bytes, key: AesKey) -> str:
        """Frame and encrypt the content; every call gives another text."""
        frame = b"".join((os.urandom(_SALT), len(content).to_bytes(4, "big"), content, self._app_id))
        return binascii.b2a_base64(key.encrypt(frame), newline=False).decode("ascii")

    def _unframe(self, frame: bytes) -> bytes:
        end = _HEAD + int.from_bytes(frame[_SALT:_HEAD], "big")
        if len(frame) < _HEAD or end > len(frame):
            raise Undecipherable("encrypted content whose length is wrong")
        if not hmac.compare_digest(frame[end:], self._app_id):
            raise Undecipherable("encrypted for another account: compare APP_ID with the platform's page")
        return frame[_HEAD:end]
