"""The demo's invented people and what they did before the page is opened, as `story.toml` tells it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the office, with a place that can be chosen above the console."""

    name: str
    display: str
    preset: str
    role: str
    does: str
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """Words to answer with."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What went out to the public."""

    days_ago: float
    kind: str
    title: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article that waits for its approval."""

    slug: str
    title: str
    subject: str
    measure: int
    answer: str
    samples: Sequence[str]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What a citizen wrote so many hours ago."""

    ago: float
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All of it."""

    always_open: str  # why every day is a day of work
    colleagues: Sequence[Colleague]
    canned: Sequence[Canned]
    publications: Sequence[Publication]
    draft: Draft
    said: Sequence[Sentence]


def read_story() -> Story:
    """Return the story."""
    told: Mapping[str, Any] = tomllib.loads((files("bot.demo") / "story.toml").read_text(encoding="utf-8"))
    return Story(
        always_open=told["always_open"],
        colleagues=[Colleague(**one) for one in told["colleague"]],
        canned=[Canned(**one) for one in told["canned"]],
        publications=[Publication(**one) for one in told["publication"]],
        draft=Draft(**told["draft"]),
        said=[Sentence(**one) for one in told["said"]],
    )
