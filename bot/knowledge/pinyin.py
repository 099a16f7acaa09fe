"""How Chinese characters sound, and which syllables a word typed in Latin letters may stand for."""

import functools
import json
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from itertools import accumulate
from pathlib import Path
from typing import Final

_BASIC_BLOCK: Final = range(0x4E00, 0xA000)
_READINGS_KEPT: Final = 2  # pypinyin lists the usual ones first; the rare ones mostly find wrong words
_LONGEST_SYLLABLE: Final = 6
_LONGEST_TEXT: Final = 120  # letters
# Sounds that many people don't tell apart, in speech or in typing.
_ALIKE_INITIALS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))
_ALIKE_FINALS: Final = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@functools.cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Return the usual toneless syllables of each character of the basic block, `ü` written as `v`.

    The file is read directly: importing pypinyin would load its phrases as well, 59 MB that nobody needs here.
    """
    path = Path(str(distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")))
    plain = unicodedata.normalize("NFD", path.read_text("utf-8")).replace("u\u0308", "v")
    table: dict[str, str] = json.loads(plain.encode("ascii", "ignore"))
    return {chr(code): _distinct(sounds) for text, sounds in table.items() if (code := int(text)) in _BASIC_BLOCK}


@functools.cache
def _distinct(sounds: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sounds.split(",")))[:_READINGS_KEPT]


@functools.cache
def syllables() -> frozenset[str]:
    """Return every syllable of Mandarin, as typed."""
    every = {sound for sounds in readings().values() for sound in sounds}
    return frozenset(sound for sound in every if set(sound) & set("aeiuv") or "o" in sound[1:])


@functools.cache
def blurred(syllable: str) -> str:
    """Return the syllable with the sounds merged that speakers commonly mix up."""
    for sharp, blunt in _ALIKE_INITIALS:
        if syllable.startswith(sharp):
            syllable = blunt + syllable[len(sharp) :]
            break
    for sharp, blunt in _ALIKE_FINALS:
        if syllable.endswith(sharp):
            return syllable[: -len(sharp)] + blunt
    return syllable


def sound_pairs(pair: str) -> list[tuple[str, str]]:
    """Return the ways in which two characters may sound one after the other."""
    table = readings()
    return [(left, right) for left in table.get(pair[0], ()) for right in table.get(pair[1], ())]


def is_pinyin(word: str) -> bool:
    """Can the word, in small Latin letters, be split into syllables?"""
    return bool(_syllables_on_a_path([word]))


def spelt_pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the neighbouring syllables in words of pinyin, whichever way they may be split."""
    text = "".join(words)
    starting: dict[int, list[int]] = {}
    pieces = _syllables_on_a_path(words)
    for start, end in pieces:
        starting.setdefault(start, []).append(end)
    return [(text[start:middle], text[middle:end]) for start, middle in pieces for end in starting.get(middle, ())]


def _syllables_on_a_path(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where syllables begin and end that are part of some way to split all the words, joined together."""
    text = "".join(words)
    if len(text) > _LONGEST_TEXT:
        return []
    borders = set(accumulate(map(len, words)))
    pieces = []
    forward = {0}
    for start in range(len(text)):
        limit = min((border for border in borders if border > start), default=0)
        for end in range(start + 1, min(start + _LONGEST_SYLLABLE, limit) + 1):
            if start in forward and text[start:end] in syllables():
                pieces.append((start, end))
                forward.add(end)
    backward = {len(text)}
    for start, end in reversed(pieces):
        if end in backward:
            backward.add(start)
    return [(start, end) for start, end in pieces if end in backward]
