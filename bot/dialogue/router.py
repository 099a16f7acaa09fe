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
        self._endings = words.endings
        self._contains = {normalise(part): Intent(meaning) for part, meaning in words.contains.items()}

    async def understand(self, push: Push, context: Context) -> Understanding:
        """Phase one: think about the push without changing anything or opening a transaction."""
        if isinstance(push, Event):
            return Understanding(intent=_named_intent(push.key) if push.name == "click" else None)
        if push.kind != "text":
            return Understanding()
        if push.menu_id.startswith(ARTICLE_LINK):
            return self._pick(push.menu_id.removeprefix(ARTICLE_LINK))
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
        intent = self._phrases.get(words) or self._phrases.get(words.rstrip(self._endings))
        if intent is not None:
            return Understanding(intent=intent)
        if chosen := _choice(words):
            return self._pick(context.choices[chosen - 1]) if chosen <= len(context.choices) else Understanding()
        finding = self._library.find(words)
        if finding.outcome is Outcome.UNKNOWN and (meant := self._meant_by_part(words)) is not None:
            return Understanding(intent=meant)
        article = finding.hits[0].article if finding.outcome is Outcome.ANSWER else None
        return Understanding(finding=finding, article=article)

    def _meant_by_part(self, words: str) -> Intent | None:
        return next((intent for part, intent in self._contains.items() if part in words), None)

    def _pick(self, article_id: int | str) -> Understanding:
        article = self._library.article(int(article_id)) if str(article_id).isdecimal() else None
        return Understanding(article=article, gone=article is None)


def expects_answer(push: Push) -> bool:
    """Tell whether the citizen waits for words: a message, following, scanning, a menu button."""
    return isinstance(push, Message) or push.name in {"subscribe", "scan", "click"}


def _named_intent(name: str) -> Intent | None:
    return _BY_NAME.get(name)


def _choice(words: str) -> int:
    """Return a choice written as one digit, 0 for anything else."""
    return int(words) if len(words) == 1 and words.isascii() and words.isdigit() else 0
