"""The business clock: real time plus an offset that tests and the demo set, never a live service."""

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

TOWN = ZoneInfo("Asia/Shanghai")


class Clock:
    """Tell the time. With `offset_file` (one number, seconds, replaced atomically) all processes of a test agree."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._offset = 0.0
        self._seen: tuple[int, int] | None = None

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """Return the present moment in Unix seconds."""
        if self._file is not None:
            self._reread()
        return time.time() + self._offset

    def _reread(self) -> None:
        """Read the file if it was replaced: a message written after the clock moved must find it moved here too."""
        assert self._file is not None
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._offset, self._seen = 0.0, None
            return
        seen = (status.st_ino, status.st_mtime_ns)
        if seen != self._seen:
            self._offset, self._seen = float(self._file.read_text()), seen
