"""Messages that a person must see at once: somebody in danger, in despair or up in arms, told from talk about it.

Two witnesses are heard. The rules of `store/start/sensitive.toml` look for words and what surrounds them, after
harmless expressions ("a price to jump off a roof for") were taken out; the examples beside them tell how much a message
is like those that people send in need, and how much like everyday questions. A firm rule needs little likeness, a mere
cue needs much.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from itertools import chain
from math import inf
from operator import itemgetter
from typing import Final

from bot.knowledge.likeness import Likeness
from bot.knowledge.normalise import spell_plainly
from bot.knowledge.patterns import Patterns, any_of
from bot.knowledge.spoken import Spoken
from store.start import SensitiveWords, read_articles, read_off_topic, read_sensitive

LONGEST: Final = 2000  # characters of a message that are looked at

_SHORTEST: Final = 5  # characters from which on likeness means something without a rule
_SHORT: Final = 45  # characters up to which a mere cue can be enough: long stories hold cues of every kind
_WINDOW: Final = 36  # characters of a long message that are judged together
_STEP: Final = 12
_ENOUGH: Final = 2.5  # likeness and what the rules add
_ENOUGH_ALONE: Final = 4.0  # likeness without any cue
_SAYS_THE_KIND: Final = 0.8  # how far a rule's strength also speaks for its kind
_DOUBT: Final = 1.0  # how much likeness a message may gain by its harmless expressions being taken out
_EVERY: Final = 5  # of the ordinary texts one in so many is enough to tell which words are usual
_PAUSE: Final = "\u4e36"  # a character that nobody uses stands for every pause
_PAUSES: Final = re.compile(r"[\s\u3002\uff0c\uff01\uff1f\uff1b\u3001\uff1a,.!?;:~\u2026\u201c\u201d\"']+")
_LONE_CHARACTER: Final = re.compile(f"(?:^|{_PAUSE}).(?:{_PAUSE}|$)")  # such pauses may be there to deceive
_LETTER: Final = re.compile("[a-z]")


class Kind(StrEnum):
    """What a sensitive message is about."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    CHILD_ABUSE = "child_abuse"
    CROWD = "crowd"
    PETITION = "petition"
    CORRUPTION = "corruption"
    DANGER = "danger"


class _Strength(IntEnum):
    """How strongly a rule speaks, and what it adds to the likeness."""

    CUE = 0
    WORD = 1
    LIKELY = 2
    FIRM = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sensitive message: its kind, and for danger the emergency numbers that what was said calls for."""

    kind: Kind
    call: tuple[str, ...] = ()


class Watch:
    """Looks at every message. Immutable, safe to share."""

    def __init__(self, words: SensitiveWords, *, ordinary: Sequence[str]) -> None:
        self._spellings = words.spellings
        self._oddly_spelt = re.compile("|".join(map(_whole, sorted(words.spellings, key=len, reverse=True))))
        usual = "\n".join(ordinary[::_EVERY])
        self._harmless = Patterns(words.harmless, words, usual=usual)
        rules = [(rule, pattern) for rule in words.rules for pattern in rule.patterns]
        self._rules = [(Kind(rule.kind), _Strength[rule.strength.upper()]) for rule, _ in rules]
        self._signals = Patterns([pattern for _, pattern in rules], words, usual=usual)
        self._cues = re.compile(any_of(words.cues))
        self._calls = [(number, re.compile(any_of(reasons))) for number, reasons in words.calls.items()]
        examples: dict[str, list[str]] = {kind: [self._spell(text) for text in words.examples[kind]] for kind in Kind}
        plain = [self._spell(text) for text in (*words.examples["harmless"], *ordinary)]
        self._likeness = Likeness(examples, plain)
        self._spoken = Spoken(chain(*examples.values(), plain))

    def find(self, text: str) -> Sighting | None:
        """Tell what a citizen's words are about, None if nothing about them is sensitive."""
        paused = spell_plainly(_PAUSES.sub(_PAUSE, _ends(text))).strip(_PAUSE)
        words = self._as_usual(paused.replace(_PAUSE, ""))
        like = self._like(words)
        if like + _DOUBT + _Strength.FIRM < _ENOUGH:
            return None  # whatever the rules say: most messages go no further
        paused = words if _LETTER.search(paused) else self._as_usual(paused)
        spelt = {paused, words} if _LONE_CHARACTER.search(paused) else {paused}
        for rules in (self._possible, self._matching):  # the cheap look first
            strength = max((strength for _, strength in rules(spelt)), default=_Strength.CUE)
            if like + strength + _DOUBT < self._needed(words, strength):
                return None
        kind = self._judge({self._harmless.take_out(one + _PAUSE).rstrip(_PAUSE) for one in spelt})
        if kind is None:
            return None
        return Sighting(kind, self._numbers(words) if kind is Kind.DANGER else ())

    def _judge(self, spelt: Collection[str]) -> Kind | None:
        """Judge words without their harmless expressions."""
        matching = self._matching(spelt)
        plain = min(spelt, key=len).replace(_PAUSE, "")
        strength = max((rule[1] for rule in matching), default=_Strength.CUE)
        if self._like(plain) + strength < self._needed(plain, strength):
            return None
        ahead: dict[str, float] = {kind: how * _SAYS_THE_KIND for kind, how in sorted(matching, key=itemgetter(1))}
        return Kind(self._likeness.nearest(plain, ahead))

    def _needed(self, words: str, strength: _Strength) -> float:
        """Return how much it takes to call the words sensitive."""
        if strength is not _Strength.CUE:
            return _ENOUGH
        if not _SHORTEST <= len(words) <= _SHORT:
            return inf
        return _ENOUGH if self._cues.search(words) else _ENOUGH_ALONE

    def _possible(self, spelt: Iterable[str]) -> Iterator[tuple[Kind, _Strength]]:
        return (self._rules[number] for one in spelt for number in self._signals.candidates(one + _PAUSE))

    def _matching(self, spelt: Iterable[str]) -> list[tuple[Kind, _Strength]]:
        return [self._rules[number] for one in spelt for number in self._signals.matching(one + _PAUSE)]

    def _like(self, words: str) -> float:
        """Return the likeness of the words, of a long message that of its most telling part."""
        if len(words) <= _WINDOW + _STEP:
            return self._likeness.score(words)
        return max(
            self._likeness.score(words[start : start + _WINDOW])
            for start in range(0, len(words) - _WINDOW + _STEP, _STEP)
        )

    def _numbers(self, words: str) -> tuple[str, ...]:
        return tuple(number for number, reasons in self._calls if reasons.search(words))

    def _spell(self, text: str) -> str:
        return self._harmless.take_out(spell_plainly(text) + _PAUSE).rstrip(_PAUSE)

    def _as_usual(self, words: str) -> str:
        """Write characters for pinyin, and usual ones for those chosen so as not to be noticed."""
        words = self._oddly_spelt.sub(lambda found: self._spellings[found[0]], words)
        return self._spoken.write_out(words)


@cache
def starting_watch() -> Watch:
    """Return the watch with the words of this version: built once a process, since they can't change."""
    samples = (sample for article in read_articles() if article.ours for sample in article.samples)
    return Watch(read_sensitive(), ordinary=[*read_off_topic(), *samples])


def _ends(text: str) -> str:
    """Leave out the middle of a very long message: what matters stands at one end or the other."""
    return text if len(text) <= LONGEST else text[: LONGEST // 2] + _PAUSE + text[-LONGEST // 2 :]


def _whole(spelling: str) -> str:
    """Return a regex of the spelling that isn't part of a longer word in letters."""
    before = "(?<![a-z])" if spelling[0].isascii() else ""
    after = "(?![a-z])" if spelling[-1].isascii() else ""
    return f"{before}{re.escape(spelling)}{after}"
