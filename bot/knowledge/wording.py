"""What in a text breaks the office's list of exact wordings and of words not to be used.

A near miss of a phrase is what a slip of an input method makes of it: characters that sound alike, two that changed
places, one too many or one left out. It begins and ends as the phrase does, so that a shorter phrase in its own right
("core values") isn't taken for a mutilated longer one.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.knowledge.pinyin import blurred, readings
from store.wordings import EXACT, Wording

_SHORT: Final = 6  # below, only sounds and changed places tell a slip from another word
_LONG: Final = 9  # from here on two slips, or one wrong character, still mean this phrase
_WRONG_CHARACTER: Final = 2  # what a character costs that doesn't even sound alike; every other slip costs 1


@dataclass(frozen=True, slots=True)
class Remark:
    """One passage that breaks a rule: `found` stands in the text from `start` on."""

    found: str
    start: int
    rule: Wording

    @property
    def blocks(self) -> bool:
        """Tell whether the text can't be published with it."""
        return self.rule.blocks


def check_text(text: str, rules: Sequence[Wording]) -> list[Remark]:
    """Return what breaks the rules, in the order of the text; of passages that overlap the most fitting one."""
    remarks = [remark for rule in rules for remark in _broken(text, rule, rules)]
    remarks.sort(key=lambda remark: (-len(remark.rule.phrase), remark.start))
    kept: list[Remark] = []
    for remark in remarks:
        if not any(_overlap(_span(remark), _span(other)) for other in kept):
            kept.append(remark)
    return sorted(kept, key=lambda remark: remark.start)


def _broken(text: str, rule: Wording, rules: Sequence[Wording]) -> Iterator[Remark]:
    if rule.kind == EXACT:
        yield from _near_misses(text, rule, rules)
    else:
        for start in _places(text, rule.phrase):
            yield Remark(rule.phrase, start, rule)


def _near_misses(text: str, rule: Wording, rules: Sequence[Wording]) -> Iterator[Remark]:
    right = [
        (start, start + len(other.phrase))
        for other in rules
        if other.kind == EXACT and (other is rule or other.phrase not in rule.phrase)
        for start in _places(text, other.phrase)
    ]
    best: dict[int, tuple[int, int]] = {}  # start: the cheapest (cost, length) there
    for start, length, cost in (*_swapped(text, rule.phrase), *_slipped(text, rule.phrase)):
        if not any(_overlap((start, start + length), span) for span in right):
            best[start] = min(best.get(start, (cost, length)), (cost, length))
    taken: list[tuple[int, int]] = []
    for start, (_, length) in sorted(best.items(), key=lambda found: (found[1][0], found[0])):
        if not any(_overlap((start, start + length), span) for span in taken):
            taken.append((start, start + length))
            yield Remark(text[start : start + length], start, rule)


def _swapped(text: str, phrase: str) -> Iterator[tuple[int, int, int]]:
    """Yield where two neighbours of the phrase have changed places: start, length, cost."""
    for place in range(len(phrase) - 1):
        if phrase[place] != phrase[place + 1]:
            wrong = phrase[:place] + phrase[place + 1] + phrase[place] + phrase[place + 2 :]
            for start in _places(text, wrong):
                yield start, len(wrong), 1


def _slipped(text: str, phrase: str) -> Iterator[tuple[int, int, int]]:
    """Yield where the text is nearly the phrase: start, length, cost."""
    spare = 0 if len(phrase) < _SHORT else 1 if len(phrase) < _LONG else 2
    for start, character in enumerate(text):
        if not _are_alike(character, phrase[0]):
            continue
        for length in range(max(len(phrase) - spare, 2), min(len(phrase) + spare, len(text) - start) + 1):
            window = text[start : start + length]
            if _are_alike(window[-1], phrase[-1]) and (cost := _cost(window, phrase, spare)):
                yield start, length, cost


def _cost(window: str, phrase: str, spare: int) -> int:
    """Return how many slips lead from the phrase to the window: 0 for none, and for more than may be."""
    if not spare:
        sounds_right = len(window) == len(phrase) and all(map(_are_alike, window, phrase))
        return sum(left != right for left, right in zip(window, phrase, strict=True)) if sounds_right else 0
    row = list(range(len(phrase) + 1))
    for count, character in enumerate(window, 1):
        diagonal, row[0] = row[0], count
        for place, wanted in enumerate(phrase, 1):
            changed = 0 if character == wanted else 1 if _are_alike(character, wanted) else _WRONG_CHARACTER
            diagonal, row[place] = row[place], min(diagonal + changed, row[place] + 1, row[place - 1] + 1)
        if min(row) > spare:
            return 0
    return row[-1] if row[-1] <= spare else 0


@functools.cache
def _sounds(character: str) -> frozenset[str]:
    return frozenset(map(blurred, readings().get(character, ())))


def _are_alike(left: str, right: str) -> bool:
    return left == right or not _sounds(left).isdisjoint(_sounds(right))


def _places(text: str, phrase: str) -> Iterator[int]:
    start = text.find(phrase)
    while start >= 0:
        yield start
        start = text.find(phrase, start + 1)


def _span(remark: Remark) -> tuple[int, int]:
    return remark.start, remark.start + len(remark.found)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
