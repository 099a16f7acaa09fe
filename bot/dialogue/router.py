"""From a push to the capability that answers it: understand first, then ask each in turn."""

from collections.abc import Sequence

from bot.dialogue.context import Context
from bot.dialogue.turn import Capability, Intent, Turn, Understanding
from bot.knowledge.findings import Outcome
from bot.knowledge.library import Library
from bot.knowledge.normalise import normalise
from bot.wechat.messages import SILENCE, Event, Message, Push, Reply
from store.start import Words

ARTICLE_LINK = "article:"
_BY_NAME = {intent.value: intent for intent in Intent}


class Router:
    """Holds the capabilities in the order in which they are tried, and what understanding needs."""

    def __init__(self, capabilities: Sequence[Capability], *, words: Words, library: Library) -> None:
        self._capabilities = tuple(capabilities)
        self._library = library
        self._phrases = {normalise(phrase): Intent(meaning) for phrase, meaning in words.phrases.items()}
        self._contains = {normalise(part): Intent(meaning) for part, meaning in words.contains.items()}

    async def understand(self, push: Push, context: Context) -> Understanding:
        """Phase one: think about the push without changing anything or opening a transaction."""
        if isinstance(push, Event):
            return Understanding(intent=_named_intent(push.key) if push.name == "click" else None)
        if push.kind != "text":
            return Understanding()
        if push.menu_id.startswith(ARTICLE_LINK):
            return self._pick(_number(push.menu_id.removeprefix(ARTICLE_LINK)))
        if (meant := _named_intent(push.menu_id)) is not None:
            return Understanding(intent=meant)
        return self._understand_words(push.text, context)

    def act(self, turn: Turn) -> Reply:
        """Phase two: let the first capability that takes the turn answer it."""
        for capability in self._capabilities:
            reply = capability.act(turn)
            if reply is not None:
                return reply
        return SILENCE

    def _understand_words(self, text: str, context: Context) -> Understanding:
        words = normalise(text)
        if context.choices and (chosen := _number(words)) and chosen <= len(context.choices):
            return self._pick(context.choices[chosen - 1])
        intent = self._phrases.get(words)
        if intent is not None:
            return Understanding(intent=intent)
        finding = self._library.find(text)
        if finding.outcome is Outcome.UNKNOWN and (meant := self._meant_by_part(words)) is not None:
            return Understanding(intent=meant)
        article = finding.hits[0].article if finding.outcome is Outcome.ANSWER else None
        return Understanding(finding=finding, article=article)

    def _meant_by_part(self, words: str) -> Intent | None:
        return next((intent for part, intent in self._contains.items() if part in words), None)

    def _pick(self, article_id: int) -> Understanding:
        article = self._library.article(article_id)
        return Understanding(article=article, gone=article is None)


def expects_answer(push: Push) -> bool:
    """Tell whether the citizen waits for words: a message, following, scanning, a menu button."""
    return isinstance(push, Message) or push.name in {"subscribe", "scan", "click"}


def _named_intent(name: str) -> Intent | None:
    return _BY_NAME.get(name)


def _number(text: str) -> int:
    """Return a small positive number written in ASCII digits, 0 for anything else."""
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else 0
