"""The month as a workbook with three sheets. Citizens' words are written as text: no cell is ever a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlsxwriter import Workbook

from bot.domain.daily import Totals
from store.start import OverviewWords, read_overview_words

if TYPE_CHECKING:
    from bot.console.overview.month import MonthView

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DAY_FIGURES = ("messages", "answered", "offered", "refused", "followed", "left")
_WIDTH = 16
_WIDE = 60

Cell = str | int | float | None


def write_month(view: MonthView) -> bytes:
    """Return the file."""
    words = read_overview_words()
    out = io.BytesIO()
    with Workbook(out, _OPTIONS) as book:
        _add_sheet(book, words.sheets["summary"], _summary(view, words), head=False, widths=(30, _WIDTH))
        _add_sheet(book, words.sheets["days"], _days(view, words), widths=(_WIDTH,) * (1 + len(_DAY_FIGURES)))
        _add_sheet(book, words.sheets["missed"], _missed(view, words), widths=(8, 12, _WIDE, _WIDTH))
    return out.getvalue()


def _summary(view: MonthView, words: OverviewWords) -> list[list[Cell]]:
    total = view.total
    values: dict[str, Cell] = {
        "month": view.month.name,
        **{name: getattr(total, name) for name in _DAY_FIGURES},
        "share": None if total.share is None else round(total.share, 4),
        "person": view.asked_for_person,
        "claimed": view.claimed,
        "median": None if view.median is None else round(view.median),
        "publications": view.publications,
    }
    return [[label, values[name]] for name, label in words.summary.items()]


def _days(view: MonthView, words: OverviewWords) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[*words.days.values()]]
    rows += [[day.isoformat(), *_figures(totals)] for day, totals in view.days]
    return rows


def _figures(totals: Totals) -> list[Cell]:
    return [getattr(totals, name) for name in _DAY_FIGURES]


def _missed(view: MonthView, words: OverviewWords) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[*words.missed.values()]]
    for place, one in enumerate(view.missed, start=1):
        state = words.states["open" if one.is_open else "settled"]
        rows.append([place, one.count, one.question or words.states["gone"], state])
    return rows


def _add_sheet(
    book: Workbook, name: str, rows: Sequence[Sequence[Cell]], *, widths: Sequence[int], head: bool = True
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            style = bold if (number == 0 if head else column == 0) else None
            if isinstance(cell, str):
                sheet.write_string(number, column, cell, style)
            elif cell is not None:
                sheet.write_number(number, column, cell, style)
    if head:
        sheet.freeze_panes(1, 0)
