"""Groups of words that the office keeps because citizens use them for the same thing."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.knowledge.normalise import spell_plainly
from bot.knowledge.tokens import pieces

MARK: Final = "="  # begins a group's token; a normalised text has none


class Synonyms:
    """Names, for a normalised text, the groups whose words occur in it.

    A group counts as one more token on both sides, so a text that uses one word of it meets a text that uses another.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._by_first_piece: dict[str, list[tuple[str, str]]] = {}
        for number, words in enumerate(groups):
            for word in filter(None, map(spell_plainly, words)):
                self._by_first_piece.setdefault(pieces(word)[0], []).append((word, f"{MARK}{number}"))

    def groups_in(self, text: str, parts: Iterable[str]) -> list[str]:
        """Return the tokens of the groups; `parts` are the pieces of `text`."""
        by_first = self._by_first_piece
        found = [pair for part in parts if part in by_first for pair in by_first[part]]
        return list({token: None for word, token in found if word in text})
