"""What a message says: which words steer the talk, what they ask, and what they leave out since it was just said."""

import re
from collections.abc import Sequence
from typing import Protocol

from bot.dialogue.context import Context
from bot.dialogue.turn import Intent, Understanding
from bot.knowledge.findings import Article, Finding, Outcome
from bot.knowledge.normalise import normalise
from store.start import Words

_ENDS = re.compile("([?!;\uff1f\uff01\u3002\uff1b\n]+)")  # where one sentence ends, with full-width marks and 。
_QUESTION_MARKS = frozenset("?\uff1f")
_MOST_PARTS = 6
_MOST_ANSWERS = 3
_SHORTEST_PART = 3  # characters, normalised
_SHORTEST_MISSED = 6  # shorter ones without an answer are mostly said in passing
_VERY_BARE = 6  # and up to which it can hardly be about anything else
_BARE = 12  # characters up to which a question may leave out what it is about


class Knowledge(Protocol):
    """What a listener asks of the articles."""

    def find(self, question: str) -> Finding:
        """Find the answer to a normalised question."""

    async def look_again(self, finding: Finding, *, said: str, seconds: float) -> Finding:
        """Return what else there is to make of a finding, in so many seconds."""

    def article(self, article_id: int) -> Article | None:
        """Return a published article."""


class Listener:
    """Understands what a citizen wrote, with the knowledge as it is now and the talk as it stands."""

    def __init__(self, words: Words, library: Knowledge) -> None:
        self._library = library
        self._phrases = {normalise(phrase): Intent(meaning) for phrase, meaning in words.phrases.items()}
        self._contains = {normalise(part): Intent(meaning) for part, meaning in words.contains.items()}
        self._endings = words.endings
        self._openings = tuple(sorted(words.follow_ups.openings, key=len, reverse=True))
        self._closings = words.follow_ups.closings
        self._connectors = tuple(sorted(words.connectors, key=len, reverse=True))

    async def understand(self, text: str, context: Context, *, is_warm: bool, seconds: float) -> Understanding:
        """Return what the words mean, in so many seconds; `is_warm`: they follow closely on what was said before."""
        words = normalise(text)
        if (intent := self._steering(words)) is not None:
            return Understanding(intent=intent)
        if chosen := _choice(words):
            return self.pick(context.choices[chosen - 1]) if chosen <= len(context.choices) else Understanding()
        finding = self._library.find(words)
        if finding.outcome is not Outcome.ANSWER and (meant := self._meant_by_part(words)) is not None:
            return Understanding(intent=meant)
        if several := self._several(text, finding):
            return Understanding(finding=several[0], article=several[0].best.article, more=tuple(several[1:]))
        if is_warm and (going_on := self._going_on(words, finding, context)) is not None:
            return going_on
        finding = await self._library.look_again(finding, said=text, seconds=seconds)
        return Understanding(finding=finding, article=_answer(finding))

    def steering(self, text: str) -> Intent | None:
        """Return what the whole message means by itself, if it steers the talk."""
        return self._steering(normalise(text))

    def pick(self, article_id: int | str) -> Understanding:
        """Return an article chosen by its number."""
        article = self._library.article(int(article_id)) if str(article_id).isdecimal() else None
        return Understanding(article=article, gone=article is None)

    def _steering(self, words: str) -> Intent | None:
        return self._phrases.get(words) or self._phrases.get(words.rstrip(self._endings))

    def _meant_by_part(self, words: str) -> Intent | None:
        return next((intent for part, intent in self._contains.items() if part in words), None)

    def _several(self, text: str, whole: Finding) -> list[Finding]:
        """Return the findings of a message that asks more than one thing, or hides one thing in a story."""
        parts = self._parts(text)
        if len(parts) < 2:
            return []
        found = [(is_question, self._library.find(words)) for words, is_question in parts]
        answered = {one.best.article.id: one for _, one in found if one.outcome is Outcome.ANSWER}
        missed = [
            one
            for is_question, one in found
            if is_question and one.outcome is Outcome.UNKNOWN and len(one.question) >= _SHORTEST_MISSED
        ]
        if not answered or (len(answered) == 1 and whole.outcome is Outcome.ANSWER and not missed):
            return []
        return [*list(answered.values())[:_MOST_ANSWERS], *missed[:1]]

    def _parts(self, text: str) -> list[tuple[str, bool]]:
        """Split a message into sentences that may ask something, each with whether a question mark ends it."""
        pieces = _ENDS.split(text)[: 2 * _MOST_PARTS]
        if not any(pieces[2::2]):
            return []
        parts = []
        for piece, end in zip(pieces[::2], [*pieces[1::2], ""], strict=False):
            words = self._without_opening(normalise(piece), self._connectors)
            if len(words) >= _SHORTEST_PART and self._steering(words) is None:
                parts.append((words, not _QUESTION_MARKS.isdisjoint(end)))
        return parts

    def _going_on(self, words: str, finding: Finding, context: Context) -> Understanding | None:
        """Read a bare question as one about the subject of the last answer, if that makes better sense of it."""
        last = self._library.article(context.article_id)
        if last is None or not last.subject or (finding.hits and finding.best.confidence == 1.0):
            return None
        is_marked = words.startswith(self._openings) or words.endswith(self._closings)
        if not is_marked and (len(words) > _BARE or finding.outcome is Outcome.ANSWER):
            return None
        bare = self._without_opening(words, self._openings).rstrip("".join(self._closings))
        is_short = len(bare) <= _VERY_BARE
        is_near = any(_is_about_the_same(hit.article, last) for hit in finding.hits)
        if not (is_near or is_short) or not (is_marked or (is_near and is_short)):
            return None  # it has a subject of its own, which ours would only drown
        fuller = self._library.find(normalise(last.subject + bare))
        if fuller.outcome is Outcome.UNKNOWN or not _is_about_the_same(fuller.best.article, last):
            return None
        if finding.outcome is Outcome.ANSWER and not _is_about_the_same(finding.best.article, last):
            return None
        again = fuller.best.article.id == last.id
        if not is_marked and finding.outcome is Outcome.SUGGEST and (again or fuller.outcome is Outcome.SUGGEST):
            return None  # it stands by itself well enough
        return Understanding(finding=fuller, article=_answer(fuller), again=again)

    def _without_opening(self, words: str, openings: Sequence[str]) -> str:
        opening = next((one for one in openings if words.startswith(one)), "")
        return words[len(opening) :]


def _answer(finding: Finding) -> Article | None:
    return finding.best.article if finding.outcome is Outcome.ANSWER else None


def _is_about_the_same(one: Article, other: Article) -> bool:
    return one.subject == other.subject or (one.measure is not None and one.measure == other.measure)


def _choice(words: str) -> int:
    """Return a choice written as one digit, 0 for anything else."""
    return int(words) if len(words) == 1 and words.isascii() and words.isdigit() else 0
