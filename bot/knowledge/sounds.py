"""Which pairs of characters of the knowledge base a mistyped pair, or one typed in pinyin, may have meant."""

from collections.abc import Sequence
from typing import Final

from bot.knowledge.pinyin import blurred, sound_pairs
from bot.knowledge.tokens import is_pair

_SAME: Final = 0.85  # what a pair counts that sounds just like what was typed …
_ALIKE: Final = 0.3  # … and one that only people mix up with it (zh and z, n and l, ang and an)


class Sounds:
    """The pairs of the titles and samples by their sound."""

    def __init__(self, tokens: Sequence[str]) -> None:
        # The pairs of one sound stand in one string: a hundred thousand tuples would make garbage collections long.
        self._pairs: dict[str, str] = {}
        for token in filter(is_pair, tokens):
            for sound in {_blur(sound) for sound in sound_pairs(token)}:
                self._pairs[sound] = self._pairs.get(sound, "") + token

    def meant_by(self, sounds: Sequence[tuple[str, str]]) -> dict[str, float]:
        """Return the pairs that any of these two syllables may stand for, and the share in which each counts."""
        meant: dict[str, float] = {}
        for sound in sounds:
            found = self._pairs.get(_blur(sound), "")
            for start in range(0, len(found), 2):
                token = found[start : start + 2]
                share = (_SAME if sound in sound_pairs(token) else _ALIKE) / (len(found) / 2)
                meant[token] = max(share, meant.get(token, 0.0))
        return meant


def _blur(sound: tuple[str, str]) -> str:
    return f"{blurred(sound[0])} {blurred(sound[1])}"
