"""WeChat's limits on lengths and counts, checked before anything is sent."""

from collections.abc import Sized

from bot.wechat.errors import BreaksLimit

LONGEST_CLIENT_ID = 32  # bytes; a mass message's clientmsgid and a notice's client_msg_id


def check_bytes(what: str, text: str, *, most: int, least: int = 1) -> None:
    """Raise BreaksLimit unless the text has so many bytes in UTF-8."""
    if not least <= len(text.encode()) <= most:
        raise BreaksLimit(f"{what}: {least} to {most} bytes are allowed, not {len(text.encode())}")


def check_characters(what: str, text: str, *, most: int, least: int = 1) -> None:
    """Raise BreaksLimit unless the text has so many characters."""
    if not least <= len(text) <= most:
        raise BreaksLimit(f"{what}: {least} to {most} characters are allowed, not {len(text)}")


def check_count(what: str, things: Sized, *, most: int, least: int = 1) -> None:
    """Raise BreaksLimit unless there are so many things."""
    if not least <= len(things) <= most:
        raise BreaksLimit(f"{what}: {least} to {most} are allowed, not {len(things)}")


def check_number(what: str, number: int, *, least: int, most: int) -> None:
    """Raise BreaksLimit unless the number lies between these."""
    if not least <= number <= most:
        raise BreaksLimit(f"{what}: {least} to {most} is allowed, not {number}")


def check_given(what: str, text: str) -> None:
    """Raise BreaksLimit if the text is empty."""
    if not text:
        raise BreaksLimit(f"{what} is missing")
