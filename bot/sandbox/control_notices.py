"""The control interface's half about notices: who grants what, mass messages, and what phones have received."""

from typing import cast, get_args

from aiohttp import web

from bot.sandbox import push
from bot.sandbox.actions import NotPossible
from bot.sandbox.body import BadRequest, Body, json_answer, read_body
from bot.sandbox.citizens import Citizen
from bot.sandbox.mass import Confirmation
from bot.sandbox.messages import event
from bot.sandbox.subscriptions import Answer, SubscriptionTemplate
from bot.sandbox.tickets import Template
from bot.sandbox.wire import Json
from bot.sandbox.world import World

MOST_CITIZENS = 1_000_000
MOST_DELIVERIES = 10_000
TEMPLATE_KINDS = ("template", "subscribe", "lasting", "once")


class NoticeControl:
    """Handlers under /control that concern notices and mass messages."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/templates", self.add_template),
            web.get("/control/templates", self.templates),
            web.post("/control/crowd", self.add_crowd),
            web.get("/control/deliveries", self.deliveries),
            web.get("/control/mass", self.mass),
            web.post("/control/mass", self.set_mass),
            web.post("/control/mass/{msg_id}", self.answer_mass),
            web.post("/control/citizens/{openid}/subscribes", self.subscribes),
            web.post("/control/citizens/{openid}/manages", self.manages),
            web.post("/control/citizens/{openid}/subscribes_once", self.subscribes_once),
        ]

    async def add_template(self, request: web.Request) -> web.Response:
        """A template of the kind; lasting is a long-term subscription, once the one-time message (title only)."""
        body = await read_body(request)
        kind, name, title = body.text("kind", "template"), body.text("template_id"), body.text("title")
        if kind not in TEMPLATE_KINDS:
            raise BadRequest(f"kind must be one of {', '.join(TEMPLATE_KINDS)}")
        if kind == "once":
            self._world.subscriptions.once[name] = title
            return json_answer({"names": []})
        template = Template(name, title, body.text("content"))
        if kind == "template":
            self._world.templates.by_id[name] = template
        else:
            self._world.subscriptions.by_id[name] = SubscriptionTemplate(template, kind == "lasting")
        return json_answer({"names": list(template.names)})

    async def templates(self, _request: web.Request) -> web.Response:
        """What can be subscribed, for the prompt on the phone."""
        known = self._world.subscriptions
        listed = [
            {"template_id": name, "title": one.template.title, "rows": one.template.rows, "lasting": one.is_lasting}
            for name, one in known.by_id.items()
        ]
        return json_answer({"subscribe": listed, "once": known.once})

    async def add_crowd(self, request: web.Request) -> web.Response:
        """Many citizens at once who follow already; nothing is pushed."""
        body = await read_body(request)
        count, name = body.integer("count"), body.text("name", "市民")
        if not 1 <= count <= MOST_CITIZENS:
            raise BadRequest(f"count must be 1 to {MOST_CITIZENS}")
        now, openids = self._world.now(), []
        for number in range(1, count + 1):
            citizen = self._world.crowd.add(f"{name}{number}")
            citizen.followed, citizen.followed_at = body.flag("followed", default=True), now
            openids.append(citizen.openid)
        self._world.changed()
        return json_answer({"openids": openids})

    async def deliveries(self, request: web.Request) -> web.Response:
        """The account's bubbles in all chats by number, of one channel (`via`) if asked."""
        after, via = request.query.get("after", "0"), request.query.get("via")
        if not after.isdecimal():
            raise BadRequest("after must be a whole number")
        found = sorted(
            (
                (bubble.id, citizen.openid, bubble)
                for citizen in self._world.crowd
                for bubble in citizen.bubbles
                if bubble.sender == "account" and bubble.id > int(after) and via in (None, bubble.via)
            ),
            key=lambda item: item[0],
        )[:MOST_DELIVERIES]
        items = [{"openid": openid, **bubble.as_json()} for _, openid, bubble in found]
        return json_answer({"deliveries": items, "last": found[-1][0] if found else int(after)})

    async def mass(self, _request: web.Request) -> web.Response:
        return json_answer(self._mass())

    def _mass(self) -> Json:
        desk = self._world.mass
        names = ("confirmation", "seconds", "retry_seconds", "monthly", "daily", "speed")
        return {
            **{name: getattr(desk, name) for name in names},
            "jobs": [job.as_json() for job in desk.jobs.values()],
        }

    async def set_mass(self, request: web.Request) -> web.Response:
        """How the administrator answers, how long sending takes, what one receiver gets (null: WeChat's own)."""
        desk, body = self._world.mass, await read_body(request)
        confirmation = body.text("confirmation", desk.confirmation)
        if confirmation not in get_args(Confirmation):
            raise BadRequest(f"confirmation must be one of {', '.join(get_args(Confirmation))}")
        seconds, retry = body.number("seconds", desk.seconds), body.number("retry_seconds", desk.retry_seconds)
        monthly = body.integer_or_none("monthly") if "monthly" in body.fields else desk.monthly
        daily = body.integer_or_none("daily") if "daily" in body.fields else desk.daily
        if min(seconds, retry, monthly or 0, daily or 0) < 0:
            raise BadRequest("seconds and limits must be at least 0")
        desk.confirmation, desk.seconds, desk.retry_seconds = cast(Confirmation, confirmation), seconds, retry
        desk.monthly, desk.daily = monthly, daily
        self._world.changed()
        return json_answer(self._mass())

    async def answer_mass(self, request: web.Request) -> web.Response:
        """The administrator's answer to one waiting job."""
        number, body = request.match_info["msg_id"], await read_body(request)
        job = self._world.mass.jobs.get(int(number)) if number.isdecimal() else None
        if job is None:
            raise BadRequest("no such mass message", status=404)
        if not job.waits or job.answered.is_set():
            raise NotPossible(f"mass message {number} doesn't wait for the administrator")
        job.confirmed = body.flag("confirm", default=True)
        job.answered.set()
        return json_answer(job.as_json())

    async def subscribes(self, request: web.Request) -> web.Response:
        """Answer a prompt on a page or in an article: some templates accepted, some refused."""
        citizen, body = self._citizen(request), await read_body(request)
        answers = self._answers(citizen, body)
        items = [_answered(name, answer) | {"PopupScene": body.text("scene", "2")} for name, answer in answers]
        return await self._told(citizen, body, "subscribe_msg_popup_event", "SubscribeMsgPopupEvent", items)

    async def manages(self, request: web.Request) -> web.Response:
        """Change what was granted in the account's settings on the phone."""
        citizen, body = self._citizen(request), await read_body(request)
        items = [_answered(name, answer) for name, answer in self._answers(citizen, body)]
        return await self._told(citizen, body, "subscribe_msg_change_event", "SubscribeMsgChangeEvent", items)

    async def subscribes_once(self, request: web.Request) -> web.Response:
        """Agree to one message of a template and scene; WeChat pushes nothing of it."""
        citizen, body = self._citizen(request), await read_body(request)
        name, scene = body.text("template_id"), body.text("scene", "1")
        if name not in self._world.subscriptions.once:
            raise BadRequest("no such template", status=404)
        citizen.subscribed.once[name, scene] = citizen.subscribed.once.get((name, scene), 0) + 1
        self._world.changed()
        return json_answer(citizen.as_json())

    def _answers(self, citizen: Citizen, body: Body) -> list[tuple[str, Answer]]:
        """What the body says of each template, taken over into what the citizen has granted."""
        listed: list[tuple[str, Answer]] = []
        for answer in get_args(Answer):
            names = body.fields.get(answer, [])
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise BadRequest(f"{answer} must be a list of template ids")
            listed += [(name, answer) for name in names]
        unknown = [name for name, _ in listed if name not in self._world.subscriptions.by_id]
        if unknown or not listed:
            raise BadRequest(f"no such template: {', '.join(unknown)}" if unknown else "accept or reject something")
        for name, answer in listed:
            citizen.subscribed.answer(self._world.subscriptions.by_id[name], answer)
        self._world.changed()
        return listed

    async def _told(self, citizen: Citizen, body: Body, name: str, part: str, items: list[Json]) -> web.Response:
        """Push the event; its List repeats, or is one object when there is one."""
        fields: Json = {part: {"List": items if len(items) > 1 else items[0]}}
        parcel = event(self._world, citizen.openid, name, fields=fields)
        exchange = push.open_exchange(self._world, parcel)
        task = self._world.tasks.start(push.deliver(self._world, parcel, exchange))
        answer = (await task).as_json() if body.flag("wait", default=True) else {"exchange": exchange.id}
        return json_answer({**answer, "subscribed": citizen.subscribed.as_json()})

    def _citizen(self, request: web.Request) -> Citizen:
        citizen = self._world.crowd.find(request.match_info["openid"])
        if citizen is None:
            raise BadRequest("no such citizen", status=404)
        return citizen


def _answered(name: str, answer: Answer) -> Json:
    return {"TemplateId": name, "SubscribeStatusString": answer}
