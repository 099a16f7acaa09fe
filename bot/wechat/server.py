"""How the HTTP server must be set up so that strangers can neither make it inflate bodies nor fill the log."""

import logging
from typing import TypedDict

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError


class ServerOptions(TypedDict):
    """Keyword arguments of `web.AppRunner` and of `web.Server` alike."""

    access_log: None
    auto_decompress: bool
    logger: logging.Logger


class _OneLine(logging.Filter):
    """What isn't HTTP is a stranger's fault, not ours: one line will do, where aiohttp writes a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError | RequestPayloadError):
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.cause = type(error).__name__
        return True


_ONE_LINE = _OneLine()


def server_options() -> ServerOptions:
    """Return the options; aiohttp's own access log is off, since it costs two fifths of the throughput."""
    logger = logging.getLogger("wenming.http")
    logger.addFilter(_ONE_LINE)
    return {"access_log": None, "auto_decompress": False, "logger": logger}
