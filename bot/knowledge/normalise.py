"""One spelling for the many ways of typing the same words."""

import re
import unicodedata
from functools import cache
from typing import Final

from opencc import OpenCC

LONGEST: Final = 200  # characters of a message that are searched

_HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]"
_NOISE: Final = re.compile(r"[\W_]+")  # punctuation, emoji, joiners, NUL and lone surrogates are none of them \w
_SPACE_BY_HAN: Final = re.compile(rf"(?<={_HAN}) | (?={_HAN})")
_TO_SIMPLIFIED: Final = OpenCC("t2s")
_BLOCKS: Final = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x323B0))
_ONLY_IN_PHRASES: Final = "\u574f\u5f77\u6c88\u7274\u77ad\u85c9\u8879\u8986"  # changed beside others, not alone


def normalise(text: str) -> str:
    """Return a message as it is searched: spelt plainly, and of a long one only the first and the last 100 characters.

    People put their question at one end or the other.
    """
    if len(text) > LONGEST * 2:  # cut before NFKC, which is slow on a long text and may lengthen it
        text = _ends(text, LONGEST * 2)
    return _ends(spell_plainly(text), LONGEST)


def spell_plainly(text: str) -> str:
    """Return the text in NFKC, lower case, simplified: only letters and digits, and no space beside a character."""
    text = _NOISE.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()
    text = _SPACE_BY_HAN.sub("", text) if " " in text else text
    return text if _traditional().isdisjoint(text) else str(_TO_SIMPLIFIED.convert(text))


@cache
def _traditional() -> frozenset[str]:
    """Return the characters that simplified texts write otherwise; most messages hold none of them."""
    found = set(_ONLY_IN_PHRASES)
    for row in (block[start : start + 256] for block in _BLOCKS for start in range(0, len(block), 256)):
        every = list(map(chr, row))  # a line each, so that they make no phrases
        simplified = _TO_SIMPLIFIED.convert("\n".join(every)).split("\n")
        found.update(one for one, other in zip(every, simplified, strict=True) if one != other)
    return frozenset(found)


def _ends(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest // 2] + text[-longest // 2 :]
