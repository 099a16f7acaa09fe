"""Articles in Markdown: a `##` section each, with a list of its fields, the answer, and the questions under a `###`.

A line of an answer that begins with # or a backslash gets a backslash before it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.knowledge.documents.entries import (
    FIELDS,
    SHOWN,
    BadDocument,
    Entry,
    Written,
    name_of,
    place,
    read_entries,
    write_values,
)
from bot.knowledge.staff import Say, say, words
from store.articles import StoredArticle

_LISTS: Final = ("samples", "links")  # under a ### of their own, an item a line
_HEADED: Final = tuple(name for name in FIELDS if name not in ("title", "answer", *_LISTS))
_FIELD: Final = re.compile(r"[-*]\s*([^:\uff1a]*?)\s*[:\uff1a]\s*(.*?)\s*")  # with a full-width colon, too
_ITEM: Final = re.compile(r"\s*(?:[-*]\s+)?(.*?)\s*")


def read_markdown(text: str) -> list[Entry]:
    """Return the articles of a file.

    Raises:
        BadDocument: with every mistake and its line.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    mistakes: list[str] = []
    sections = [_Section(number, title, body, mistakes) for number, title, body in _split(lines)]
    written = [section.read() for section in sections]
    try:
        entries = read_entries(written)
    except BadDocument as wrong:
        mistakes.append(str(wrong))
    if mistakes:
        raise BadDocument("\n".join(mistakes))
    return entries


def write_markdown(articles: Sequence[StoredArticle]) -> str:
    """Return a file that `read_markdown` takes back unchanged."""
    return "\n\n".join([f"# {words().heading}", *map(_write, articles)]) + "\n"


def _write(article: StoredArticle) -> str:
    values = write_values(article)
    head = [f"- {name_of(name)}：{values[name]}".rstrip() for name in (*_HEADED, *SHOWN)]
    parts = [f"## {article.title}", "\n".join(head)]
    if article.answer:
        parts.append(
            "\n".join(f"\\{line}" if line.startswith(("#", "\\")) else line for line in _lines(article.answer))
        )
    parts += [_write_list(name, values[name]) for name in _LISTS if values[name]]
    return "\n\n".join(parts)


def _write_list(name: str, items: str) -> str:
    return "\n".join([f"### {name_of(name)}", "", *(f"- {item}" for item in _lines(items))])


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _split(lines: Sequence[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield each section's line number, title and lines; what stands before the first one is for people."""
    title, start, body = "", 0, list[str]()
    for number, line in enumerate(lines, 1):
        if line.startswith(("## ", "# ")) or line.rstrip() in {"#", "##"}:
            if start:
                yield start, title, body
            title, start, body = line.lstrip("#").strip(), number if line.startswith("##") else 0, []
        else:
            body.append(line)
    if start:
        yield start, title, body


@dataclass(slots=True)
class _Section:
    """One `##` section; mistakes of its shape go into `mistakes`."""

    number: int
    title: str
    lines: Sequence[str]
    mistakes: list[str]
    values: dict[str, str] = field(default_factory=dict, init=False)

    def read(self) -> Written:
        """Return the fields' texts."""
        self.values["title"] = self.title
        first = self._read_head()
        current, texts = "answer", {"answer": list[str]()}
        for line in self.lines[first:]:
            if line.startswith("### "):
                current = self._list_named(line.removeprefix("### ").strip())
                texts.setdefault(current, [])
            elif current == "answer":
                texts[current].append(line.removeprefix("\\") if line.startswith(("\\#", "\\\\")) else line)
            elif (found := _ITEM.fullmatch(line)) is not None:
                texts[current].append(found[1])
        self.values.update({name: "\n".join(lines) for name, lines in texts.items() if name in FIELDS})
        return Written(self._place(), self.values)

    def _read_head(self) -> int:
        """Read the list of fields, which ends with an empty line; return where the rest begins."""
        names = {name_of(name): name for name in (*_HEADED, *SHOWN)}
        begun = False
        for at, line in enumerate(self.lines):
            if not line.strip() and not begun:
                continue
            if not line.startswith(("- ", "* ", "-", "*")):
                return at
            begun = True
            found = _FIELD.fullmatch(line)
            name = names.get(found[1]) if found else None
            if found is None or name is None:
                self._wrong(Say.UNKNOWN_FIELD, value=found[1] if found else line.strip(), known="、".join(names))
            elif name in self.values:
                self._wrong(Say.TWICE, value=found[1])
            elif name not in SHOWN:
                self.values[name] = found[2]
        return len(self.lines)

    def _list_named(self, heading: str) -> str:
        names = {name_of(name): name for name in _LISTS}
        if heading not in names:
            self._wrong(Say.UNKNOWN_SECTION, value=heading, known="、".join(names))
        return names.get(heading, "")

    def _wrong(self, what: Say, **about: object) -> None:
        self.mistakes.append(f"{self._place()}：{say(what, **about)}")

    def _place(self) -> str:
        return place("section", number=self.number, title=self.title)
