"""From a push's body, XML or JSON, to a Message or an Event.

wechatpy names what a push is: its registries of messages and events are asked, and the kinds that it lacks are added
here. The fields come from one safe pass over the body (see DECISIONS): `wechatpy.parse_message` reads the same fields
in three times the time, and fails in a dozen ways.
"""

import hashlib
from dataclasses import dataclass

from wechatpy.events import EVENT_TYPES
from wechatpy.messages import MESSAGE_TYPES

from bot.wechat.fields import NAME_CHARACTERS, Reading, read_fields
from bot.wechat.messages import Event, Message, Push
from bot.wechat.xml import Fields, Node

KNOWN_MESSAGES = frozenset(MESSAGE_TYPES)
_ERASURES = frozenset({"user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"})
_ADDED_EVENTS = _ERASURES | {
    "publishjobfinish",
    "debug_demo",
    "giftcard_pay_done",
    "giftcard_send_to_friend",
    "giftcard_user_accept",
}
KNOWN_EVENTS = frozenset(EVENT_TYPES) | _ADDED_EVENTS

_LAST_SECOND = 253_402_300_799  # of the year 9999: what datetime can hold
_LARGEST_ID = 2**63 - 1  # MsgId is an int64
_LARGEST_SCALE = 100
_LARGEST_INDEX = 1000

# WeChat's names of a message's texts, and ours.
_TEXTS = {
    "Content": "text",
    "bizmsgmenuid": "menu_id",
    "MediaId": "media_id",
    "MediaId16K": "media_id_16k",
    "ThumbMediaId": "thumb_media_id",
    "PicUrl": "picture_url",
    "Format": "voice_format",
    "Recognition": "recognition",
    "Label": "label",
    "Title": "title",
    "Description": "description",
    "Url": "url",
    "MsgDataId": "article_data_id",
}
_EVENT_FIELDS = frozenset(
    {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "Ticket", "MenuId", "MsgID", "Status"}
)
_LISTS = frozenset({"List", "item"})  # WeChat sends one bare, several as a list


@dataclass(frozen=True, slots=True)
class Parsed:
    """A push, and the names of WeChat's fields that were absurd or unknown in it, for the log."""

    push: Push
    odd: tuple[str, ...] = ()


def parse(body: bytes) -> Parsed:
    """Return what the body says. Absurd values become 0 or "", absurd coordinates an unknown kind.

    Raises:
        TooLarge, Malformed: no such body, or it has no sender, receiver or kind.
    """
    fields = Reading(read_fields(body))
    kind = fields.name("MsgType").lower()
    if kind == "event" or kind.startswith("device_"):
        return _event(fields, kind)
    return _message(fields, kind)


def _message(fields: Reading, kind: str) -> Parsed:
    latitude = longitude = 0.0
    if kind == "location":
        place = fields.place("Location_X", "Location_Y")
        if place is None:
            kind = "unknown"  # a place that isn't one: nothing may be reported there
        else:
            latitude, longitude = place
    elif kind not in KNOWN_MESSAGES:
        fields.odd.append("MsgType")
    message = Message(
        to_user=fields.name("ToUserName"),
        openid=fields.name("FromUserName"),
        created=fields.whole("CreateTime", _LAST_SECOND),
        kind=kind,
        msg_id=fields.whole("MsgId", _LARGEST_ID),
        latitude=latitude,
        longitude=longitude,
        scale=fields.whole("Scale", _LARGEST_SCALE),
        article_index=fields.whole("Idx", _LARGEST_INDEX),
        **{_TEXTS[name]: fields.text(name) for name in fields.raw if name in _TEXTS},
    )
    return Parsed(message, tuple(fields.odd))


def _event(fields: Reading, kind: str) -> Parsed:
    name = _event_name(fields, kind)
    if name not in KNOWN_EVENTS:
        fields.odd.append("Event")
    details = _details(fields, name)
    key = fields.text("EventKey")
    event = Event(
        to_user=fields.name("ToUserName"),
        openid=fields.name("FromUserName"),
        created=fields.whole("CreateTime", _LAST_SECOND),
        name=name,
        key=key.removeprefix("qrscene_") if name == "subscribe" else key,
        ticket=fields.text("Ticket"),
        menu_id=fields.text("MenuId"),
        msg_id=_matter(fields, name, details),
        status=fields.text("Status") or _inner_text(details, "PublishEventInfo", "publish_status"),
        details=details,
    )
    return Parsed(event, tuple(fields.odd))


def _event_name(fields: Reading, kind: str) -> str:
    """Name the event as wechatpy's registry does: a device's binding is `device_bind`."""
    if kind == "event":
        return fields.name("Event").lower()
    name = fields.text("Event").lower()
    return f"device_{name}" if name else kind


def _details(fields: Reading, name: str) -> Fields:
    """Return the fields that Event has no name for; what repeats is always a list, places are places."""
    details = {key: _regular(value) for key, value in fields.raw.items() if key not in _EVENT_FIELDS}
    if name == "location" and fields.place("Latitude", "Longitude") is None:
        details.clear()
    if name == "location_select" and not _is_place(details.get("SendLocationInfo")):
        details.pop("SendLocationInfo", None)
        fields.odd.append("SendLocationInfo")
    if name == "subscribe_msg_change_event" and "SubscribeMsgPopupEvent" in details:
        # A sample in WeChat's documents wraps it so.
        details.setdefault("SubscribeMsgChangeEvent", details.pop("SubscribeMsgPopupEvent"))
    if name in _ERASURES:
        details["OpenID"] = fields.text("OpenID")[:NAME_CHARACTERS]
    return details


def _matter(fields: Reading, name: str, details: Fields) -> str:
    """Return what tells apart two events of one second: the job's id, or for erasures a mark of who is meant."""
    if name in _ERASURES:
        # FromUserName is the same for all of them; hashed, since ids of matters are logged and openids aren't.
        who = f"{details['OpenID']}:{fields.text('RevokeInfo')}"
        return hashlib.blake2b(who.encode(), digest_size=8).hexdigest()
    return (
        fields.text("MsgID")
        or _inner_text(details, "PublishEventInfo", "publish_id")
        or _inner_text(details, "SubscribeMsgSentEvent", "MsgID")
    )


def _inner_text(details: Fields, name: str, inner: str) -> str:
    """Return a text one level down; in a `List`, that of its first item."""
    node = details.get(name)
    items = node.get("List") if isinstance(node, dict) else None
    first = items[0] if isinstance(items, list) and items else node
    value = first.get(inner) if isinstance(first, dict) else None
    return value if isinstance(value, str) else ""


def _regular(node: Node) -> Node:
    """Make a list of what may repeat, so that one item looks like two."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return [_regular(item) for item in node]
    return {key: _listed(_regular(value)) if key in _LISTS else _regular(value) for key, value in node.items()}


def _listed(node: Node) -> Node:
    return node if isinstance(node, list) else [node]


def _is_place(node: "Node | None") -> bool:
    return isinstance(node, dict) and Reading(node).place("Location_X", "Location_Y") is not None
