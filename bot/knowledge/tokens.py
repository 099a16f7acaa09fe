"""What a normalised text is compared by: characters, pairs of neighbouring characters, Latin words and numbers."""

import re
from itertools import pairwise
from typing import Final

_FIRST_HAN: Final = 0x3400
_PIECE: Final = re.compile(r"[a-z]+|[0-9]+|[^ ]")
_HAN_RUN: Final = re.compile(r"[^\x00-\u33ff]{2,}")


def pieces(text: str) -> list[str]:
    """Split a normalised text into characters, Latin words and numbers."""
    return _PIECE.findall(text)


def pairs(text: str) -> list[str]:
    """Return each two neighbouring characters; words and numbers make no pairs."""
    return [left + right for run in _HAN_RUN.findall(text) for left, right in pairwise(run)]


def is_han(token: str) -> bool:
    return ord(token[0]) >= _FIRST_HAN


def is_character(token: str) -> bool:
    return len(token) == 1 and is_han(token)


def is_pair(token: str) -> bool:
    """Is this two characters side by side? A Latin word of two letters isn't."""
    return len(token) == 2 and is_han(token)
