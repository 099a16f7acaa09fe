"""Taking out of a question what gives its author away, before it leaves this machine.

Rather too much goes than too little: for finding an article neither a number nor a name is needed. A hotline's number
of five digits stays.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from store.start import read_personal

_HAN: Final = "[\u3400-\u4dbf\u4e00-\u9fff]"
_SEPARATORS: Final = r"[\s\-\u2010-\u2015.·,/()]*"
_LATIN_NUMERALS: Final = rf"\d(?:{_SEPARATORS}\d){{5,}}[Xx]?"
# 〇零一二三四五六七八九幺两, as numbers are read out
_HAN_NUMERALS: Final = "[\u3007\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5e7a\u4e24]{7,}"
_ADDRESS: Final = r"[A-Za-z0-9._%+-]+\s*@\s*[A-Za-z0-9.-]+|(?:https?://|www\.)[!-~]+"
_OPAQUE: Final = r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*(?:[0-9_]|[a-z][A-Z]))[A-Za-z0-9_-]{16,}"  # an openid, a key
_WECHAT_ID: Final = r"wxid_[A-Za-z0-9_-]+"
_IS: Final = "[\\s:\u662f\u4e3a]*"  # 是, 为
_NUMBER: Final = "\u53f7?"  # 号


def without_personal_data(text: str) -> str:
    """Return the text without addresses, accounts, plates, long numbers, doors and names that are introduced."""
    return _kinds().sub(" ", unicodedata.normalize("NFKC", text))


@functools.cache
def _kinds() -> re.Pattern[str]:
    words = read_personal()
    surname = f"(?:{_one_of(words.double_surnames)}|[{words.surnames}])"
    name = rf"{_one_of(words.introductions)}{_IS}{surname}{_HAN}{{0,2}}"
    account = rf"(?i:{_one_of(words.accounts)}){_NUMBER}{_IS}[A-Za-z0-9_-]{{5,}}"
    plate = rf"[{words.plates}]\s*[A-Za-z]{_SEPARATORS}[A-Za-z0-9]{{5,6}}"
    door = rf"\d+\s*{_one_of(words.doors)}"
    return re.compile(
        "|".join((_ADDRESS, _WECHAT_ID, _OPAQUE, account, plate, _LATIN_NUMERALS, _HAN_NUMERALS, door, name))
    )


def _one_of(words: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"
