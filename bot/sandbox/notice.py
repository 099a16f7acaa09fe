"""What every notice with named fields shares: the limits of the values and the card on the phone."""

import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.api_call import ApiError
from bot.sandbox.bubbles import Draft
from bot.sandbox.tickets import Template
from bot.sandbox.wire import Json

LONGEST = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "name": 20,
    "phrase": 5,
    "symbol": 5,
}
CHINESE_NAME = 10
PATTERNS = {
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]+"),
    "character_string": re.compile(r"[\x21-\x7e]+"),
    "phone_number": re.compile(r"[\d+()\- ]+"),
}
HAN = re.compile("[\u4e00-\u9fff]")


def checked_values(template: Template, data: Any) -> dict[str, str]:
    """Every placeholder's value, within its kind's length and characters; raises 47003 that names the field."""
    values: dict[str, str] = {}
    for name in template.names:
        item = data.get(name) if isinstance(data, dict) else None
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, str) or not value.strip():
            raise ApiError(47003, f"argument invalid! data.{name}.value is empty")
        if not _fits(re.sub(r"\d+$", "", name), value):
            raise ApiError(47003, f"argument invalid! data.{name}.value invalid")
        values[name] = value
    return values


def _fits(kind: str, value: str) -> bool:
    if kind == "name" and HAN.search(value):
        return len(value) <= CHINESE_NAME
    pattern = PATTERNS.get(kind)
    return len(value) <= LONGEST.get(kind, 2048) and (pattern is None or pattern.fullmatch(value) is not None)


def card(kind: str, template: Template, values: Mapping[str, str], *, target: Json) -> Draft:
    """The card in the chat; `target` is what it opens (url, page, miniprogram) and other fields of the call."""
    labels = template.rows
    data = {labels[name]: {"value": value} for name, value in values.items()}
    url = target.get("url", "")
    links = ({"text": template.title, "url": url},) if url else ()
    text = "\n".join([template.title, *(f"{label}：{item['value']}" for label, item in data.items())])
    content = {"title": template.title, "template_id": template.id, "data": data, "fields": dict(values), **target}
    return Draft(kind, text, links, content)


def target_of(content: Json) -> Json:
    """Where a tap on the notice leads: a page, or a mini program instead."""
    url, mini = content.get("url", ""), content.get("miniprogram")
    if not isinstance(url, str):
        raise ApiError(40035, "invalid url")
    if mini is None or mini == {}:
        return {"url": url}
    if not isinstance(mini, dict) or not isinstance(mini.get("appid"), str) or not mini["appid"]:
        raise ApiError(40013, "invalid appid")
    return {"url": url, "miniprogram": {"appid": mini["appid"], "pagepath": str(mini.get("pagepath", ""))}}
