"""What went over the wire: the last exchanges for people, the last API calls for assertions."""

import itertools
import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.clock import iso
from bot.sandbox.wire import Json, MalformedXml, from_xml

EXCHANGES_KEPT = 500
CALLS_KEPT = 10_000
SHOWN_CHARACTERS = 20_000

SECRET = re.compile(r"""\b((?:access_token|refresh_token|secret|appsecret)["']?\s*[=:]\s*["']?)([\w-]+)""")
ROBOT_KEY = re.compile(r"((?<=[?&])key=)([^&#]+)")
SEALED = re.compile(r"""(<Encrypt><!\[CDATA\[|"Encrypt":\s*")([\w+/]{24})[\w+/=]+""")


@dataclass
class Exchange:
    """One HTTP request and its answer; `opened_…` are the decrypted texts. Made readable only when looked at."""

    id: int
    at: float
    direction: Literal["push", "api"]
    method: str
    url: str
    openid: str | None = None
    request: str = ""
    opened_request: str = ""
    status: int | None = None
    milliseconds: float | None = None
    response: str = ""
    opened_response: str = ""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "at": iso(self.at),
            "direction": self.direction,
            "method": self.method,
            "url": ROBOT_KEY.sub(_shortened, _masked(self.url)),
            "status": self.status,
            "milliseconds": self.milliseconds,
            "request": _readable(self.request, self.opened_request),
            "response": _readable(self.response, self.opened_response),
            "note": "; ".join(self.notes) or None,
            "openid": self.openid,
        }


@dataclass(frozen=True)
class CallRecord:
    """One API call as the service made it."""

    at: float
    path: str
    query: dict[str, str]
    json: Any
    errcode: int | None

    def as_json(self) -> Json:
        return {**vars(self), "at": iso(self.at)}


class Journal:
    """Rings of exchanges and calls."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._exchanges: deque[Exchange] = deque(maxlen=EXCHANGES_KEPT)
        self._calls: deque[CallRecord] = deque(maxlen=CALLS_KEPT)

    def open(
        self, direction: Literal["push", "api"], method: str, url: str, *, at: float, openid: str | None = None
    ) -> Exchange:
        """A new exchange in the ring; its answer is filled in when known."""
        exchange = Exchange(next(self._numbers), at, direction, method, url, openid)
        self._exchanges.append(exchange)
        return exchange

    def after(self, number: int) -> list[Exchange]:
        return [exchange for exchange in self._exchanges if exchange.id > number]

    def note_call(self, call: CallRecord) -> None:
        self._calls.append(call)

    def calls(self, path: str | None) -> list[CallRecord]:
        return [call for call in self._calls if path in (None, call.path)]

    def forget(self) -> None:
        self._exchanges.clear()
        self._calls.clear()


def _readable(text: str, opened: str) -> str:
    shown = _pretty(text)
    if opened and opened != text:
        shown += f"\n\n— decrypted —\n{_pretty(opened)}"
    return _masked(shown)


def _pretty(text: str) -> str:
    if len(text) > SHOWN_CHARACTERS:
        return text[:SHOWN_CHARACTERS] + f"… ({len(text)} characters)"
    if text.startswith("<xml>"):
        try:
            from_xml(text)
        except MalformedXml:
            return text
        return _indented(text)
    if text.startswith(("{", "[")):
        try:
            return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        except ValueError:
            return text
    return text


def _indented(text: str) -> str:
    """Well-formed XML with one element a line; what stands in CDATA is left alone."""
    depth, lines = 0, [""]
    for token in re.findall(r"<!\[CDATA\[.*?\]\]>|</[^>]+>|<[^>]+>|[^<]+", text, re.DOTALL):
        if token.startswith("</"):
            depth -= 1
            if not lines[-1].strip():
                lines[-1] = "  " * depth
            lines[-1] += token
            lines.append("  " * depth)
        elif token.startswith("<") and not token.startswith("<!"):
            if lines[-1].strip():
                lines.append("  " * depth)
            else:
                lines[-1] = "  " * depth
            lines[-1] += token
            depth += 0 if token.endswith("/>") else 1
        elif token.strip() or token.startswith("<!"):
            lines[-1] += token
    return "\n".join(line for line in lines if line.strip())


def _masked(text: str) -> str:
    return SEALED.sub(r"\1\2…", SECRET.sub(_shortened, text))


def _shortened(found: re.Match[str]) -> str:
    """A long secret's first six characters tell tokens apart; of a short one nothing is shown."""
    name, value = found.groups()
    return f"{name}{value[:6] if len(value) > 24 else ''}…"
