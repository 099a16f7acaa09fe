"""The custom menu at the foot of the chat, as values, with WeChat's limits checked before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LONGEST_NAME = 16  # bytes; a button inside another may have 60
_LONGEST_INNER_NAME = 60
_LONGEST_KEY = 128
_LONGEST_URL = 1024
_BUTTONS = 3
_INNER_BUTTONS = 5
_VALUE_FIELDS = {"view": "url", "media_id": "media_id", "view_limited": "media_id"}
_ARTICLE_KINDS = ("article_id", "article_view_limited")


@dataclass(frozen=True, slots=True)
class Button:
    """One button: of a kind with a value (click → key, view → url …), or a name above inner buttons."""

    name: str
    kind: str = ""
    value: str = ""
    buttons: "tuple[Button, ...]" = ()


Menu = tuple[Button, ...]


def to_json(menu: Menu) -> Mapping[str, object]:
    """Return WeChat's form of a menu.

    Raises:
        ValueError: the menu breaks one of WeChat's limits, which the message names.
    """
    if not 1 <= len(menu) <= _BUTTONS:
        raise ValueError(f"a menu has 1 to {_BUTTONS} buttons")
    return {"button": [_outer(button) for button in menu]}


def from_json(answer: Mapping[str, Any]) -> Menu:
    """Read the answer of `menu/get`; kinds that we don't make ourselves keep their value."""
    return _buttons(answer.get("menu", {}).get("button", []))


def _outer(button: Button) -> Mapping[str, object]:
    _check(button, _LONGEST_NAME)
    if not button.buttons:
        return _leaf(button)
    if len(button.buttons) > _INNER_BUTTONS:
        raise ValueError(f"{button.name}: at most {_INNER_BUTTONS} inner buttons")
    for inner in button.buttons:
        _check(inner, _LONGEST_INNER_NAME)
    return {"name": button.name, "sub_button": [_leaf(inner) for inner in button.buttons]}


def _leaf(button: Button) -> Mapping[str, object]:
    if not button.kind or not button.value:
        raise ValueError(f"{button.name}: a button needs a kind and a value")
    return {"type": button.kind, "name": button.name, _value_field(button.kind): button.value}


def _check(button: Button, longest_name: int) -> None:
    longest_value = _LONGEST_URL if button.kind == "view" else _LONGEST_KEY
    if not 1 <= len(button.name.encode()) <= longest_name:
        raise ValueError(f"{button.name}: a name has 1 to {longest_name} bytes here")
    if len(button.value.encode()) > longest_value:
        raise ValueError(f"{button.name}: the value has more than {longest_value} bytes")


def _value_field(kind: str) -> str:
    return "article_id" if kind in _ARTICLE_KINDS else _VALUE_FIELDS.get(kind, "key")


def _buttons(listed: Sequence[Mapping[str, Any]]) -> Menu:
    return tuple(_button(one) for one in listed)


def _button(one: Mapping[str, Any]) -> Button:
    kind = str(one.get("type", ""))
    value = str(one.get(_value_field(kind), ""))
    return Button(str(one.get("name", "")), kind, value, _buttons(one.get("sub_button", [])))
