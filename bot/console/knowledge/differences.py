"""What two texts of an article have in common and what not, in pieces that a page can mark.

Chinese is compared character by character, Latin words and numbers whole. A single character that happens to be
the same amid what changed belongs to the change: "gone, new" reads better than a row of splinters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from bot.knowledge.documents.entries import FIELDS, name_of, write_content
from store.articles import NewArticle, StoredArticle

SAME: Final = "same"
GONE: Final = "gone"
NEW: Final = "new"
_TOKEN: Final = re.compile(r"[A-Za-z0-9]+|\s|.", re.DOTALL)
_SPLINTER: Final = 1  # tokens
_LISTS: Final = ("samples", "links")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text: `kind` is SAME, GONE or NEW."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one field; a list's pieces are whole lines."""

    field: str
    name: str
    is_list: bool
    pieces: Sequence[Piece]


def compare_articles(old: StoredArticle | NewArticle, new: StoredArticle | NewArticle) -> list[Change]:
    """Return the fields that differ, in the order in which files have them."""
    before, after = write_content(old), write_content(new)
    return [
        Change(
            field,
            name_of(field),
            is_list=field in _LISTS,
            pieces=(compare_lines if field in _LISTS else compare_texts)(before[field], after[field]),
        )
        for field in FIELDS
        if before[field] != after[field]
    ]


def compare_lines(old: str, new: str) -> list[Piece]:
    """Compare two lists; what only moved within them is no difference."""
    before, after = old.splitlines(), new.splitlines()
    gone = [Piece(GONE, line) for line in before if line not in set(after)]
    return gone + [Piece(SAME if line in set(before) else NEW, line) for line in after]


def compare_texts(old: str, new: str) -> list[Piece]:
    """Compare two texts word by word."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for gone, fresh, same in _runs(matcher, before, after):
        pieces += [Piece(kind, text) for kind, text in ((GONE, gone), (NEW, fresh), (SAME, same)) if text]
    return pieces


def _runs(matcher: SequenceMatcher[str], before: list[str], after: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is gone, what is new, and what follows them unchanged."""
    left = right = 0  # up to where it has been told
    for block in matcher.get_matching_blocks():
        is_end = block.size == 0
        is_splinter = block.size <= _SPLINTER and (block.a > left or block.b > right) and not is_end
        if is_splinter and block.a + block.size < len(before) and block.b + block.size < len(after):
            continue
        same = "".join(before[block.a : block.a + block.size])
        yield "".join(before[left : block.a]), "".join(after[right : block.b]), same
        left, right = block.a + block.size, block.b + block.size
