"""From a push to the capability that answers it: understand first, then ask each in turn."""

from collections.abc import Sequence
from datetime import datetime

from bot.dialogue.context import Dialogue
from bot.dialogue.listening import Listener
from bot.dialogue.turn import Capability, Intent, Turn, Understanding
from bot.domain.help_state import Helped
from bot.knowledge.library import Library
from bot.knowledge.sensitive import Watch
from bot.wechat.messages import SILENCE, Event, Message, Push, Reply
from store.start import Words

ARTICLE_LINK = "article:"
_BY_NAME = {intent.value: intent for intent in Intent}


class Router:
    """Holds the capabilities in the order in which they are tried, and what understanding needs."""

    def __init__(self, capabilities: Sequence[Capability], *, words: Words, library: Library, watch: Watch) -> None:
        self._capabilities = tuple(capabilities)
        self._watch = watch
        self._listener = Listener(words, library)

    async def understand(self, push: Push, dialogue: Dialogue, now: datetime, *, seconds: float) -> Understanding:
        """Phase one: think about the push for `seconds` at most, without changing anything or opening a transaction."""
        if isinstance(push, Event):
            return Understanding(intent=_named_intent(push.key) if push.name == "click" else None)
        if push.kind != "text":
            return Understanding()
        if push.menu_id.startswith(ARTICLE_LINK):
            return self._listener.pick(push.menu_id.removeprefix(ARTICLE_LINK))
        if (meant := _named_intent(push.menu_id)) is not None:
            return Understanding(intent=meant)
        if (sighting := self._watch.find(push.text)) is not None:
            return Understanding(sensitive=sighting)
        context, is_warm = dialogue.context(now), dialogue.is_warm(now)
        if context.help == Helped.HELD:  # a person answers: what the words ask isn't looked for
            return Understanding(intent=self._listener.steering(push.text))
        return await self._listener.understand(push.text, context, is_warm=is_warm, seconds=seconds)

    def act(self, turn: Turn) -> Reply:
        """Phase two: let the first capability that takes the turn answer it."""
        for capability in self._capabilities:
            reply = capability.act(turn)
            if reply is not None:
                return reply
        return SILENCE


def expects_answer(push: Push) -> bool:
    """Tell whether the citizen waits for words: a message, following, scanning, a menu button."""
    return isinstance(push, Message) or push.name in {"subscribe", "scan", "click"}


def _named_intent(name: str) -> Intent | None:
    return _BY_NAME.get(name)
