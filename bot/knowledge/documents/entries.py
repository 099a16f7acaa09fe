"""From what stands in a file to an article and back; both kinds of file share this.

A file holds all of an article: what it leaves empty is empty.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from bot.clock import TOWN
from bot.knowledge.staff import Say, say, words
from store.articles import Link, NewArticle, StoredArticle

FIELDS: Final = (
    "slug",
    "measure",
    "ours",
    "subject",
    "title",
    "answer",
    "samples",
    "links",
    "valid_from",
    "valid_until",
)
SHOWN: Final = ("status", "version")  # written for the reader's information, and not read back
MOST_SAMPLES: Final = 200
MOST_MEGABYTES: Final = 50  # of a file, packed or unpacked
MOST_ROWS: Final = 10_000
LONGEST_SAMPLE: Final = 200
LONGEST_TITLE: Final = 60
_LONGEST: Final = {"title": LONGEST_TITLE, "subject": 20, "answer": 2000}
_MOST_LINKS: Final = 10
MEASURES: Final = range(1, 24)
_LONGEST_SLUG: Final = 60
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LINK: Final = re.compile(r"\[([^<>\[\]]+)\]\((https?://[^\s\"<>]+)\)|([^<>]+?)\s+(https?://[^\s\"<>]+)")
_MOMENT: Final = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?(?:\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?")
_DAY: Final = timedelta(days=1)


class BadDocument(ValueError):
    """The file can't be taken as it is; the message has one line for each mistake."""


@dataclass(frozen=True, slots=True)
class Written:
    """One article as it stands in a file: where, and each field's text."""

    place: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one field of an article."""

    field: str
    says: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a file."""

    place: str
    article: NewArticle


def name_of(field: str) -> str:
    """Return what a field is called in files."""
    return words().fields[field]


def place(kind: str, **about: object) -> str:
    """Return where something stands, in words."""
    return words().places[kind].format(**about)


def read_entries(written: Sequence[Written]) -> list[Entry]:
    """Return the articles.

    Raises:
        BadDocument: one of them is wrong, or two are the same; every mistake is named.
    """
    mistakes: list[str] = []
    entries: list[Entry] = []
    for one in written:
        article, wrong = read_values(one.values)
        mistakes += [f"{one.place}：{mistake.says}" for mistake in wrong]
        entries.append(Entry(one.place, article))
    mistakes += find_repeated(entries)
    if not entries:
        mistakes.append(say(Say.NO_ARTICLES))
    if mistakes:
        raise BadDocument("\n".join(mistakes))
    return entries


def read_values(values: Mapping[str, str]) -> tuple[NewArticle, list[Mistake]]:
    """Return the article of these fields' texts, and every mistake in it."""
    return _Reading(values).article()


def write_values(article: StoredArticle) -> dict[str, str]:
    """Return each field's text, as `read_entries` takes it, and what is only shown."""
    shown = {"status": words().statuses[article.status], "version": str(article.version)}
    return write_content(article) | shown


def write_content(article: StoredArticle | NewArticle) -> dict[str, str]:
    """Return each field's text, as `read_entries` takes it."""
    return {
        "slug": article.slug,
        "measure": str(article.measure or ""),
        "ours": words().yes if article.ours else words().no,
        "subject": article.subject,
        "title": article.title,
        "answer": article.answer,
        "samples": "\n".join(article.samples),
        "links": "\n".join(f"{link.text} {link.url}" for link in article.links),
        "valid_from": _write_moment(article.valid_from, ends=False),
        "valid_until": _write_moment(article.valid_until, ends=True),
    }


def find_repeated(entries: Sequence[Entry]) -> list[str]:
    """Return what is wrong where two entries are the same article."""
    mistakes = []
    slugs: dict[str, str] = {}
    titles: dict[str, str] = {}
    for entry in entries:
        slug, title = entry.article.slug, entry.article.title
        if title and title in titles:
            mistakes.append(f"{entry.place}：{say(Say.SAME_TITLE, place=titles[title])}")
        elif slug in slugs:
            mistakes.append(f"{entry.place}：{say(Say.SAME_SLUG, value=slug, place=slugs[slug])}")
        slugs.setdefault(slug, entry.place)
        titles.setdefault(title, entry.place)
    return mistakes


class _Reading:
    """Reads one article and gathers what is wrong with it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {field: text.replace("\r\n", "\n").replace("\r", "\n").strip() for field, text in values.items()}
        self._mistakes: list[Mistake] = []

    def article(self) -> tuple[NewArticle, list[Mistake]]:
        """Return the article, and every mistake in it."""
        for field, text in self._values.items():
            if any(unicodedata.category(one) in {"Cc", "Cs"} for one in text if one not in "\n\t"):
                self._wrong(field, Say.CONTROL_CHARACTER, field=name_of(field))
        article = NewArticle(
            slug=self._slug(),
            ours=self._ours(),
            measure=self._measure(),
            subject=self._line("subject"),
            title=self._title(),
            answer=self._short("answer", self._text("answer")),
            links=self._links(),
            samples=self._samples(),
            valid_from=self._moment("valid_from"),
            valid_until=self._moment("valid_until"),
        )
        if article.measure is not None and not article.ours:
            self._wrong("measure", Say.MEASURE_OF_OTHERS)
        if article.valid_from and article.valid_until and article.valid_from >= article.valid_until:
            self._wrong("valid_until", Say.REVERSED)
        return article, self._mistakes

    def _wrong(self, at: str, what: Say, **about: object) -> None:
        self._mistakes.append(Mistake(at, say(what, **about)))

    def _text(self, field: str) -> str:
        return self._values.get(field, "")

    def _lines(self, field: str) -> list[str]:
        return [line.strip() for line in self._text(field).split("\n") if line.strip()]

    def _line(self, field: str) -> str:
        return self._short(field, " ".join(self._lines(field)))

    def _short(self, field: str, text: str) -> str:
        if len(text) > _LONGEST[field]:
            self._wrong(field, Say.TOO_LONG, field=name_of(field), length=len(text), most=_LONGEST[field])
        return text

    def _title(self) -> str:
        title = self._line("title")
        if not title:
            self._wrong("title", Say.NO_TITLE)
        return title

    def _slug(self) -> str:
        """Return the slug; people who have none to give get one made from the title."""
        slug = self._text("slug")
        if not slug:
            return f"t-{blake2b(self._text('title').encode('utf-8', 'replace'), digest_size=4).hexdigest()}"
        if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
            self._wrong("slug", Say.BAD_SLUG, value=slug, most=_LONGEST_SLUG)
        return slug

    def _ours(self) -> bool:
        said = self._text("ours")
        if said not in {"", words().yes, words().no}:
            self._wrong("ours", Say.BAD_YES_NO, field=name_of("ours"), value=said)
        return said != words().no

    def _measure(self) -> int | None:
        said = self._text("measure")
        if not said:
            return None
        if said.isascii() and said.isdigit() and len(said) < 3 and int(said) in MEASURES:
            return int(said)
        self._wrong("measure", Say.BAD_MEASURE, value=said)
        return None

    def _samples(self) -> tuple[str, ...]:
        samples = self._lines("samples")
        if len(samples) > MOST_SAMPLES:
            self._wrong("samples", Say.TOO_MANY, field=name_of("samples"), length=len(samples), most=MOST_SAMPLES)
        longest = max(map(len, samples), default=0)
        if longest > LONGEST_SAMPLE:
            self._wrong("samples", Say.TOO_LONG, field=name_of("samples"), length=longest, most=LONGEST_SAMPLE)
        return tuple(samples)

    def _links(self) -> tuple[Link, ...]:
        lines = self._lines("links")
        if len(lines) > _MOST_LINKS:
            self._wrong("links", Say.TOO_MANY, field=name_of("links"), length=len(lines), most=_MOST_LINKS)
        links = []
        for line in lines:
            if found := _LINK.fullmatch(line):
                links.append(Link((found[1] or found[3]).strip(), found[2] or found[4]))
            else:
                self._wrong("links", Say.BAD_LINK, value=line)
        return tuple(links)

    def _moment(self, field: str) -> datetime | None:
        said = self._text(field)
        if not said:
            return None
        try:
            return _read_moment(said, ends=field == "valid_until")
        except ValueError:
            self._wrong(field, Say.BAD_MOMENT, field=name_of(field), value=said)
            return None


def _read_moment(said: str, *, ends: bool) -> datetime:
    """Return a moment in town; a day alone begins with it, and ends after it."""
    found = _MOMENT.fullmatch(said)
    if found is None:
        raise ValueError(said)
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    microsecond = int((found[7] or "").ljust(6, "0"))
    moment = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=TOWN)
    return moment + _DAY if ends and found[4] is None else moment


def _write_moment(moment: datetime | None, *, ends: bool) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(TOWN).replace(tzinfo=None)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return (local - _DAY if ends else local).date().isoformat()
    return local.isoformat(" ", "auto" if local.second or local.microsecond else "minutes")
