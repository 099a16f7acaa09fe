"""One spelling for the many ways of typing the same words."""

import re
import unicodedata
from typing import Final

from opencc import OpenCC

LONGEST: Final = 200  # characters of a message that are searched

_HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]"
_NOISE: Final = re.compile(r"[\W_]+")  # punctuation, emoji, joiners, NUL and lone surrogates are none of them \w
_SPACE_BY_HAN: Final = re.compile(rf"(?<={_HAN}) | (?={_HAN})")
_TO_SIMPLIFIED: Final = OpenCC("t2s")


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
    return str(_TO_SIMPLIFIED.convert(_SPACE_BY_HAN.sub("", text)))


def _ends(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest // 2] + text[-longest // 2 :]
