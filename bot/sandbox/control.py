"""The control interface's half about the platform: state, settings, clock, faults, events, records."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

from aiohttp import web

from bot.sandbox import api_robot, push
from bot.sandbox.actions import NotPossible
from bot.sandbox.body import BadRequest, Body, json_answer, read_body
from bot.sandbox.clock import iso
from bot.sandbox.config import ConfigError, switched
from bot.sandbox.control_citizens import pushed
from bot.sandbox.faults import KINDS, Fault, Where
from bot.sandbox.messages import event
from bot.sandbox.platform_events import NAMED_EVENTS
from bot.sandbox.wire import Json
from bot.sandbox.world import World

HEARTBEAT = 10.0
WRITE_SECONDS = 5.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what can't be done into {"error": …} with a fitting status."""
    try:
        return await handler(request)
    except BadRequest as error:
        return json_answer({"error": str(error)}, status=error.status)
    except ConfigError as error:
        return json_answer({"error": str(error)}, status=400)
    except NotPossible as error:
        return json_answer({"error": str(error)}, status=409)
    except web.HTTPClientError as error:
        if not request.path.startswith("/control/"):
            raise
        return json_answer({"error": error.reason}, status=error.status)


class PlatformControl:
    """Handlers under /control that concern nobody in particular."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/state", self.state),
            web.get("/control/exchanges", self.exchanges),
            web.get("/control/calls", self.calls),
            web.get("/control/events", self.events),
            web.post("/control/config", self.config),
            web.post("/control/clock", self.clock),
            web.get("/control/faults", self.faults),
            web.post("/control/faults", self.add_fault),
            web.post("/control/faults/script", self.add_script),
            web.delete("/control/faults", self.clear_faults),
            web.delete("/control/faults/{id}", self.remove_fault),
            web.post("/control/seed", self.seed),
            web.post("/control/quotas", self.quotas),
            web.post("/control/tokens", self.revoke_tokens),
            web.get("/control/robot", self.robot),
            web.post("/control/verify", self.verify),
            web.post("/control/event", self.event),
            web.post("/control/events/{name}", self.named_event),
            web.post("/control/reset", self.reset),
        ]

    async def state(self, _request: web.Request) -> web.Response:
        world, config = self._world, self._world.config
        names = ("appid", "original_id", "mode", "format", "callback", "attempts", "cut", "pause")
        account = {"kind": config.account, **{name: getattr(config, name) for name in names}}
        return json_answer(
            {
                "account": account,
                "beside": config.beside,
                "capabilities": vars(world.capabilities),
                "citizens": [citizen.as_json() for citizen in world.crowd],
                "menu": world.shown_menu,
                "faults": [fault.as_json() for fault in world.faults],
                "clock": self._clock(),
            }
        )

    async def exchanges(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise BadRequest("after must be a whole number")
        newer = [exchange.as_json() for exchange in self._world.journal.after(int(after))]
        return json_answer({"exchanges": newer, "last": newer[-1]["id"] if newer else int(after)})

    async def calls(self, request: web.Request) -> web.Response:
        calls = self._world.journal.calls(request.query.get("path"))
        return json_answer({"calls": [call.as_json() for call in calls]})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events until the listener leaves or the sandbox stops."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        async with self._world.stream.listen() as queue:
            text: str | None = ": hello\n\n"
            while text is not None:
                try:
                    async with asyncio.timeout(WRITE_SECONDS):
                        await response.write(text.encode(errors="replace"))
                except (TimeoutError, ConnectionError):
                    break
                text = await _next(queue)
        return response

    async def config(self, request: web.Request) -> web.Response:
        self._world.config = switched(self._world.config, (await read_body(request)).fields)
        self._world.changed()
        return await self.state(request)

    async def clock(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        if "advance" in body.fields:
            offset = self._world.clock.offset + body.number("advance")
        else:
            offset = body.number("offset")
        self._world.clock.set_offset(float(offset))
        self._world.changed()
        return json_answer(self._clock())

    def _clock(self) -> Json:
        return {"offset": self._world.clock.offset, "now": iso(self._world.now())}

    async def faults(self, _request: web.Request) -> web.Response:
        return json_answer({"faults": [fault.as_json() for fault in self._world.faults]})

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = _fault(await read_body(request), number=self._world.faults.next_id())
        self._world.faults.add(fault)
        self._world.changed()
        return json_answer({"id": fault.id})

    async def add_script(self, request: web.Request) -> web.Response:
        """One step for each fitting call in turn: a kind of trouble, a trouble with its fields, or ok."""
        body = await read_body(request)
        steps = body.fields.get("steps")
        if not isinstance(steps, list) or not steps:
            raise BadRequest("steps must be a list")
        faults = self._world.faults
        made = [
            _fault(_step(body, step, after=number), number=faults.next_id())
            for number, step in enumerate(steps)
            if step != "ok"
        ]
        for fault in made:
            faults.add(fault)
        self._world.changed()
        return json_answer({"ids": [fault.id for fault in made]})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._world.faults.clear()
        self._world.changed()
        return json_answer({})

    async def remove_fault(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if not number.isdecimal() or not self._world.faults.remove(int(number)):
            raise BadRequest("no such fault", status=404)
        self._world.changed()
        return json_answer({})

    async def seed(self, request: web.Request) -> web.Response:
        self._world.faults.seed((await read_body(request)).integer("seed"))
        return json_answer({})

    async def quotas(self, request: web.Request) -> web.Response:
        """Set the limits of one path; null gives WeChat's own back."""
        body = await read_body(request)
        self._world.quotas.limit(
            body.text("path"), daily=body.integer_or_none("daily"), minute=body.integer_or_none("minute")
        )
        return json_answer({})

    async def revoke_tokens(self, _request: web.Request) -> web.Response:
        """Make every token invalid, as a change of the secret or another server's refresh does."""
        self._world.tokens.revoke()
        return json_answer({})

    async def robot(self, _request: web.Request) -> web.Response:
        """The group robot's address, and what its group has received."""
        address = self._world.absolute(f"{api_robot.PATH}?key={self._world.config.robot_key}")
        return json_answer({"address": address, "messages": [sent.as_json() for sent in self._world.robot.messages]})

    async def verify(self, _request: web.Request) -> web.Response:
        return json_answer(await push.verify_address(self._world))

    async def event(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        return await self._sent(body, body.text("event"), body.object("fields") if "fields" in body.fields else {})

    async def named_event(self, request: web.Request) -> web.Response:
        """A platform event with its usual fields, written in short."""
        name, body = request.match_info["name"], await read_body(request)
        if name not in NAMED_EVENTS:
            raise BadRequest(f"no such event; events: {', '.join(NAMED_EVENTS)}", status=404)
        event_name, fields = NAMED_EVENTS[name](body)
        return await self._sent(body, event_name, fields)

    async def _sent(self, body: Body, name: str, fields: Json) -> web.Response:
        openid = body.text("openid", self._world.platform_openid)
        parcel = event(self._world, openid, name, fields=fields)
        return json_answer(await pushed(self._world, parcel, wait=body.flag("wait", default=True)))

    async def reset(self, _request: web.Request) -> web.Response:
        self._world.forget()
        self._world.changed()
        return json_answer({})


async def _next(queue: asyncio.Queue[str | None]) -> str | None:
    """The next event's text, or a heartbeat that finds out whether the listener is still there."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await queue.get()
    except TimeoutError:
        return ": still here\n\n"


def _step(body: Body, step: object, *, after: int) -> Body:
    """The fault of one step: it hits once, after as many calls as there are steps before it."""
    fields = step if isinstance(step, dict) else {"kind": step}
    head = {name: body.fields.get(name) for name in ("where", "path")}
    return Body({**head, **fields, "after": after, "times": 1, "rate": None})


def _fault(body: Body, *, number: int) -> Fault:
    where, kind = body.text("where"), body.text("kind")
    if where not in KINDS:
        raise BadRequest(f"where must be one of {', '.join(KINDS)}")
    if kind not in KINDS[where]:
        raise BadRequest(f"{kind} is no fault of {where}; faults: {', '.join(sorted(KINDS[where]))}")
    rate, times, seconds = body.number_or_none("rate"), body.integer_or_none("times"), body.number_or_none("seconds")
    if (rate is not None and not 0 <= rate <= 1) or (times is not None and times < 1) or (seconds or 0) < 0:
        raise BadRequest("rate must be 0 to 1, times at least 1, seconds at least 0")
    after = body.integer("after", 0)
    if after < 0:
        raise BadRequest("after must be at least 0")
    errcode, status = body.integer_or_none("errcode"), body.integer_or_none("status")
    return Fault(
        number, cast(Where, where), kind, body.text_or_none("path"), rate, times, seconds, errcode, status, after
    )
