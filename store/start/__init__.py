"""What every new installation starts with: answers, words that steer a talk, synonyms, off-topic sentences."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from store.articles import Link, NewArticle

# In the order of the work plan's chapters, then the account itself, then what others are there for.
_ARTICLE_FILES = ("learning", "city", "people", "communities", "projects", "office", "elsewhere")


@dataclass(frozen=True, slots=True)
class FollowUps:
    """How a question begins or ends that leaves out what it is about."""

    openings: Sequence[str]
    closings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What a whole message may say (`phrases`), or hold somewhere (`contains`), to mean one thing."""

    phrases: Mapping[str, str]  # phrase -> meaning
    contains: Mapping[str, str]
    endings: str  # particles that change nothing at the end of a phrase
    follow_ups: FollowUps
    connectors: Sequence[str]  # how a further question begins


def read_articles() -> list[NewArticle]:
    """Return the starting articles; they are samples until a named person approves them."""
    return [_article(entry) for name in _ARTICLE_FILES for entry in _read(f"articles/{name}.toml")["article"]]


def read_words() -> Words:
    """Return the phrases people really say, by meaning."""
    meanings = _read("words.toml")
    endings, connectors, follow_ups = (meanings.pop(name) for name in ("endings", "connectors", "follow_ups"))
    phrases = {phrase: name for name, entry in meanings.items() for phrase in entry.get("phrases", ())}
    contains = {phrase: name for name, entry in meanings.items() for phrase in entry.get("contains", ())}
    bare = FollowUps(follow_ups["openings"], tuple(follow_ups["closings"]))
    return Words(phrases, contains, endings, bare, connectors)


def read_off_topic() -> Sequence[str]:
    """Return sentences that no article should answer."""
    return tuple(_read("off_topic.toml")["sentences"])


def read_synonyms() -> Sequence[Sequence[str]]:
    """Return groups of words that mean the same here."""
    return tuple(tuple(group) for group in _read("synonyms.toml")["groups"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / name).read_text("utf-8"))


def _article(entry: Mapping[str, Any]) -> NewArticle:
    return NewArticle(
        slug=entry["slug"],
        ours=entry.get("ours", True),
        measure=entry.get("measure"),
        subject=entry.get("subject", ""),
        title=entry["title"],
        answer=entry["answer"].strip(),
        links=tuple(Link(link["text"], link["url"]) for link in entry.get("links", ())),
        samples=tuple(entry["samples"]),
    )
