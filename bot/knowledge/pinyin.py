"""How Chinese characters sound, and which syllables a word typed in Latin letters may stand for."""

import functools
import json
import unicodedata
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

_BASIC_BLOCK: Final = range(0x4E00, 0xA000)
_READINGS_KEPT: Final = 2  # pypinyin lists the usual ones first; the rare ones mostly find wrong words
_LONGEST_SYLLABLE: Final = 6
_LONGEST_WORD: Final = 40
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


def spelt_pairs(words: str) -> list[tuple[str, str]]:
    """Return the neighbouring syllables of pinyin typed with or without spaces; none if some of it can't be pinyin."""
    text = words.replace(" ", "")
    if not text.isascii() or len(text) > _LONGEST_WORD:
        return []
    cuts = _cuts(words)
    pieces = [
        (start, end)
        for start in range(len(text))
        for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(text)) + 1)
        if text[start:end] in syllables() and not any(start < cut < end for cut in cuts)
    ]
    through = _on_a_path(pieces, len(text))
    return [(text[a:b], text[b:c]) for a, b in through for start, c in through if start == b]


def _cuts(words: str) -> list[int]:
    """Return where the spaces were, counted in letters."""
    cuts, letters = [], 0
    for word in words.split(" ")[:-1]:
        letters += len(word)
        cuts.append(letters)
    return cuts


def _on_a_path(pieces: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return the pieces that lie on some way from the beginning to the end."""
    forward, backward = {0}, {length}
    for start, end in sorted(pieces):
        if start in forward:
            forward.add(end)
    for start, end in sorted(pieces, reverse=True):
        if end in backward:
            backward.add(start)
    return [(start, end) for start, end in pieces if start in forward and end in backward]
