"""The audit log as a file, for inspectors: CSV that Excel opens, or a workbook. No cell is ever a formula."""

import csv
import io
from collections.abc import Mapping, Sequence

import xlsxwriter

from bot.clock import TOWN
from store.audit import Line
from store.start import AuditWords

FORMATS: Mapping[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class AuditFile:
    """Writes lines with the names of people, actions and subjects."""

    def __init__(self, people: Mapping[int, str], words: AuditWords) -> None:
        self._people = people
        self._words = words

    def write(self, kind: str, lines: Sequence[Line]) -> bytes:
        """Return the file's content."""
        return self._csv(lines) if kind == "csv" else self._workbook(lines)

    def _csv(self, lines: Sequence[Line]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self._words.columns.values())
        writer.writerows([_harmless(cell) for cell in self._cells(line)] for line in lines)
        return out.getvalue().encode("utf-8-sig")

    def _workbook(self, lines: Sequence[Line]) -> bytes:
        out = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(out, {**options, "strings_to_numbers": False}) as workbook:
            sheet = workbook.add_worksheet()
            sheet.freeze_panes(1, 0)
            for number, row in enumerate([list(self._words.columns.values()), *map(self._cells, lines)]):
                for column, cell in enumerate(row):
                    sheet.write_string(number, column, cell)
        return out.getvalue()

    def _cells(self, line: Line) -> list[str]:
        return [
            str(line.id),
            f"{line.happened.astimezone(TOWN):%Y-%m-%d %H:%M:%S}",
            self._who(line),
            self._words.actions.get(line.action, line.action),
            self._words.subjects.get(line.subject, line.subject),
            line.subject_id,
            line.detail,
            line.citizen,
            line.address,
        ]

    def _who(self, line: Line) -> str:
        if line.staff_id is not None:
            return self._people.get(line.staff_id, str(line.staff_id))
        return self._words.nobody["stranger" if line.address else "system"]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
