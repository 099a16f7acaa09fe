"""What the account keeps for good: permanent material, article pictures, drafts and published articles."""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.media import Medium
from bot.sandbox.wire import Json


@dataclass
class Draft:
    """One bundle of articles in the drafts box."""

    media_id: str
    articles: list[Json]
    updated: float


@dataclass
class Publication:
    """A publishing task; `status` is WeChat's number, 1 while it runs. `removed` counts articles from 1."""

    publish_id: str
    article_id: str
    articles: list[Json]
    at: float
    status: int = 1
    removed: set[int] = field(default_factory=set)

    @property
    def standing(self) -> list[tuple[int, Json]]:
        """The articles that can be read, with their numbers."""
        numbered = enumerate(self.articles, 1)
        return [(number, article) for number, article in numbered if number not in self.removed]


def _publish_numbers() -> Iterator[int]:
    return itertools.count(2_247_483_649)


@dataclass
class Library:
    """`pages` are the article pages that citizens can open, by their last part."""

    material: dict[str, Medium] = field(default_factory=dict)
    descriptions: dict[str, Json] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    pages: dict[str, Json] = field(default_factory=dict)
    publish_numbers: Iterator[int] = field(default_factory=_publish_numbers)

    def keep(self, articles: list[Json], *, now: float) -> Draft:
        """A new draft."""
        draft = Draft(secrets.token_urlsafe(48), articles, now)
        self.drafts[draft.media_id] = draft
        return draft

    def open_page(self, article: Json) -> str:
        """Give an article a page of its own; the answer is the page's path."""
        name = secrets.token_urlsafe(16)
        self.pages[name] = article
        return f"/s/{name}"

    def close_page(self, address: str) -> None:
        self.pages.pop(address.rpartition("/")[2], None)

    def published(self, article_id: object) -> Publication | None:
        """The publication under an article_id, unless all of it was deleted."""
        found = next((one for one in self.publications.values() if one.article_id == article_id), None)
        return found if found and found.status == 0 and found.standing else None
