"""A numbered work plan, cut into its measures: raw material for articles, which people must rewrite.

Such plans arrive as text copied out of something else: dots of any kind, lines broken anywhere, numbers missing.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.knowledge.documents.entries import LONGEST_TITLE, BadDocument
from bot.knowledge.staff import Say, say
from store.articles import NewArticle

_MOST_SKIPPED: Final = 3  # numbers that may be lost in a row before a larger one is taken for something else
_MEASURES: Final = range(1, 24)
# "12." with any dot, but neither "12.5" nor "2020.3"; the figures may be full-width.
_NUMBERED: Final = re.compile(r"\s*(\d{1,3})\s*[.\uff0e\uff61\u3001\u3002\u00b7]\s*(?!\d)(.*)", re.ASCII)
_FULL_WIDTH: Final = str.maketrans({0xFF10 + figure: str(figure) for figure in range(10)})
# 一、 第二章 （三）: a chapter, which belongs to no measure
_HAN_NUMBER: Final = "[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u767e]{1,4}"
_CHAPTER: Final = re.compile(
    rf"\s*(?:{_HAN_NUMBER}\s*[\u3001.\uff0e]|\u7b2c{_HAN_NUMBER}[\u7ae0\u8282\u90e8]|[(\uff08]{_HAN_NUMBER}[)\uff09])"
    r".{0,29}[^\u3002\uff1b;\uff0c,]\s*"
)
_STOPS: Final = ("\u3002", "\uff01", "!", "\uff1f", "?", ".", "\uff0e")
_HEADING_ENDS: Final = re.compile("[\u3002.\uff0e;\uff1b:\uff1a\n]")
_QUOTES: Final = (("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u300a", "\u300b"))
_BLANK: Final = re.compile(r"(?<![A-Za-z])[Xx\uff38\u00d7]{1,4}(?![A-Za-z])")


@dataclass(slots=True)
class Measure:
    """One measure of a plan, as it stands there."""

    number: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the whole of it, its lines as they were broken."""
        return "\n".join(self.lines)

    @property
    def heading(self) -> str:
        """Return what stands before the first stop."""
        heading = _HEADING_ENDS.split(self.text, maxsplit=1)[0].strip()
        return heading if len(heading) <= LONGEST_TITLE else heading[: LONGEST_TITLE - 1] + "\u2026"

    def remarks(self) -> list[str]:
        """Return what people should look at first: blanks, quotation marks that don't close, a lost end."""
        found = []
        if _BLANK.search(self.text):
            found.append(say(Say.PLAN_BLANK))
        straight = self.text.count('"') + self.text.count("'")
        if straight or any(self.text.count(left) != self.text.count(right) for left, right in _QUOTES):
            found.append(say(Say.PLAN_UNBALANCED))
        if not self.text.endswith(_STOPS):
            found.append(say(Say.PLAN_CUT))
        return found


def split_plan(text: str) -> list[Measure]:
    """Return the numbered measures of a plan, in order.

    Raises:
        BadDocument: there is none.
    """
    measures: list[Measure] = []
    is_within, before = False, 0  # before: how many numbers there were in the chapters that count for themselves
    for line in unicodedata.normalize("NFC", text).splitlines():
        begun = _NUMBERED.fullmatch(line.translate(_FULL_WIDTH))
        number = int(begun[1]) if begun else 0
        if measures and number == 1 and not is_within:
            before = measures[-1].number
        if begun and _follows(before + number, measures):
            measures.append(Measure(before + number))
            measures[-1].lines += _worth_keeping(line[begun.start(2) :])
            is_within = True
        elif _CHAPTER.fullmatch(line):
            is_within = False
        elif is_within:
            measures[-1].lines += _worth_keeping(line)
    if not measures:
        raise BadDocument(say(Say.PLAN_NO_MEASURES))
    return measures


def find_gaps(measures: Sequence[Measure]) -> Iterator[int]:
    """Yield the numbers that are missing."""
    numbers = {measure.number for measure in measures}
    return (number for number in range(1, max(numbers) + 1) if number not in numbers)


def to_draft(measure: Measure) -> NewArticle:
    """Return the beginning of an article: the plan's own words, which no citizen should be sent."""
    return NewArticle(
        slug=f"plan-{measure.number:02}",
        ours=True,
        measure=measure.number if measure.number in _MEASURES else None,
        subject="",
        title=measure.heading,
        answer=measure.text,
        links=(),
        samples=(),
    )


def _follows(number: int, measures: Sequence[Measure]) -> bool:
    """Tell whether a line's number goes on the counting, so that a number within a text begins nothing."""
    last = measures[-1].number if measures else 0
    return last < number <= last + 1 + _MOST_SKIPPED


def _worth_keeping(line: str) -> list[str]:
    return [line.strip()] if line.strip() else []
