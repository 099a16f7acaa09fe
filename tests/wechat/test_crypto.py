"""Keys, padding and frames; wechatpy's crypto as the other party."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.wechat.crypto import AesKey, Keyring, is_signed, sign
from bot.wechat.refusals import Undecipherable
from tests.wechat.pushes import APP_ID, KEY, OLD_KEY, TOKEN, encrypt_padded, frame


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_again_with_the_same_key(content: bytes) -> None:
    keyring = Keyring(APP_ID, KEY)
    opened, key = keyring.open(keyring.seal(content, AesKey(KEY)))
    assert opened == content
    assert isinstance(key, AesKey)


@given(st.text(min_size=1, max_size=200))
def test_wechatpy_opens_what_we_seal(words: str) -> None:
    sealed = Keyring(APP_ID, KEY).seal(words.encode(), AesKey(KEY))
    envelope = {"Encrypt": sealed}
    signature = sign(TOKEN, "1795600001", "n", sealed)
    assert WeChatCrypto(TOKEN, KEY, APP_ID).decrypt_message(envelope, signature, "1795600001", "n") == words


@pytest.mark.parametrize("last", "QRSTUVWXYZabcdef")
def test_stray_bits_in_a_keys_last_character_do_not_matter(last: str) -> None:
    keyring = Keyring(APP_ID, KEY[:-1] + last)
    same = Keyring(APP_ID, KEY[:-1] + base64.b64encode(base64.b64decode(KEY[:-1] + last + "="))[42:43].decode())
    _, key = keyring.open(keyring.seal(b"x", AesKey(KEY[:-1] + last)))
    assert same.open(keyring.seal(b"y", key))[0] == b"y"


@pytest.mark.parametrize("wrong", ["", "short", KEY + "A", KEY[:-1], "汉" * 43, "=" * 43, " " * 43])
def test_what_is_no_key_is_an_error_at_once(wrong: str) -> None:
    with pytest.raises(ValueError):
        AesKey(wrong)


@pytest.mark.parametrize(
    "tail",
    [
        b"\x00",
        b"\x21" * 33,
        b"\xff",
        b"\x01\x02",
        b"\x02\x02\x03",
        b"\x1f" + b"\x20" * 31,
        b"\x00" * 32,
    ],
)
def test_every_byte_of_the_padding_counts(tail: bytes) -> None:
    content = frame(b"x" * 64, APP_ID)
    fill = -(len(content) + len(tail)) % 16
    padded = frame(b"x" * (64 + fill), APP_ID) + tail
    with pytest.raises(Undecipherable):
        Keyring(APP_ID, KEY).open(encrypt_padded(KEY, padded))


@pytest.mark.parametrize("size", range(1, 33))
def test_every_length_of_padding_is_right(size: int) -> None:
    content = b"x" * ((32 - size - len(frame(b"", APP_ID))) % 32)
    padded = frame(content, APP_ID) + bytes([size]) * size
    assert Keyring(APP_ID, KEY).open(encrypt_padded(KEY, padded))[0] == content


def test_keys_are_tried_in_order_and_the_last_reason_is_told() -> None:
    keyring = Keyring(APP_ID, KEY, OLD_KEY)
    assert keyring.open(keyring.seal(b"new", AesKey(KEY)))[0] == b"new"
    assert keyring.open(keyring.seal(b"old", AesKey(OLD_KEY)))[0] == b"old"
    with pytest.raises(Undecipherable, match="no AES key of ours"):
        Keyring(APP_ID, KEY).open(keyring.seal(b"old", AesKey(OLD_KEY)))
    with pytest.raises(Undecipherable, match="another account"):
        Keyring("wx-another", KEY).open(keyring.seal(b"new", AesKey(KEY)))


@given(st.binary(max_size=150))
def test_any_bytes_are_undecipherable(rubbish: bytes) -> None:
    with pytest.raises(Undecipherable):
        Keyring(APP_ID, KEY, OLD_KEY).open(base64.b64encode(rubbish).decode())


@given(st.text(max_size=60))
def test_any_text_is_undecipherable(rubbish: str) -> None:
    with pytest.raises(Undecipherable):
        Keyring(APP_ID, KEY).open(rubbish)


@given(st.text(max_size=50))
def test_no_text_is_a_signature_by_chance(claimed: str) -> None:
    assert not is_signed(claimed, TOKEN, "1795600001", "nonce")
    assert is_signed(sign(claimed, "1795600001"), claimed, "1795600001")
