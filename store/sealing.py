"""Encryption of what must not be readable in a stolen file: phones, names, secrets, raw messages of failures.

And pseudonyms: names for persons that only the holder of the keys can tie to them.
"""

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotOpen(Exception):
    """None of the keys fits: a key is missing from SECRET_KEYS."""


class Seal:
    """Close with the newest key, open with any. Keys are Fernet keys (32 bytes, url-safe base64), newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._alias_keys = [hashlib.sha256(b"wenming alias\0" + key.encode()).digest() for key in keys]

    def alias(self, name: str) -> str:
        """Return the pseudonym of a name: 32 hexadecimal digits that mean nothing without the newest key."""
        return self.aliases(name)[0]

    def aliases(self, name: str) -> list[str]:
        """Return its pseudonyms under every key, the newest first."""
        return [hmac.digest(key, name.encode(), "sha256").hex()[:32] for key in self._alias_keys]

    def close(self, text: str) -> bytes:
        """Encrypt and sign; lone surrogates are kept."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """Decrypt.

        Raises:
            CannotOpen: if no key fits or the bytes were changed.
        """
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise CannotOpen("no key in SECRET_KEYS opens this value") from None

    def renew(self, sealed: bytes) -> bytes:
        """Return the same content closed with the newest key.

        Raises:
            CannotOpen: if no key fits.
        """
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise CannotOpen("no key in SECRET_KEYS opens this value") from None
