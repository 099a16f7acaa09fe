"""The second factor: which codes are good when, and recovery codes."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from bot.domain import second_factor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 11, 24, 8, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(("beside", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_in_its_step_and_the_ones_beside_it(beside: int, is_good: bool) -> None:
    code = pyotp.TOTP(SECRET).generate_otp(STEP + beside)
    assert second_factor.find_step(SECRET, code, now=NOW) == (STEP + beside if is_good else None)


def test_blanks_are_no_matter_and_anything_else_is_wrong() -> None:
    code = pyotp.TOTP(SECRET).generate_otp(STEP)
    assert second_factor.find_step(SECRET, f" {code[:3]} {code[3:]} ", now=NOW) == STEP
    for wrong in ("", "12345", f"{code}0", "１２３４５６", "abcdef", "٣٤٥٦٧٨", "-12345"):
        assert second_factor.find_step(SECRET, wrong, now=NOW + timedelta(days=1)) is None


def test_secrets_have_160_bits_and_the_picture_holds_no_script() -> None:
    assert len({second_factor.new_secret() for _ in range(20)}) == 20
    assert len(second_factor.new_secret()) == 32
    address = second_factor.address(SECRET, name="wang", issuer="文明办")
    assert address.startswith("otpauth://totp/")
    picture = second_factor.picture(address)
    assert picture.startswith(b"<svg")
    assert b"script" not in picture
    assert b"style" not in picture


def test_recovery_codes_are_ten_and_are_found_in_any_spelling() -> None:
    codes = second_factor.new_recovery_codes()
    assert len(set(codes)) == 10
    salt, kept = second_factor.salt_code(codes[0])
    assert second_factor.hash_code(salt, codes[0].lower().replace("-", " ")) == kept
    assert second_factor.hash_code(salt, codes[1]) != kept
    assert second_factor.salt_code(codes[0])[1] != kept  # another salt
