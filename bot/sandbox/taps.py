"""What a tap on each kind of menu button sends."""

from dataclasses import dataclass

from bot.sandbox.actions import NotPossible, Place, act
from bot.sandbox.citizens import Citizen
from bot.sandbox.menu import KEY_TYPES
from bot.sandbox.messages import Parcel, event
from bot.sandbox.wire import Json
from bot.sandbox.world import World

SOME_MD5 = "5a75aaca956d97be686719218f275c6b"


@dataclass(frozen=True)
class Tap:
    """What a tap does: the push, and the page that opens."""

    parcel: Parcel
    url: str | None = None


def tapped(world: World, citizen: Citizen, *, path: list[int], scanned: str, place: Place) -> Tap:
    """Tap the button at the path; `scanned` is what a scan-code button reads, `place` what is picked on the map."""
    button = _button_at(world, path)
    kind = button["type"]
    if kind == "view":
        fields = {"EventKey": button["url"], "MenuId": _menu_id(world)}
        return Tap(event(world, citizen.openid, "VIEW", fields=fields), url=button["url"])
    if kind == "miniprogram":
        fields = {"EventKey": button["pagepath"], "MenuId": _menu_id(world)}
        return Tap(event(world, citizen.openid, "view_miniprogram", fields=fields), url=button["url"])
    if kind not in KEY_TYPES:
        raise NotPossible(f"a {kind} button opens WeChat's own content and tells the account nothing")
    if kind in ("click", "scancode_push", "scancode_waitmsg"):
        act(world, citizen)
    if kind == "click":
        return Tap(event(world, citizen.openid, "CLICK", fields={"EventKey": button["key"]}))
    if kind.startswith("scancode"):
        result = {"ScanType": "qrcode", "ScanResult": scanned}
        fields = {"EventKey": button["key"], "ScanCodeInfo": result}
        return Tap(event(world, citizen.openid, kind, fields=fields))
    return _picked(world, citizen, button, place=place)


def _picked(world: World, citizen: Citizen, button: Json, *, place: Place) -> Tap:
    """Buttons that announce a picture or a place; the citizen then sends that as a message of its own."""
    if button["type"] == "location_select":
        info = {
            "Location_X": str(place.latitude),
            "Location_Y": str(place.longitude),
            "Scale": str(place.scale),
            "Label": place.label,
            "Poiname": "",
        }
        fields = {"EventKey": button["key"], "SendLocationInfo": info}
        return Tap(event(world, citizen.openid, "location_select", fields=fields))
    pictures = {"Count": 1, "PicList": {"item": [{"PicMd5Sum": SOME_MD5}]}}
    fields = {"EventKey": button["key"], "SendPicsInfo": pictures}
    return Tap(event(world, citizen.openid, button["type"], fields=fields))


def _button_at(world: World, path: list[int]) -> Json:
    level = world.shown_menu["button"] if world.shown_menu else []
    button: Json | None = None
    for index in path:
        if not 0 <= index < len(level):
            raise NotPossible("the menu has no such button")
        button = level[index]
        level = button["sub_button"] if button else []
    if not button or level:
        raise NotPossible("that is not a button with an action")
    return button


def path_of_key(world: World, key: str) -> list[int]:
    """Where the CLICK button with this key stands."""
    for i, top in enumerate(world.shown_menu["button"] if world.shown_menu else []):
        if top.get("key") == key:
            return [i]
        for j, sub in enumerate(top["sub_button"]):
            if sub.get("key") == key:
                return [i, j]
    raise NotPossible(f"the menu has no button with the key {key!r}")


def _menu_id(world: World) -> int:
    return int(world.config.original_id.removeprefix("gh_")[:8], 16)
