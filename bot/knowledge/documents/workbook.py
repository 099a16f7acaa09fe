"""Articles in a spreadsheet (.xlsx): one a row under a row of names, questions and links a line each.

Every cell is written as text, never as a formula. A file is looked at as an archive before anything of it is unpacked:
its size, and that no part of it declares entities.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter import Workbook

from bot.knowledge.documents.entries import (
    FIELDS,
    MOST_MEGABYTES,
    MOST_ROWS,
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

_MEGABYTE: Final = 1024 * 1024
_MOST_PARTS: Final = 500
_MOST_COLUMNS: Final = 40
_FORMULA: Final = "\0formula"  # no cell can hold this
_LONGEST_CELL: Final = 32_767  # a limit of the format's
_WIDTHS: Final = {"title": 28, "answer": 70, "samples": 36, "links": 30, "slug": 18}
_DECLARATIONS: Final = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_BROKEN: Final = (InvalidFileException, zipfile.BadZipFile, LookupError, ValueError, TypeError, AttributeError, OSError)


def read_workbook(content: bytes) -> list[Entry]:
    """Return the articles of the first sheet.

    Raises:
        BadDocument: with every mistake and its row, or what is wrong with the file.
    """
    _look_inside(content)
    try:
        rows = list(_rows(content))
    except BadDocument:
        raise
    except (*_BROKEN, SyntaxError) as broken:  # openpyxl raises whatever the broken part led to
        raise BadDocument(say(Say.UNREADABLE)) from broken
    if not rows:
        raise BadDocument(say(Say.NO_ARTICLES))
    columns = _columns(rows[0][1])
    return _read(rows[1:], columns)


def write_workbook(articles: Sequence[StoredArticle]) -> bytes:
    """Return a file that `read_workbook` takes back unchanged.

    Raises:
        BadDocument: a text is too long for a cell.
    """
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(words().heading)
    bold = book.add_format({"bold": True, "bg_color": "#EDEDED"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for column, field in enumerate((*FIELDS, *SHOWN)):
        sheet.set_column(column, column, _WIDTHS.get(field, 12))
        sheet.write_string(0, column, name_of(field), bold)
    for row, article in enumerate(articles, 1):
        for column, (field, text) in enumerate(_cells(article)):
            if len(text) > _LONGEST_CELL:
                raise BadDocument(say(Say.TOO_LONG_FOR_A_CELL, value=article.slug, field=name_of(field)))
            sheet.write_string(row, column, text, wrapped)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()


def _cells(article: StoredArticle) -> Iterator[tuple[str, str]]:
    values = write_values(article)
    return ((field, values[field]) for field in (*FIELDS, *SHOWN))


def _look_inside(content: bytes) -> None:
    too_large = say(Say.TOO_LARGE, most=MOST_MEGABYTES, rows=MOST_ROWS)
    if len(content) > MOST_MEGABYTES * _MEGABYTE:
        raise BadDocument(too_large)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_MEGABYTES * _MEGABYTE:
                raise BadDocument(too_large)
            if any(_declares_entities(archive, part) for part in parts):
                raise BadDocument(say(Say.SUSPICIOUS))
    except BadDocument:
        raise
    except (*_BROKEN, NotImplementedError, RuntimeError, EOFError, zlib.error) as broken:
        raise BadDocument(say(Say.UNREADABLE)) from broken


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Tell whether a part holds what an XML bomb needs; the archive unpacks no more than a part says it has."""
    return any(word in archive.read(part) for word in _DECLARATIONS)


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that isn't empty: its number and its texts."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=_MOST_COLUMNS), 1):
            texts = [_text(cell.value) for cell in row]
            if any(texts):
                if number > MOST_ROWS + 1:
                    raise BadDocument(say(Say.TOO_LARGE, most=MOST_MEGABYTES, rows=MOST_ROWS))
                for column, cell in enumerate(row):
                    if cell.data_type == "f":
                        texts[column] = _FORMULA
                yield number, texts
    finally:
        book.close()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "auto")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return words().yes if value else words().no
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _columns(names: Sequence[str]) -> dict[str, int]:
    """Return where each field stands; all of them must be there, so that none is emptied by mistake."""
    known = {name_of(field): field for field in (*FIELDS, *SHOWN)}
    row = place("row", number=1)
    mistakes = []
    columns: dict[str, int] = {}
    for column, name in enumerate(names):
        if name and name not in known:
            mistakes.append(f"{row}：{say(Say.UNKNOWN_FIELD, value=name, known='、'.join(known))}")
        elif name and known[name] in columns:
            mistakes.append(f"{row}：{say(Say.TWICE, value=name)}")
        elif name:
            columns[known[name]] = column
    if missing := [name_of(field) for field in FIELDS if field not in columns]:
        mistakes.append(f"{row}：{say(Say.MISSING_COLUMNS, value='、'.join(missing))}")
    if mistakes:
        raise BadDocument("\n".join(mistakes))
    return columns


def _read(rows: Sequence[tuple[int, list[str]]], columns: dict[str, int]) -> list[Entry]:
    mistakes = []
    written = []
    for number, texts in rows:
        row = place("row", number=number)
        values = {field: texts[column] for field, column in columns.items() if field in FIELDS}
        for field, text in values.items():
            if text == _FORMULA:
                mistakes.append(f"{row}：{say(Say.FORMULA, field=name_of(field))}")
                values[field] = ""
        if any(values.values()):
            written.append(Written(row, values))
    try:
        entries = read_entries(written)
    except BadDocument as wrong:
        mistakes.append(str(wrong))
    if mistakes:
        raise BadDocument("\n".join(mistakes))
    return entries
