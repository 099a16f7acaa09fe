"""A citizen's question in the tokens of the knowledge base."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from bot.knowledge.pinyin import is_pinyin, sound_pairs, spelt_pairs
from bot.knowledge.sounds import Sounds
from bot.knowledge.synonyms import MARK, Synonyms
from bot.knowledge.tokens import is_character, is_han, is_pair, pairs, pieces

_STRANGE: Final = -1  # the place of a token that the knowledge base hasn't
_LATIN: Final = re.compile(r"[a-z]+(?: [a-z]+)*")
# How much a kind of token tells, before its rarity. Found by leave-one-out on the starting articles: a wide plateau.
_PAIR: Final = 0.75
_CHARACTER: Final = 1.2
_WORD: Final = 1.5  # a Latin word, a number, a group of synonyms
_UNHEARD: Final = 0.5 * _PAIR  # two syllables that mean nothing here; a word may be split in several ways


def token_worth(token: str) -> float:
    """Return how much a token of this kind tells, before its rarity."""
    if is_pair(token):
        return _PAIR
    return _CHARACTER if is_character(token) else _WORD


@dataclass(frozen=True, slots=True)
class Question:
    """`tokens` are places in the vocabulary, each counting in its share; `strange` is the worth of all the rest."""

    tokens: list[int]
    shares: list[float]
    strange: float
    as_written: bool  # every share is 1


class Reader:
    """Turns texts into tokens, and finds what a mistyped or romanised part was meant to be."""

    def __init__(self, vocabulary: Mapping[str, int], sounds: Sounds, synonyms: Synonyms) -> None:
        self._vocabulary = vocabulary
        self._sounds = sounds
        self._synonyms = synonyms

    def read(self, text: str) -> Question:
        vocabulary = self._vocabulary
        every = dict.fromkeys(tokens_of(text, self._synonyms))
        places = [vocabulary.get(token, _STRANGE) for token in every]
        strange = 0.0
        if _STRANGE in places:
            strangers = [token for token, place in zip(every, places, strict=True) if place == _STRANGE]
            shares = {place: 1.0 for place in places if place != _STRANGE}
            strange += self._read_strange_characters(strangers, shares)
            strange += self._read_strange_words(text, strangers, shares)
            if len(shares) + len(strangers) > len(places):
                return Question(list(shares), list(shares.values()), strange, as_written=False)
            places = list(shares)
        return Question(places, [1.0] * len(places), strange, as_written=True)

    def _read_strange_characters(self, strangers: list[str], shares: dict[int, float]) -> float:
        """Add to `shares` what unknown pairs sound like; return the worth of the characters and pairs left over."""
        strange = 0.0
        for token in strangers:
            if is_character(token):
                strange += _CHARACTER
            elif is_pair(token) and not self._hear(sound_pairs(token), shares):
                strange += _PAIR
        return strange

    def _read_strange_words(self, text: str, strangers: list[str], shares: dict[int, float]) -> float:
        """Do the same for numbers and for Latin words, which may be pinyin. A group of synonyms is only a bonus."""
        unread = {token for token in strangers if not is_han(token) and token[0] != MARK}
        strange = 0.0
        for run in _LATIN.findall(text) if unread else ():
            for spelt, group in groupby(run.split(" "), key=is_pinyin):
                words = list(group)
                syllables = spelt_pairs(words) if spelt and not unread.isdisjoint(words) else []
                if syllables:
                    unread.difference_update(words)
                    strange += _UNHEARD * sum(not self._hear([pair], shares) for pair in syllables)
        return strange + _WORD * len(unread)

    def _hear(self, sounds: list[tuple[str, str]], shares: dict[int, float]) -> bool:
        meant = self._sounds.meant_by(sounds)
        for token, share in meant.items():
            for part in (token, *token):
                place = self._vocabulary[part]
                shares[place] = max(share, shares.get(place, 0.0))
        return bool(meant)


def tokens_of(text: str, synonyms: Synonyms) -> list[str]:
    """Return every token of a normalised text, repeats included."""
    parts = pieces(text)
    return parts + pairs(text) + synonyms.groups_in(text, parts)
