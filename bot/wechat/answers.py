"""Typed values out of WeChat's answers; an answer without what it must have is no usable answer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.wechat.errors import UncertainDelivery, Unreachable
from bot.wechat.transport import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenidPage:
    """A piece of a list of openids; `following` is where the next piece begins, empty after the last."""

    total: int
    openids: tuple[str, ...]
    following: str


def read_text(answer: Answer, name: str) -> str:
    """Return a text that must be there and not be empty.

    Raises:
        Unreachable.
    """
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Unreachable(f"an answer without {name}")
    return value


def read_number(answer: Answer, name: str) -> int:
    """Return a whole number that must be there.

    Raises:
        Unreachable.
    """
    value = answer.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreachable(f"an answer without {name}")
    return value


def read_object(answer: Answer, name: str) -> Mapping[str, Any]:
    """Return an inner object that must be there.

    Raises:
        Unreachable.
    """
    value = answer.get(name)
    if not isinstance(value, dict):
        raise Unreachable(f"an answer without {name}")
    return value


def read_objects(answer: Answer, name: str) -> Sequence[Mapping[str, Any]]:
    """Return a list of objects that must be there.

    Raises:
        Unreachable.
    """
    value = answer.get(name)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unreachable(f"an answer without {name}")
    return value


def read_texts(answer: Answer, name: str) -> tuple[str, ...]:
    """Return a list of texts, empty if it isn't there."""
    value = answer.get(name, [])
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def optional_text(answer: Answer, name: str) -> str:
    """Return a text, empty if it isn't there."""
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def optional_number(answer: Answer, name: str) -> int:
    """Return a whole number, 0 if it isn't there."""
    value = answer.get(name)
    return value if isinstance(value, int) else 0


def read_openids(answer: Answer) -> OpenidPage:
    """Return the piece of a list in WeChat's form, whose last piece holds nothing."""
    data = answer.get("data")
    openids = read_texts(data, "openid") if isinstance(data, dict) else ()
    following = optional_text(answer, "next_openid") if openids else ""
    return OpenidPage(total=optional_number(answer, "total"), openids=openids, following=following)


@contextmanager
def sent_once() -> Iterator[None]:
    """Take what is missing in the answer to a call that must not be repeated for a lost answer."""
    try:
        yield
    except Unreachable as missing:
        raise UncertainDelivery(str(missing)) from missing
