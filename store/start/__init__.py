"""What every new installation starts with: answers, words that steer a talk, synonyms, off-topic sentences."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from store.articles import Link, NewArticle
from store.wordings import Wording

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


@dataclass(frozen=True, slots=True)
class PersonalWords:
    """What a name, an account, a door or a number plate begins or ends with."""

    introductions: Sequence[str]
    accounts: Sequence[str]
    doors: Sequence[str]
    plates: str
    surnames: str
    double_surnames: Sequence[str]


@dataclass(frozen=True, slots=True)
class SensitiveRule:
    """Patterns that speak for one kind; `strength` is firm, likely or word."""

    kind: str
    strength: str
    patterns: Sequence[str]


@dataclass(frozen=True, slots=True)
class SensitiveWords:
    """How sensitive messages are told from harmless ones; the patterns are explained in the file."""

    numerals: str
    negations: str
    spellings: Mapping[str, str]  # as written so as not to be noticed -> as usual
    groups: Mapping[str, Sequence[str]]
    harmless: Sequence[str]
    cues: Sequence[str]  # words without which no message is sensitive that no rule matches
    calls: Mapping[str, Sequence[str]]  # emergency number -> words that call for it
    rules: Sequence[SensitiveRule]
    examples: Mapping[str, Sequence[str]]  # kind or "harmless" -> what people write


@dataclass(frozen=True, slots=True)
class StaffWords:
    """What the parts of an article are called in files, and what is said of a mistake."""

    heading: str
    yes: str
    no: str
    fields: Mapping[str, str]
    statuses: Mapping[str, str]
    places: Mapping[str, str]
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OverviewWords:
    """What the month's workbook calls its sheets, rows and columns, and lines of the first page."""

    lines: Mapping[str, str]
    sheets: Mapping[str, str]
    summary: Mapping[str, str]
    days: Mapping[str, str]
    missed: Mapping[str, str]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditWords:
    """What the audit log's columns, actions and subjects are called."""

    columns: Mapping[str, str]
    nobody: Mapping[str, str]
    actions: Mapping[str, str]
    subjects: Mapping[str, str]


def read_articles() -> list[NewArticle]:
    """Return the starting articles; they are samples until a named person approves them."""
    return list(_articles())


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


def read_personal() -> PersonalWords:
    """Return what gives a person away in a message."""
    words = _read("personal.toml")
    return PersonalWords(**{**words, "surnames": words["surnames"].replace("\n", "")})


def read_sensitive() -> SensitiveWords:
    """Return the words of messages that a person must see at once."""
    words = _read("sensitive.toml")
    rules = [SensitiveRule(**rule) for rule in words["rules"]]
    return SensitiveWords(
        numerals=words["numerals"],
        negations=words["negations"],
        spellings=words["spellings"],
        groups=words["groups"],
        harmless=words["harmless"],
        cues=words["cues"],
        calls=words["calls"],
        rules=rules,
        examples=_read("sensitive_examples.toml"),
    )


def read_wordings() -> list[Wording]:
    """Return how names and slogans are written, and words that aren't used."""
    return [Wording(**entry) for entry in _read("wordings.toml")["wording"]]


def read_staff_words() -> StaffWords:
    """Return what is said to the people who keep the knowledge."""
    return StaffWords(**_read("staff.toml"))


def read_sign_in_words() -> Mapping[str, str]:
    """Return what staff are told about signing in and about each other."""
    return _read("sign_in.toml")


def read_overview_words() -> OverviewWords:
    """Return what is said about how things stand."""
    return OverviewWords(**_read("overview.toml"))


def read_audit_words() -> AuditWords:
    """Return what is said about the audit log."""
    return AuditWords(**_read("audit.toml"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / name).read_text("utf-8"))


@functools.cache
def _articles() -> tuple[NewArticle, ...]:
    return tuple(_article(entry) for name in _ARTICLE_FILES for entry in _read(f"articles/{name}.toml")["article"])


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
