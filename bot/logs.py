"""Structured logs, one JSON object a line, written by a thread of their own; openids are masked."""

import logging
import logging.handlers
import queue
import sys
from datetime import UTC, datetime

import orjson

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def mask(openid: str) -> str:
    """Return enough of an openid to tell two apart, too little to write to anybody."""
    return f"{openid[:4]}…{openid[-3:]}" if len(openid) > 10 else "…"


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
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {extra}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


class _Queue(logging.handlers.QueueHandler):
    """Pass records on unformatted: formatting is the other thread's work."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


class Logs:
    """Logging for one process, from `start` to `stop`."""

    def __init__(self, *, level: str, style: str) -> None:
        waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        out = logging.StreamHandler(sys.stderr)
        out.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
        self._handler = _Queue(waiting)
        self._listener = logging.handlers.QueueListener(waiting, out)
        self._level = level

    def start(self) -> None:
        """Send everything that the process logs through the queue."""
        _skip_what_nobody_reads()
        root = logging.getLogger()
        root.setLevel(self._level)
        root.addHandler(self._handler)
        logging.getLogger("aiohttp.access").disabled = True
        self._listener.start()

    def stop(self) -> None:
        """Write what waits and detach."""
        logging.getLogger().removeHandler(self._handler)
        self._listener.stop()


def _skip_what_nobody_reads() -> None:
    """Don't look up each record's calling line, thread and process (Python's logging HOWTO, Optimization)."""
    logging._srcfile = None
    logging.logThreads = False
    logging.logProcesses = False
    logging.logMultiprocessing = False
