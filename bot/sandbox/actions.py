"""What a citizen can do on the phone, each act told to the account as WeChat would tell it."""

from dataclasses import dataclass

from bot.sandbox.bubbles import Draft, text_draft
from bot.sandbox.citizens import Citizen
from bot.sandbox.media import Medium, suffix
from bot.sandbox.messages import Parcel, event, message
from bot.sandbox.pictures import sample_photo, sample_video, sample_voice
from bot.sandbox.wire import Json
from bot.sandbox.world import World

UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"


@dataclass(frozen=True)
class Place:
    """A point that a citizen picks; degrees in WGS-84 order latitude, longitude."""

    latitude: float = 30.0
    longitude: float = 120.58
    label: str = ""
    scale: int = 15


class NotPossible(Exception):
    """The citizen can't do this now; the words say why."""


def follow(world: World, citizen: Citizen, *, scene: str | None, ticket: str | None) -> Parcel:
    """Follow the account, by a scene's code if one is given."""
    if citizen.followed:
        raise NotPossible(f"{citizen.name} follows the account already")
    if scene is not None and not world.capabilities.scene_qr:
        raise NotPossible("this kind of account has no QR codes with scenes")
    now = world.now()
    citizen.followed, citizen.followed_at, citizen.scene = True, now, scene
    citizen.windows.acted(now)
    citizen.last_act = now
    world.changed()
    fields: Json = {"EventKey": ""}
    if scene is not None:
        fields = {"EventKey": f"qrscene_{scene}", "Ticket": ticket or _ticket_for(world, scene)}
    return event(world, citizen.openid, "subscribe", fields=fields)


def unfollow(world: World, citizen: Citizen) -> Parcel:
    """Stop following; no window, tag or grant stays."""
    _must_follow(citizen)
    citizen.left()
    world.changed()
    return event(world, citizen.openid, "unsubscribe", fields={"EventKey": ""})


def say(world: World, citizen: Citizen, text: str, *, menu_id: str | None) -> Parcel:
    """Write a text; with `menu_id` it is the text of a tapped menu link."""
    after = {} if menu_id is None else {"bizmsgmenuid": menu_id}
    _show(world, citizen, text_draft(text))
    return message(world, citizen, "text", fields={"Content": text}, after=after)


def tap(world: World, citizen: Citizen, *, bubble_id: int, index: int) -> Parcel | str:
    """Tap a link of a bubble: the parcel that says its words, or the address of the page that opens."""
    bubble = next((bubble for bubble in citizen.bubbles if bubble.id == bubble_id), None)
    if bubble is None:
        raise NotPossible(f"no bubble {bubble_id} in this chat")
    if not 0 <= index < len(bubble.links):
        raise NotPossible(f"bubble {bubble_id} has {len(bubble.links)} link(s)")
    link = bubble.links[index]
    if "url" in link:
        return str(link["url"])
    return say(world, citizen, link["content"], menu_id=link["menu_id"])


def send_medium(world: World, citizen: Citizen, kind: str, *, medium: Medium, seconds: int = 0) -> Parcel:
    """Send a stored picture, voice or video."""
    content: Json = {"media_id": medium.id, "media_url": medium.path, "name": medium.name}
    if kind == "image":
        fields: Json = {"PicUrl": world.absolute(medium.path), "MediaId": medium.id}
    elif kind == "voice":
        fields = {"MediaId": medium.id, "Format": suffix(medium.name), "MediaId16K": medium.id}
        content["seconds"] = seconds
    else:
        thumb = world.media.put(sample_photo(), kind="thumb", name="thumb.png", now=world.now())
        fields = {"MediaId": medium.id, "ThumbMediaId": thumb.id}
    _show(world, citizen, Draft(kind, "", content=content))
    return message(world, citizen, kind, fields=fields)


def stored_photo(world: World, content: bytes | None, name: str | None) -> Medium:
    """The citizen's own picture, or the sample when none is given."""
    if content is None:
        return world.media.put(sample_photo(), kind="image", name=name or "street.png", now=world.now())
    return world.media.put(content, kind="image", name=name or "photo.jpg", now=world.now())


def stored_voice(world: World, content: bytes | None, seconds: int) -> Medium:
    return world.media.put(content or sample_voice(seconds), kind="voice", name="voice.amr", now=world.now())


def stored_video(world: World, content: bytes | None) -> Medium:
    return world.media.put(content or sample_video(), kind="video", name="video.mp4", now=world.now())


def send_sticker(world: World, citizen: Citizen) -> Parcel:
    """A sticker, which reaches the account only as a remark that it can't be shown."""
    _show(world, citizen, Draft("sticker", "[表情]"))
    return message(world, citizen, "text", fields={"Content": UNSUPPORTED})


def send_link(world: World, citizen: Citizen, *, title: str, description: str, url: str) -> Parcel:
    content = {"title": title, "description": description, "url": url}
    draft = Draft("link", title, ({"text": title, "url": url},), content)
    fields = {"Title": title, "Description": description, "Url": url}
    _show(world, citizen, draft)
    return message(world, citizen, "link", fields=fields)


def share_location(world: World, citizen: Citizen, place: Place) -> Parcel:
    """Send a place; Location_X is the latitude."""
    fields = {
        "Location_X": place.latitude,
        "Location_Y": place.longitude,
        "Scale": place.scale,
        "Label": place.label,
    }
    _show(world, citizen, Draft("location", place.label, content={**vars(place)}))
    return message(world, citizen, "location", fields=fields)


def report_location(world: World, citizen: Citizen, *, latitude: float, longitude: float, precision: float) -> Parcel:
    """The LOCATION event that a phone sends by itself."""
    _must_follow(citizen)
    if not world.capabilities.location_event:
        raise NotPossible("this kind of account gets no LOCATION events")
    fields = {"Latitude": latitude, "Longitude": longitude, "Precision": precision}
    return event(world, citizen.openid, "LOCATION", fields=fields)


def scan(world: World, citizen: Citizen, *, scene: str | None, ticket: str | None) -> Parcel:
    """Scan a code: it follows by the scene, or tells the scene of one who follows already."""
    if not world.capabilities.scene_qr:
        raise NotPossible("this kind of account has no QR codes with scenes")
    if ticket is not None:
        made = world.tickets.find(ticket)
        if made is None or made.expires <= world.now():
            raise NotPossible("this code is unknown or has expired")
        scene = made.scene
    if not scene:
        raise NotPossible("a scene or a ticket is needed")
    if not citizen.followed:
        return follow(world, citizen, scene=scene, ticket=ticket)
    act(world, citizen)
    fields = {"EventKey": scene, "Ticket": ticket or _ticket_for(world, scene)}
    return event(world, citizen.openid, "SCAN", fields=fields)


def act(world: World, citizen: Citizen) -> None:
    """Open the one-minute window of a tap or a scan."""
    _must_follow(citizen)
    citizen.last_act = world.now()
    citizen.windows.acted(citizen.last_act)


def _show(world: World, citizen: Citizen, draft: Draft) -> None:
    """Put what the citizen sends into the chat and open the window of 48 hours."""
    _must_follow(citizen)
    now = world.now()
    citizen.windows.wrote(now)
    citizen.last_act = now
    world.write(citizen, draft, sender="citizen", via="push")


def _must_follow(citizen: Citizen) -> None:
    if not citizen.followed:
        raise NotPossible(f"{citizen.name} doesn't follow the account")


def _ticket_for(world: World, scene: str) -> str:
    """The ticket of the code that the service made for this scene, else of one printed earlier."""
    made = world.tickets.newest_for(scene, now=world.now())
    return (made or world.tickets.make(scene, expires=float("inf"))).ticket
