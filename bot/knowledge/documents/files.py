"""Reading and writing these documents on disk; the spreadsheet libraries are loaded only for spreadsheets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bot.knowledge.documents.entries import MOST_MEGABYTES, MOST_ROWS, BadDocument, Entry, find_repeated
from bot.knowledge.documents.markdown import read_markdown, write_markdown
from bot.knowledge.staff import Say, say
from store.articles import StoredArticle

_MARKDOWN: Final = frozenset({".md", ".markdown"})
_WORKBOOK: Final = ".xlsx"
_ZIP: Final = b"PK\x03\x04"


def read_documents(path: Path) -> list[Entry]:
    """Return the articles of a file, or of all files of a folder, sorted by name.

    Raises:
        BadDocument: with every mistake of every file.
        OSError: a file can't be read.
    """
    files = sorted(file for file in path.iterdir() if _is_ours(file)) if path.is_dir() else [path]
    entries: list[Entry] = []
    mistakes: list[str] = []
    for file in files:
        try:
            entries += [Entry(f"{file.name} {entry.place}", entry.article) for entry in _read(file)]
        except BadDocument as wrong:
            mistakes += [f"{file.name}：{line}" for line in str(wrong).splitlines()]
    mistakes += find_repeated(entries)
    if mistakes or not files:
        raise BadDocument("\n".join(mistakes) or say(Say.NO_ARTICLES))
    return entries


def read_upload(content: bytes) -> list[Entry]:
    """Return the articles of a file that came over the network; what it is, its content tells.

    Raises:
        BadDocument: with every mistake.
    """
    if content.startswith(_ZIP):
        from bot.knowledge.documents.workbook import read_workbook  # a tenth of a second to load

        return read_workbook(content)
    try:
        return read_markdown(_decode(content))
    except UnicodeDecodeError:
        raise BadDocument(say(Say.UNKNOWN_FORMAT)) from None


def write_download(kind: str, articles: Sequence[StoredArticle]) -> bytes:
    """Return a file with articles: `md` or `xlsx`.

    Raises:
        BadDocument: a text doesn't fit into a spreadsheet.
    """
    if kind == "md":
        return write_markdown(articles).encode()
    from bot.knowledge.documents.workbook import write_workbook  # a tenth of a second to load

    return write_workbook(articles)


def write_document(path: Path, articles: Sequence[StoredArticle]) -> None:
    """Write articles in the format that the file's ending names.

    Raises:
        BadDocument: it names none, or a text doesn't fit into a spreadsheet.
        OSError: the file can't be written.
    """
    if path.suffix.lower() in _MARKDOWN:
        path.write_text(write_markdown(articles), "utf-8")
    elif path.suffix.lower() == _WORKBOOK:
        from bot.knowledge.documents.workbook import write_workbook  # a tenth of a second to load

        path.write_bytes(write_workbook(articles))
    else:
        raise BadDocument(f"{path.name}：{say(Say.UNKNOWN_FORMAT)}")


def read_text(path: Path) -> str:
    """Return a text in UTF-8 or, as older Windows programs write it, GB 18030."""
    content = _content(path)
    try:
        return _decode(content)
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _read(file: Path) -> list[Entry]:
    if file.suffix.lower() in _MARKDOWN:
        return read_markdown(read_text(file))
    if file.suffix.lower() == _WORKBOOK:
        from bot.knowledge.documents.workbook import read_workbook  # a tenth of a second to load

        return read_workbook(_content(file))
    raise BadDocument(say(Say.UNKNOWN_FORMAT))


def _is_ours(file: Path) -> bool:
    return file.suffix.lower() in {*_MARKDOWN, _WORKBOOK} and not file.name.startswith(("~$", "."))


def _content(file: Path) -> bytes:
    if file.stat().st_size > MOST_MEGABYTES * 1024**2:
        raise BadDocument(say(Say.TOO_LARGE, most=MOST_MEGABYTES, rows=MOST_ROWS))
    return file.read_bytes()
