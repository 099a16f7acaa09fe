"""Signatures and encryption against published vectors and against every way of being wrong."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.crypto import CannotOpen, MessageCipher, is_signed, sign
from tests.sandbox.service import AES_KEY, APPID

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "crypto_vectors.json"


# Made with openssl: printf SALT LENGTH TEXT APPID PADDING | openssl enc -aes-256-cbc -nopad -K KEY -iv KEY[:16]
OWN_SALT = b"0123456789abcdef"
OWN_TEXT = "盲道被占了"
OWN_SEALED = "Q3stYC6hdFzMh9T8HCvyDHwgY6aWwK5w32pUHPinEo70tp2Ocs0rHBBupGDR+fJtxAMxMmqwYvJp4ZKBXlxDSQ=="
OWN_SIGNATURE = "3d30a98437fe417f6a5d96437d7305513b219e55"
OWN = {
    "id": "own",
    "token": "tok",
    "encodingAESKey": AES_KEY,
    "appid": APPID,
    "timestamp": "1700000000",
    "nonce": "42",
    "random": OWN_SALT.decode(),
    "signature": "7aa9f07febbbbccb25fb9cb9fdc9c3b17a9ef410",
    "msg_signature": OWN_SIGNATURE,
    "ciphertext": OWN_SEALED,
    "plaintext": OWN_TEXT,
}


def vectors_of(*kinds: str, having: str = "id") -> list[Any]:
    """Our own vector, and the published ones of these kinds where the collection stands beside the project."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8")) if VECTORS.exists() else []
    fitting = (one for one in (OWN, *vectors) if one.get("kind") in (None, *kinds) and one.get(having))
    return [pytest.param(vector, id=vector["id"]) for vector in fitting]


def test_signs_as_another_program_does() -> None:
    assert sign("tok", "1700000000", "42", OWN_SEALED) == OWN_SIGNATURE
    assert is_signed(OWN_SIGNATURE, "42", "tok", OWN_SEALED, "1700000000")
    assert not is_signed(OWN_SIGNATURE, "43", "tok", OWN_SEALED, "1700000000")


@pytest.mark.parametrize("text", ["", "a", "长" * 500, "<xml>\n]]></xml>", "😀"])
def test_what_is_sealed_can_be_opened(text: str) -> None:
    cipher = MessageCipher(AES_KEY, APPID)
    assert cipher.open(cipher.seal(text)) == text
    assert cipher.seal(text) != cipher.seal(text)


@pytest.mark.parametrize("size", range(33))
def test_padding_fills_blocks_of_32(size: int) -> None:
    sealed = base64.b64decode(MessageCipher(AES_KEY, "").seal("x" * size))
    assert len(sealed) % 32 == 0
    assert len(sealed) > 20 + size


@pytest.mark.parametrize(
    "sealed",
    ["", "*", "YWJj", base64.b64encode(bytes(32)).decode(), OWN_SEALED[:-4] + "AAA=", OWN_SEALED[4:]],
)
def test_refuses_what_is_not_sealed_rightly(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        MessageCipher(AES_KEY, APPID).open(sealed)


def test_refuses_another_account() -> None:
    with pytest.raises(CannotOpen, match="appid"):
        MessageCipher(AES_KEY, "wxother").open(OWN_SEALED)


@pytest.mark.parametrize("vector", vectors_of("url_verify", "plain_signature"))
def test_published_signature(vector: dict[str, str]) -> None:
    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("vector", vectors_of("decrypt", "encrypt"))
def test_published_encryption(vector: dict[str, str]) -> None:
    cipher = MessageCipher(vector["encodingAESKey"], vector["appid"])
    assert cipher.open(vector["ciphertext"]) == vector["plaintext"]
    assert cipher.seal(vector["plaintext"], salt=vector["random"].encode()) == vector["ciphertext"]


@pytest.mark.parametrize("vector", vectors_of("decrypt", "encrypt", "signature", having="msg_signature"))
def test_published_message_signature(vector: dict[str, str]) -> None:
    parts = [vector[name] for name in ("token", "timestamp", "nonce", "ciphertext")]
    assert sign(*parts) == vector["msg_signature"]
