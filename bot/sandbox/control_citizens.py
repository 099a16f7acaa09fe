"""The control interface's half about citizens: what they do, and what stands in their chats."""

from collections.abc import Callable

from aiohttp import web

from bot.sandbox import actions, push
from bot.sandbox.actions import NotPossible, Place
from bot.sandbox.body import BadRequest, Body, json_answer, read_body
from bot.sandbox.citizens import Citizen
from bot.sandbox.messages import Parcel, raw_body, raw_fields
from bot.sandbox.oauth import COOKIE
from bot.sandbox.taps import path_of_key, tapped
from bot.sandbox.wire import Json
from bot.sandbox.world import World

LONGEST_VOICE = 60
Act = Callable[[World, Citizen, Body], Parcel]


class CitizenControl:
    """Handlers under /control/citizens."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/citizens", self.add),
            web.get("/control/citizens/{openid}/inbox", self.inbox),
            web.post("/control/citizens/{openid}/taps", self.taps),
            web.post("/control/citizens/{openid}/clicks", self.clicks),
            web.post("/control/citizens/{openid}/opens", self.opens),
            web.post("/control/citizens/{openid}/refuses", self.refuses),
            web.post("/control/citizens/{openid}/{act}", self.acts),
        ]

    async def add(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        name, openid = body.text("name").strip(), body.text_or_none("openid")
        if not name:
            raise BadRequest("name must not be empty")
        if openid is not None and self._world.crowd.find(openid):
            raise BadRequest(f"there is a citizen {openid} already", status=409)
        citizen = self._world.crowd.add(name, openid=openid)
        self._world.changed()
        return json_answer(citizen.as_json())

    async def inbox(self, request: web.Request) -> web.Response:
        """Bubbles after a number; reading them makes them read."""
        citizen = self._citizen(request)
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise BadRequest("after must be a whole number")
        newer = [bubble.as_json() for bubble in citizen.bubbles if bubble.id > int(after)]
        last = citizen.bubbles[-1].id if citizen.bubbles else 0
        if citizen.unread:
            citizen.read_up_to = last
            self._world.changed()
        return json_answer({"bubbles": newer, "last": last})

    async def acts(self, request: web.Request) -> web.Response:
        citizen, body = self._citizen(request), await read_body(request)
        act = ACTS.get(request.match_info["act"])
        if act is None:
            raise BadRequest(f"a citizen can't {request.match_info['act']!r}; acts: {', '.join(ACTS)}", status=404)
        parcel = act(self._world, citizen, body)
        return await self._pushed(parcel, body)

    async def taps(self, request: web.Request) -> web.Response:
        citizen, body = self._citizen(request), await read_body(request)
        result = actions.tap(self._world, citizen, bubble_id=body.integer("bubble"), index=body.integer("link", 0))
        if isinstance(result, str):
            return json_answer({"url": result})
        return await self._pushed(result, body)

    async def clicks(self, request: web.Request) -> web.Response:
        citizen, body = self._citizen(request), await read_body(request)
        if not citizen.followed:
            raise NotPossible(f"{citizen.name} doesn't follow the account")
        path = body.path("path") if "path" in body.fields else path_of_key(self._world, body.text("key"))
        tap = tapped(self._world, citizen, path=path, scanned=body.text("result", ""), place=_place(body))
        return await self._pushed(tap.parcel, body, url=tap.url)

    async def opens(self, request: web.Request) -> web.Response:
        """Note which page the citizen has open; the cookie tells page login who is looking."""
        citizen, body = self._citizen(request), await read_body(request)
        citizen.page = body.text("url")
        response = json_answer({"url": citizen.page})
        response.set_cookie(COOKIE, citizen.openid, httponly=True, samesite="Lax")
        return response

    async def refuses(self, request: web.Request) -> web.Response:
        """Whether the citizen has switched the account's notices off, and its messages of all kinds."""
        citizen, body = self._citizen(request), await read_body(request)
        citizen.refuses_notices = body.flag("notices", default=citizen.refuses_notices or "messages" not in body.fields)
        citizen.refuses_messages = body.flag("messages", default=citizen.refuses_messages)
        self._world.changed()
        return json_answer(citizen.as_json())

    def _citizen(self, request: web.Request) -> Citizen:
        citizen = self._world.crowd.find(request.match_info["openid"])
        if citizen is None:
            raise BadRequest("no such citizen", status=404)
        return citizen

    async def _pushed(self, parcel: Parcel, body: Body, *, url: str | None = None) -> web.Response:
        answer = await pushed(self._world, parcel, wait=body.flag("wait", default=True))
        return json_answer(answer if url is None else {**answer, "url": url})


async def pushed(world: World, parcel: Parcel, *, wait: bool) -> Json:
    """The outcome of the push, or only its number when nobody waits."""
    exchange = push.open_exchange(world, parcel)
    task = world.tasks.start(push.deliver(world, parcel, exchange))
    return (await task).as_json() if wait else {"exchange": exchange.id}


def _place(body: Body) -> Place:
    usual = Place()
    return Place(
        float(body.number("latitude", usual.latitude)),
        float(body.number("longitude", usual.longitude)),
        body.text("label", usual.label),
        body.integer("scale", usual.scale),
    )


def _follow(world: World, citizen: Citizen, body: Body) -> Parcel:
    return actions.follow(world, citizen, scene=body.text_or_none("scene"), ticket=None)


def _unfollow(world: World, citizen: Citizen, _body: Body) -> Parcel:
    return actions.unfollow(world, citizen)


def _say(world: World, citizen: Citizen, body: Body) -> Parcel:
    return actions.say(world, citizen, body.text("text"), menu_id=body.text_or_none("menu_id"))


def _send_photo(world: World, citizen: Citizen, body: Body) -> Parcel:
    medium = actions.stored_photo(world, body.file("data"), body.text_or_none("name"))
    return actions.send_medium(world, citizen, "image", medium=medium)


def _send_voice(world: World, citizen: Citizen, body: Body) -> Parcel:
    seconds = body.integer("seconds", 3)
    if not 1 <= seconds <= LONGEST_VOICE:
        raise BadRequest(f"seconds must be 1 to {LONGEST_VOICE}")
    medium = actions.stored_voice(world, body.file("data"), seconds)
    return actions.send_medium(world, citizen, "voice", medium=medium, seconds=seconds)


def _send_video(world: World, citizen: Citizen, body: Body) -> Parcel:
    return actions.send_medium(world, citizen, "video", medium=actions.stored_video(world, body.file("data")))


def _send_sticker(world: World, citizen: Citizen, _body: Body) -> Parcel:
    return actions.send_sticker(world, citizen)


def _send_link(world: World, citizen: Citizen, body: Body) -> Parcel:
    title, description, url = body.text("title"), body.text("description", ""), body.text("url")
    return actions.send_link(world, citizen, title=title, description=description, url=url)


def _share_location(world: World, citizen: Citizen, body: Body) -> Parcel:
    body.number("latitude")
    body.number("longitude")
    return actions.share_location(world, citizen, _place(body))


def _report_location(world: World, citizen: Citizen, body: Body) -> Parcel:
    return actions.report_location(
        world,
        citizen,
        latitude=body.number("latitude"),
        longitude=body.number("longitude"),
        precision=body.number("precision", 65.0),
    )


def _scan(world: World, citizen: Citizen, body: Body) -> Parcel:
    return actions.scan(world, citizen, scene=body.text_or_none("scene"), ticket=body.text_or_none("ticket"))


def _raw(world: World, citizen: Citizen, body: Body) -> Parcel:
    if "body" in body.fields:
        return raw_body(citizen, body.text("body"))
    return raw_fields(world, citizen, body.object("fields"))


ACTS: dict[str, Act] = {
    "follows": _follow,
    "unfollows": _unfollow,
    "says": _say,
    "sends_photo": _send_photo,
    "sends_voice": _send_voice,
    "sends_video": _send_video,
    "sends_sticker": _send_sticker,
    "sends_link": _send_link,
    "shares_location": _share_location,
    "reports_location": _report_location,
    "scans": _scan,
    "raw": _raw,
}
