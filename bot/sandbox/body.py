"""Reads the JSON bodies of the control interface, naming what is missing or of the wrong kind."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.wire import Json


class BadRequest(Exception):
    """The control call can't be carried out; becomes an HTTP error with {"error": …}."""

    def __init__(self, words: str, *, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Body:
    """The JSON object of a control call."""

    fields: Json

    def text(self, name: str, default: str | None = None) -> str:
        value = self.fields.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise BadRequest(f"{name} must be a text")
        return value

    def text_or_none(self, name: str) -> str | None:
        return None if self.fields.get(name) is None else self.text(name)

    def number(self, name: str, default: float | None = None) -> float:
        value = self.fields.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise BadRequest(f"{name} must be a number")
        return value

    def number_or_none(self, name: str) -> float | None:
        return None if self.fields.get(name) is None else self.number(name)

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadRequest(f"{name} must be a whole number")
        return value

    def integer_or_none(self, name: str) -> int | None:
        return None if self.fields.get(name) is None else self.integer(name)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise BadRequest(f"{name} must be true or false")
        return value

    def object(self, name: str) -> Json:
        value = self.fields.get(name)
        if not isinstance(value, dict):
            raise BadRequest(f"{name} must be an object")
        return value

    def path(self, name: str) -> list[int]:
        value = self.fields.get(name)
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise BadRequest(f"{name} must be a list of numbers")
        return value

    def file(self, name: str) -> bytes | None:
        """Bytes given as base64, None when not given."""
        text = self.text_or_none(name)
        try:
            return None if text is None else base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest(f"{name} must be base64") from error


async def read_body(request: web.Request) -> Body:
    """The request's object; an empty body is an empty object."""
    raw = await request.read()
    try:
        content: Any = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(content, dict):
        raise BadRequest("the body must be a JSON object")
    return Body(_sound(content))


def json_answer(content: Json, *, status: int = 200) -> web.Response:
    """A JSON answer with Chinese readable as it is; half a surrogate pair, which nobody can encode, becomes '?'."""
    text = json.dumps(content, ensure_ascii=False)
    return web.Response(body=text.encode(errors="replace"), status=status, content_type="application/json")


def _sound(value: Any) -> Any:
    """The value with every text encodable: JSON can carry half a surrogate pair, a phone can't."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_sound(item) for item in value]
    return {_sound(name): _sound(item) for name, item in value.items()} if isinstance(value, dict) else value
