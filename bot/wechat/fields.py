"""A push's fields as text, from XML or JSON alike, and a way to read them that no value can break."""

import re

import orjson

from bot.wechat import xml
from bot.wechat.refusals import Malformed, TooLarge
from bot.wechat.xml import DEPTH, Fields, Node

NAME_CHARACTERS = 128  # of an openid (28 today), a MsgType, an Event
_DIGITS = 20
_JSON_VALUES = 1000
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,30})?", re.ASCII)


def is_json(body: bytes) -> bool:
    """Tell JSON from XML: WeChat's Content-Type doesn't."""
    return body[:64].lstrip()[:1] == b"{"


def read_fields(body: bytes) -> Fields:
    """Return the fields of a push or of its encrypted envelope, all values as text, however they were written.

    Raises:
        TooLarge, Malformed
    """
    return _read_json(body) if is_json(body) else xml.read(body)


def _read_json(body: bytes) -> Fields:
    if len(body) > xml.BODY_BYTES:
        raise TooLarge("JSON past the cap")
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("not JSON") from None
    return _Plain().fields(fields, 0)


class _Plain:
    """Makes text of JSON's values, as XML has them, within the same limits."""

    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def fields(self, values: dict[object, object], depth: int) -> Fields:
        return {xml.clean(str(key)): self.node(value, depth + 1) for key, value in values.items()}

    def node(self, value: object, depth: int) -> Node:
        self._count += 1
        if depth >= DEPTH or self._count > _JSON_VALUES:
            raise Malformed("JSON with too many values, or too deep")
        if isinstance(value, str):
            return xml.clean(value).strip()
        if isinstance(value, dict):
            return self.fields(value, depth)
        if isinstance(value, list):
            return [self.node(item, depth + 1) for item in value]
        return "" if value is None else str(value)


class Reading:
    """Reads a push's fields without failing on a value, and remembers the names of those that were absurd."""

    __slots__ = ("odd", "raw")

    def __init__(self, raw: Fields) -> None:
        self.raw = raw
        self.odd: list[str] = []

    def name(self, field: str) -> str:
        """Return what a push can't be without.

        Raises:
            Malformed: absent, empty, repeated, longer than any name, or on several lines.
        """
        value = self.raw.get(field)
        if not isinstance(value, str) or not 0 < len(value) <= NAME_CHARACTERS or not value.isprintable():
            raise Malformed(f"a push without a usable {field}")
        return value

    def text(self, field: str) -> str:
        value = self.raw.get(field, "")
        if isinstance(value, str):
            return value
        self.odd.append(field)
        return ""

    def whole(self, field: str, largest: int) -> int:
        """Return a whole number from 0 to `largest`; 0 for anything else."""
        value = self.raw.get(field, "")
        if not value:
            return 0
        if isinstance(value, str) and len(value) <= _DIGITS and value.isascii() and value.isdigit():
            number = int(value)
            if number <= largest:
                return number
        self.odd.append(field)
        return 0

    def place(self, latitude: str, longitude: str) -> tuple[float, float] | None:
        """Return degrees of latitude and longitude; None unless both are on the globe."""
        place = self._degrees(latitude, 90), self._degrees(longitude, 180)
        if place[0] is None or place[1] is None:
            self.odd += [latitude, longitude]
            return None
        return place[0], place[1]

    def _degrees(self, field: str, largest: int) -> float | None:
        value = self.raw.get(field)
        if not isinstance(value, str) or not _DEGREES.fullmatch(value) or abs(float(value)) > largest:
            return None
        return float(value)
