"""Structured logs, one JSON object a line, written by a thread of their own; openids are masked."""

import contextlib
import logging
import sys
import threading
import traceback
from collections import deque
from datetime import UTC, datetime
from typing import TextIO

import orjson

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECONDS_TOGETHER = 0.1
# Libraries whose lower lines quote requests or the values of statements: only their warnings are written, at any level.
TALKATIVE = ("aiohttp.access", "aiosqlite")


def mask(openid: str) -> str:
    """Return enough of an openid to tell two apart, too little to write to anybody."""
    return f"{openid[:4]}…{openid[-3:]}" if len(openid) > 10 else "…"


def without_words(error: BaseException) -> str:
    """Return where an error and its causes came from, with their types alone: their words may quote a citizen's."""
    links: dict[int, str] = {}
    link: BaseException | None = error
    while link is not None and id(link) not in links:
        links[id(link)] = "".join([*traceback.format_tb(link.__traceback__), type(link).__qualname__])
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(links.values())


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what `extra` brought."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(_extra(record))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class TextFormatter(logging.Formatter):
    """The same for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, or several with a traceback."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        details = _extra(record)
        trace = details.pop("traceback", None) or (self.formatException(record.exc_info) if record.exc_info else "")
        extra = " ".join(f"{name}={value}" for name, value in details.items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {extra}".rstrip()
        return f"{line}\n{trace}" if trace else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class _Later(logging.Handler):
    """Takes records without formatting them; a thread writes what came together, warnings at once.

    A thread that is woken for each record costs a message more time than the record itself.
    """

    def __init__(self, out: TextIO, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._out = out
        self._waiting: deque[logging.LogRecord] = deque()
        self._hurry = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="logs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._hurry.set()
        self._thread.join()

    def emit(self, record: logging.LogRecord) -> None:
        self._waiting.append(record)
        if record.levelno >= logging.WARNING:
            self._hurry.set()

    def _work(self) -> None:
        while not self._stopped:
            self._hurry.wait(_SECONDS_TOGETHER)
            self._hurry.clear()
            self._write()
        self._write()

    def _write(self) -> None:
        lines = []
        while self._waiting:
            record = self._waiting.popleft()
            try:
                lines.append(f"{self.format(record)}\n")
            except Exception:  # noqa: BLE001 - one record that can't be written must not take others with it
                self.handleError(record)
        if lines:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more: no reason to end
                self._out.write("".join(lines))
                self._out.flush()


class Logs:
    """Logging for one process, from `start` to `stop`."""

    def __init__(self, *, level: str, style: str) -> None:
        self._handler = _Later(sys.stderr, JsonFormatter() if style == "json" else TextFormatter())
        self._level = level

    def start(self) -> None:
        """Send everything that the process logs through the handler's thread."""
        _skip_what_nobody_reads()
        root = logging.getLogger()
        root.setLevel(self._level)
        root.addHandler(self._handler)
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._handler.start()

    def stop(self) -> None:
        """Write what waits and detach."""
        logging.getLogger().removeHandler(self._handler)
        self._handler.stop()


def _skip_what_nobody_reads() -> None:
    """Don't look up each record's calling line, thread and process (Python's logging HOWTO, Optimization)."""
    logging._srcfile = None
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False
