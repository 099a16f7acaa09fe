"""Times and days as they are typed into the office's forms."""

import re
from collections.abc import Sequence
from datetime import date

from bot.console.form import Form
from bot.domain.workdays import BadHours

SPANS = 4  # that a day may have
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_YEARS = range(2020, 2100)


def spans_in(form: Form) -> list[tuple[str, str]]:
    """Return the pairs of fields as they were typed."""
    return [
        (form.text(f"begins{number}", most=5), form.text(f"ends{number}", most=5)) for number in range(1, SPANS + 1)
    ]


def parse_spans(typed: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    """Return the pairs in minutes after midnight, without those left empty.

    Raises:
        BadHours: one isn't a time, or half of a pair is missing.
    """
    return [(_minutes(begins), _minutes(ends)) for begins, ends in typed if begins or ends]


def _minutes(written: str) -> int:
    found = _TIME.fullmatch(written)
    if found is None:
        raise BadHours
    return int(found[1]) * 60 + int(found[2])


def describe_spans(spans: Sequence[tuple[int, int]]) -> list[tuple[str, str]]:
    """Return pairs as fields show them, with empty ones to be filled in."""
    written = [(_clock(begins), _clock(ends)) for begins, ends in spans]
    return [*written, *[("", "")] * (SPANS - len(written))]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_day(written: str) -> date | None:
    """Return a day between 2020 and 2099, None for anything else."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day.year in _YEARS else None
