"""Messages typed in pinyin, wholly or in part: the characters that they most probably stand for.

Which ones, is learned from texts in characters: what often stands alone, and what often follows what.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import log
from typing import Final

from bot.knowledge.pinyin import blurred, readings, syllables

LONGEST: Final = 200  # characters
_LONGEST_SYLLABLE: Final = 6
_CHOICES: Final = 16  # characters tried for a syllable
_WORD: Final = re.compile(r"[a-z]")
_TOKEN: Final = re.compile(r"[a-z]+|.", re.DOTALL)
_START: Final = "^"
_FOLLOWS: Final = 6.0  # how often a character must be seen before what follows it counts in full


class Spoken:
    """Writes pinyin out in characters. Immutable."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._alone: Counter[str] = Counter()
        self._pairs: Counter[str] = Counter()
        for text in texts:
            known = [character if character in readings() else _START for character in text]
            self._alone.update(known)
            self._pairs.update(map("".join, zip([_START, *known], known, strict=False)))
        self._total = sum(self._alone.values()) or 1
        self._choices: dict[str, list[str]] = {}
        for character, _ in self._alone.most_common():
            for sound in map(blurred, readings().get(character, ())):
                choices = self._choices.setdefault(sound, [])
                if len(choices) < _CHOICES:
                    choices.append(character)

    def write_out(self, text: str) -> str:
        """Return the text with the likeliest characters in the place of words in pinyin; other words stay."""
        if _WORD.search(text) is None:
            return text
        best = {_START: (0.0, "")}
        for token in _TOKEN.findall(text[:LONGEST]):
            for choices in self._choices_for(token):
                best = {choice: self._best_way(best, choice) for choice in choices}
        return max(best.values())[1] + text[LONGEST:]

    def _choices_for(self, token: str) -> Iterator[Sequence[str]]:
        """Yield what may stand for each syllable of a word in pinyin, or the token itself."""
        found = [self._choices.get(blurred(syllable), ()) for syllable in _split(token)]
        if found and all(found):
            yield from found
        elif not token.isspace():
            yield (token,)

    def _best_way(self, best: dict[str, tuple[float, str]], choice: str) -> tuple[float, str]:
        share = _FOLLOWS * (self._alone[choice] or 1) / self._total
        return max(
            (likely + log((self._pairs[before + choice] + share) / (self._alone[before] + _FOLLOWS)), way + choice)
            for before, (likely, way) in best.items()
        )


@lru_cache(maxsize=1024)
def _split(word: str) -> Sequence[str]:
    """Split a word into syllables, as long ones as can be; () if it can't be split."""
    if not word:
        return ()
    for end in range(min(len(word), _LONGEST_SYLLABLE), 0, -1):
        if word[:end] in syllables() and ((rest := _split(word[end:])) or end == len(word)):
            return (word[:end], *rest)
    return ()
