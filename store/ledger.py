"""The ledger of erasures outside the database: a file that only grows and that no restored backup takes back.

One line an erasure: when, the citizen_id, why. It names nobody: the number leads to a person only in a backup that is
older than the line, and that is what it is for.
"""

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from store.erasures import Erasure

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\S+\+00:00) ([0-9a-f]{16}) (\S+)")
_MODE = 0o600


class Ledger:
    """The file. Lines that a crash has cut short don't count; several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Erasure]:
        """Return every entry, none if there is no file yet."""
        if not self._path.exists():
            return []
        found = map(_LINE.fullmatch, self._path.read_text("ascii", "replace").splitlines())
        return [Erasure(line[2], line[3], datetime.fromisoformat(line[1])) for line in found if line]

    def append(self, entries: Sequence[Erasure]) -> None:
        """Add entries; when this returns they are on the disk.

        Raises:
            OSError: the file can't be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{one.erased.isoformat()} {one.citizen_id} {one.cause}\n" for one in entries)
        with open(self._path, "a+b", opener=_open_private) as file:
            if _is_cut_short(file.fileno()):
                file.write(b"\n")
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, _MODE)


def _is_cut_short(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"
