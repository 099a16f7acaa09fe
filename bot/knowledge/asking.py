"""The vectors of citizens' questions: made within 300 ms or not at all, and kept for those asked again."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from bot.knowledge.anonymous import without_personal_data
from bot.knowledge.embedders import Embedder
from bot.knowledge.remote import Breaker, ModelFailed, ModelRefused
from bot.knowledge.semantic import Vector, asked

SECONDS: Final = 0.3
_KEPT: Final = 4096  # questions; 6 MB of vectors of 384 numbers
_MOST_AT_ONCE: Final = 8  # beyond these, a vector would come too late anyway


class QuestionVectors:
    """Turns questions into vectors. One per process; `count` gets what became of each.

    `patience` is the most seconds that one may take; whoever measures answers, not times, has more of it.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        count: Callable[[str], None],
        breaker: Breaker | None = None,
        patience: float = SECONDS,
    ) -> None:
        self._embedder = embedder
        self._patience = patience
        self._count = count
        self._breaker = breaker or Breaker("embedder")
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._under_way = 0

    async def find(self, said: str, *, seconds: float = SECONDS) -> Vector | None:
        """Return the vector of what a citizen said, None where the words alone must do; raises only cancellation.

        Never takes longer than `seconds`, nor than the patience.
        """
        question = asked(without_personal_data(said))
        if not question:
            return None
        if (kept := self._kept.get(question)) is not None:
            self._kept.move_to_end(question)
            self._count("kept")
            return kept
        if self._breaker.is_open():
            self._count("paused")
            return None
        if seconds <= 0 or self._under_way >= _MOST_AT_ONCE:
            self._count("busy")
            return None
        return await self._make(question, min(seconds, self._patience))

    async def _make(self, question: str, seconds: float) -> Vector | None:
        self._under_way += 1
        try:
            async with asyncio.timeout(seconds):
                vector: Vector = (await self._embedder.embed([question]))[0]
        except TimeoutError:
            if seconds == self._patience:  # with less it may have been our own delay
                self._breaker.fail()
            self._count("late")
            return None
        except ModelRefused:
            self._count("refused")
            return None
        except ModelFailed:
            self._breaker.fail()
            self._count("failed")
            return None
        finally:
            self._under_way -= 1
        self._breaker.succeed()
        self._count("made")
        self._kept[question] = vector
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return vector
