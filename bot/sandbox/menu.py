"""WeChat's checks of a custom menu when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.wire import Json

TOP_BUTTONS, SUB_BUTTONS = 3, 5
KEY_BYTES, URL_BYTES = 128, 1024
KEY_TYPES = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
OTHER_NEEDS: dict[str, tuple[str, ...]] = {
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}


@dataclass(frozen=True)
class Codes:
    """The error codes of one level of the menu, and the longest name in bytes."""

    count: int
    type: int
    name: int
    key: int
    url: int
    domain: int
    name_bytes: int


TOP = Codes(count=40016, type=40017, name=40018, key=40019, url=40020, domain=40055, name_bytes=16)
SUB = Codes(count=40023, type=40024, name=40025, key=40026, url=40027, domain=40054, name_bytes=60)


class WrongMenu(Exception):
    """The menu breaks one of WeChat's rules."""

    def __init__(self, errcode: int, words: str) -> None:
        super().__init__(words)
        self.errcode = errcode
        self.words = words


def checked(menu: Any) -> Json:
    """The menu as menu/get will give it back; raises WrongMenu."""
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= TOP_BUTTONS:
        raise WrongMenu(TOP.count, "invalid button size")
    return {"button": [_top_button(button) for button in buttons]}


def _top_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise WrongMenu(TOP.type, "invalid button type")
    subs = button.get("sub_button") or []
    if not subs:
        return {**_leaf(button, TOP), "sub_button": []}
    _check_name(button, TOP)
    if not isinstance(subs, list) or len(subs) > SUB_BUTTONS:
        raise WrongMenu(SUB.count, "invalid sub button size")
    return {"name": button["name"], "sub_button": [_sub_button(sub) for sub in subs]}


def _sub_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise WrongMenu(SUB.type, "invalid sub button type")
    if button.get("sub_button"):
        raise WrongMenu(40022, "invalid sub button level")
    return {**_leaf(button, SUB), "sub_button": []}


def _leaf(button: Mapping[str, Any], codes: Codes) -> Json:
    _check_name(button, codes)
    kind = button.get("type")
    if kind in KEY_TYPES:
        if not 0 < _size(button.get("key")) <= KEY_BYTES:
            raise WrongMenu(codes.key, "invalid button key size")
        return {"type": kind, "name": button["name"], "key": button["key"]}
    if kind not in OTHER_NEEDS:
        raise WrongMenu(codes.type, "invalid button type")
    for need in OTHER_NEEDS[kind]:
        if not 0 < _size(button.get(need)) <= URL_BYTES:
            raise WrongMenu(codes.url if need == "url" else 40035, f"invalid button {need} size")
    if "url" in OTHER_NEEDS[kind] and not button["url"].startswith(("http://", "https://")):
        raise WrongMenu(codes.domain, "invalid button url domain")
    return {"type": kind, "name": button["name"], **{need: button[need] for need in OTHER_NEEDS[kind]}}


def _check_name(button: Mapping[str, Any], codes: Codes) -> None:
    if not 0 < _size(button.get("name")) <= codes.name_bytes:
        raise WrongMenu(codes.name, "invalid button name size")


def _size(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else 0
