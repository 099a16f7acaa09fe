"""Embedders for tests: what a text means is set by hand, or guessed from its characters."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.knowledge.findings import Article
from bot.knowledge.remote import ModelAway, ModelRefused
from bot.knowledge.semantic import Vectors, pack, texts_of, to_length_one

SIZE = 32


def by_characters(texts: Sequence[str]) -> Vectors:
    """Return vectors in which texts with the same characters are alike."""
    vectors = np.full((len(texts), SIZE), 0.5, np.float32)
    for row, text in enumerate(texts):
        for character in text:
            vectors[row, ord(character) % SIZE] += 1
    return to_length_one(vectors)


def stored(articles: Sequence[Article], off_topic: Sequence[str] = ()) -> dict[bytes, bytes]:
    """Return the vectors of articles as the database gives them."""
    texts = texts_of(articles, off_topic)
    return dict(zip(texts, map(pack, by_characters(list(texts.values()))), strict=True))


@dataclass
class PretendEmbedder:
    """Notes what it is asked, and is broken, picky or slow as told."""

    model: str = "pretend"
    at_once: int = 4
    seen: list[str] = field(default_factory=list)
    calls: int = 0
    away: bool = False
    refuses: str = ""  # texts with this in them
    hangs: bool = False
    size: int = SIZE
    reason: str | None = None

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors by characters."""
        self.calls += 1
        self.seen.extend(texts)
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise ModelAway("away")
        if self.refuses and any(self.refuses in text for text in texts):
            raise ModelRefused("HTTP 400")
        vectors = by_characters(texts)
        return vectors if self.size == SIZE else np.ones((len(texts), self.size), np.float32)

    def reason_against(self) -> str | None:
        """Return the reason that was set."""
        return self.reason
