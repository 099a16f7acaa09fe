"""A small language of patterns in which words are looked for, made so that most texts cost a look at each character.

A pattern has literal words, `{group}`, `(one|or|another|)`, `~` (up to ten characters, no negation), `…` (up to
twenty), `#` (a number) and `^` (the beginning). `&` joins pieces that stand near each other in any order.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import inf
from typing import Final

from store.start import SensitiveWords

_TOKENS: Final = re.compile(r"\{\w+\}|[()|~\u2026#^]|[^{}()|~\u2026#^]+")
_NEAR: Final = 40  # characters between the first piece of a pattern and its others
_TAKEN_OUT: Final = "\u25a1"


class Patterns:
    """Many patterns, of which only those are tried that have a word in the text.

    Of the words that a pattern can't do without, those are looked for that are rarest in `usual`, a long text.
    """

    def __init__(self, patterns: Iterable[str], words: SensitiveWords, *, usual: str) -> None:
        reader = _Reader(words, usual)
        self._patterns = [_Pattern(reader.read(written)) for written in patterns]
        needing: dict[str, set[int]] = {}
        for number, pattern in enumerate(self._patterns):
            for word in pattern.needs:
                needing.setdefault(word, set()).add(number)
        self._short = {word: numbers for word, numbers in needing.items() if len(word) == 1}
        self._long: dict[str, list[tuple[str, set[int]]]] = {}  # by the first two characters
        for word, numbers in needing.items():
            if len(word) > 1:
                self._long.setdefault(word[:2], []).append((word, numbers))

    def candidates(self, text: str) -> set[int]:
        """Return the numbers of the patterns that may match."""
        found: set[int] = set()
        for character in self._short.keys() & set(text):
            found |= self._short[character]
        for start in range(len(text) - 1):
            for word, numbers in self._long.get(text[start : start + 2], ()):
                if text.startswith(word, start):
                    found |= numbers
        return found

    def matching(self, text: str) -> Iterator[int]:
        """Yield the numbers of the patterns that match."""
        return (number for number in self.candidates(text) if self._patterns[number].matches(text))

    def take_out(self, text: str) -> str:
        """Put a mark in the place of every character that a pattern's first piece matches, if the others stand near.

        All patterns read the text as it was written, so that none depends on what another has taken.
        """
        marked = list(text)
        for number in self.candidates(text):
            for start, end in self._patterns[number].spans(text):
                marked[start:end] = _TAKEN_OUT * (end - start)
        return "".join(marked)


@dataclass(frozen=True, slots=True)
class _Part:
    """A pattern or a piece of one: its regex, and words of which one is in every text that it matches."""

    regex: str
    needs: frozenset[str] = frozenset()  # none known
    usual: float = inf  # how often its words stand in usual texts


class _Pattern:
    """Pieces that must all match; their regexes are made when first needed."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self.needs = min(parts, key=lambda part: part.usual).needs
        if not self.needs:
            raise ValueError(f"nothing in this pattern must be there: {' & '.join(part.regex for part in parts)}")

    @cached_property
    def _regexes(self) -> Sequence[re.Pattern[str]]:
        return [re.compile(part.regex) for part in self._parts]

    def matches(self, text: str) -> bool:
        first, *others = self._regexes
        for found in first.finditer(text):
            around = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
            if all(regex.search(around) for regex in others):
                return True
        return False

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the first piece stands, nothing if the others don't stand near it."""
        if self.matches(text):
            yield from (found.span() for found in self._regexes[0].finditer(text))


class _Reader:
    """Reads patterns with the groups and character classes of the words."""

    def __init__(self, words: SensitiveWords, usual: str) -> None:
        self._count = cache(usual.count)
        self._groups = {name: self._one_of(frozenset(group)) for name, group in words.groups.items()}
        self._marks = {
            "~": _Part(f"[^{words.negations}]{{0,10}}"),
            "\u2026": _Part(".{0,20}"),
            "#": _Part(f"[{words.numerals}]{{1,5}}"),
            "^": _Part("^"),
        }

    def read(self, written: str) -> Sequence[_Part]:
        """Return the pieces of a pattern.

        Raises:
            ValueError: the brackets don't match.
            KeyError: there is no such group.
        """
        pieces = []
        for piece in written.split("&"):
            tokens = deque(_TOKENS.findall(piece))
            pieces.append(self._sequence(tokens))
            if tokens:
                raise ValueError(f"not a pattern: {written}")
        return pieces

    def _sequence(self, tokens: deque[str]) -> _Part:
        parts = []
        while tokens and tokens[0] not in ("|", ")"):
            parts.append(self._piece(tokens))
        best = min(parts, key=lambda part: part.usual, default=_Part(""))
        return _Part("".join(part.regex for part in parts), best.needs, best.usual)

    def _piece(self, tokens: deque[str]) -> _Part:
        token = tokens.popleft()
        if token[0] == "(":
            return self._choice(tokens)
        if token[0] == "{":
            return self._groups[token[1:-1]]
        return self._marks.get(token) or self._one_of(frozenset((token,)))

    def _choice(self, tokens: deque[str]) -> _Part:
        ways = [self._sequence(tokens)]
        while tokens and tokens[0] == "|":
            tokens.popleft()
            ways.append(self._sequence(tokens))
        if not tokens:
            raise ValueError("a bracket isn't closed")
        tokens.popleft()
        regex = f"(?:{'|'.join(way.regex for way in ways)})"
        if not all(way.needs for way in ways):
            return _Part(regex)
        return _Part(regex, frozenset().union(*(way.needs for way in ways)), sum(way.usual for way in ways))

    def _one_of(self, words: frozenset[str]) -> _Part:
        return _Part(any_of(words), words, sum(map(self._count, words)))


def any_of(words: Iterable[str]) -> str:
    """Return a regex of one of the words, the longest at its place, that branches letter by letter."""
    branches: dict[str, list[str]] = {}
    ends = False
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
        else:
            ends = True
    ways = [re.escape(first) + (any_of(rests) if any(rests) else "") for first, rests in branches.items()]
    return f"(?:{'|'.join(ways)}){'?' if ends else ''}"
