"""Phones, card numbers and names made unreadable, until an officer asks to see them (and is written down for it)."""

import re
from collections.abc import Collection

_SEPARATORS = r"[ \-\u2010-\u2015./]?"
_NUMBER = re.compile(rf"(?<![0-9A-Za-z])\d(?:{_SEPARATORS}\d){{6,18}}[Xx]?(?![0-9A-Za-z])")
_TICKET_OR_DAY = re.compile(r"20\d{6}-\d{4}|(?:19|20)\d\d([\-./])\d\d?\1\d\d?", re.ASCII)
_PHONE_DIGITS = 11
_STARS = "****"


def mask_text(text: str, *, names: Collection[str] = (), known: Collection[str] = ()) -> str:
    """Return the text with every number of seven digits or more, and these names, made unreadable.

    Days, tickets and the `known` numbers (the office's own phone) stay.
    """
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, mask_name(name))
    figures_known = {_figures(number) for number in known}

    def mask(found: re.Match[str]) -> str:
        is_harmless = _figures(found[0]) in figures_known or _TICKET_OR_DAY.fullmatch(found[0])
        return found[0] if is_harmless else mask_number(found[0])

    return _NUMBER.sub(mask, text)


def mask_number(number: str) -> str:
    """Return the first three figures and the last: four of a phone, two of anything else."""
    figures = _figures(number)
    shown = 4 if len(figures) == _PHONE_DIGITS else 2
    return f"{figures[:3]}{_STARS}{figures[-shown:]}"


def mask_name(name: str) -> str:
    """Return a name's first character and stars."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _figures(number: str) -> str:
    return "".join(one for one in number if one.isalnum())
