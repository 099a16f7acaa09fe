"""The second factor: six digits that change every 30 seconds (RFC 6238), and codes for the day the phone is lost."""

import base64
import hashlib
import hmac
import io
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
import segno

STEP = 30  # seconds
RECOVERY_CODES = 10
_STEPS_BESIDE = 1  # clocks of phones run up to half a minute wrong
_CODE_BYTES = 10  # 80 bits, 16 characters
_SALT_BYTES = 16


def new_secret() -> str:
    """Return a secret for an authenticator: 160 bits in base32."""
    return pyotp.random_base32()


def address(secret: str, *, name: str, issuer: str) -> str:
    """Return what the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def picture(text: str) -> bytes:
    """Return a QR code as SVG, dark on white."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue()


def find_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step of a code that is good now, None for a wrong one."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    steps = range(present - _STEPS_BESIDE, present + _STEPS_BESIDE + 1)
    good = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return good[-1] if good else None


def new_recovery_codes() -> Sequence[str]:
    """Return fresh codes, such as ABCD-EFGH-IJKL-MNOP."""
    codes = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode("ascii") for _ in range(RECOVERY_CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def salt_code(code: str) -> tuple[bytes, bytes]:
    """Return a fresh salt and the hash that is kept of a code."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt, hash_code(salt, code)


def hash_code(salt: bytes, code: str) -> bytes:
    """Return what is kept of a code, however it is spaced and in either case.

    80 random bits need no slow hash.
    """
    plain = "".join(one for one in code.upper() if one.isascii() and one.isalnum())
    return hashlib.sha256(salt + plain.encode()).digest()
