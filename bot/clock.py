"""The business clock: real time plus an offset that tests and the demo set, never a live service."""

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

TOWN = ZoneInfo("Asia/Shanghai")
_REREAD_SECONDS = 0.2


class Clock:
    """Tell the time. With `offset_file` (one number, seconds, replaced atomically) all processes of a test agree."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._offset = 0.0
        self._read_at = -1.0

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """Return the present moment in Unix seconds."""
        if self._file is not None:
            self._reread()
        return time.time() + self._offset

    def _reread(self) -> None:
        at = time.monotonic()
        if 0 <= at - self._read_at < _REREAD_SECONDS:
            return
        assert self._file is not None
        self._read_at = at
        self._offset = float(self._file.read_text()) if self._file.exists() else 0.0
