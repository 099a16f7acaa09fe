"""The sandbox's notion of time: real time plus an offset that a file may share with the service."""

import os
import tempfile
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

CHINA = timezone(timedelta(hours=8))


class SandboxClock:
    """Answers the time in seconds since 1970; the offset lives in the file when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._offset = 0.0
        self._seen: tuple[int, int, int] | None = None

    @property
    def offset(self) -> float:
        """Seconds added to real time; a missing file means none."""
        if self._path is None:
            return self._offset
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._seen = None
            return 0.0
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen != self._seen:
            self._offset = float(self._path.read_text(encoding="utf-8").strip() or "0")
            self._seen = seen
        return self._offset

    def now(self) -> float:
        return time.time() + self.offset

    def set_offset(self, seconds: float) -> None:
        """Move the clock; the file is replaced whole, so no reader ever sees half a number."""
        if self._path is None:
            self._offset = seconds
            return
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name, suffix=".new")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{seconds!r}\n")
        Path(name).replace(self._path)


def iso(seconds: float) -> str:
    """The instant as an ISO text in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def china_day(seconds: float) -> str:
    """The calendar day in China, by which WeChat counts its quotas."""
    return datetime.fromtimestamp(seconds, CHINA).date().isoformat()
