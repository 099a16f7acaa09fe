"""Looking for words wherever a service can have put them: tables, files, backups, in the encodings that hide them."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text

from store.database import Connection
from store.sealing import CannotOpen, Seal


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing to look for, in every form that we know of."""

    name: str
    forms: tuple[bytes, ...]

    def is_in(self, hay: bytes) -> bool:
        """Tell whether it is there in any form; hexadecimal digits may be of either case."""
        return any(form in hay for form in self.forms)


def needle(name: str, words: str) -> Needle:
    """Return what to look for: UTF-8, UTF-16, hexadecimal, base64 at each of its three places, JSON and URL escapes."""
    raw = words.encode()
    hexed = raw.hex().encode()
    escaped = json.dumps(words)[1:-1].encode()
    forms = [raw, words.encode("utf-16-le"), hexed, hexed.upper(), escaped, quote(words).encode()]
    for places in range(3):
        # What stands before and after changes the first and the last letters: these are left out.
        start = -(-places * 8 // 6)
        coded = base64.b64encode(b"\0" * places + raw)[start : (places + len(raw)) * 8 // 6]
        forms += [coded, coded.translate(bytes.maketrans(b"+/", b"-_"))]
    return Needle(name, tuple(dict.fromkeys(forms)))


def found_in(needles: Iterable[Needle], hay: bytes) -> set[str]:
    """Return the names of what is there."""
    return {one.name for one in needles if one.is_in(hay)}


def search_tables(conn: Connection, needles: Sequence[Needle], seal: Seal) -> dict[str, set[str]]:
    """Look into every column of every table that the database has; what is sealed is opened first."""
    found: dict[str, set[str]] = {}
    for table in inspect(conn).get_table_names():
        for row in conn.execute(text(f'SELECT * FROM "{table}"')).mappings():
            for column, cell in row.items():
                for hay in _readings(cell, seal):
                    if there := found_in(needles, hay):
                        found.setdefault(f"{table}.{column}", set()).update(there)
    return found


def _readings(cell: object, seal: Seal) -> Iterator[bytes]:
    if isinstance(cell, bytes | memoryview):
        yield bytes(cell)
        try:
            yield seal.open(bytes(cell)).encode("utf-8", "surrogatepass")
        except CannotOpen:
            return
    else:
        yield str(cell).encode("utf-8", "surrogatepass")


def search_files(folder: Path, needles: Sequence[Needle]) -> dict[str, set[str]]:
    """Look into every file, and into their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    hays = {str(path.relative_to(folder)): path.read_bytes() + path.name.encode() for path in files}
    return {name: there for name, hay in hays.items() if (there := found_in(needles, hay))}


_COPY = re.compile(r"^COPY (\S+) ", re.MULTILINE)


def tables_in_dump(dump: str) -> set[str]:
    """Return the tables whose rows a dump of PostgreSQL's holds, to see that it is one."""
    return {name.removeprefix("public.") for name in _COPY.findall(dump)}
