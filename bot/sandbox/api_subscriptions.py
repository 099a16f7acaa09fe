"""Subscription notices and one-time messages: sent only where the citizen has granted them."""

import secrets
from typing import NoReturn

from bot.sandbox import push
from bot.sandbox.api_call import ApiError, Call, Endpoint, Method, Run, citizen_of, ok
from bot.sandbox.bubbles import Draft, Via
from bot.sandbox.citizens import Citizen
from bot.sandbox.messages import event
from bot.sandbox.notice import card, checked_values, target_of
from bot.sandbox.subscriptions import SubscriptionTemplate
from bot.sandbox.tickets import Template
from bot.sandbox.wire import Json
from bot.sandbox.world import World

MOST_TEMPLATES = 25
TITLE_CHARACTERS = 15
CONTENT_CHARACTERS = 200
MOST_SCENE = 10_000
FAILED = -1


def send(world: World, call: Call) -> Json:
    """Accept a notice against one grant; whether it arrived is told by subscribe_msg_sent_event."""
    citizen = citizen_of(world, call.json.get("touser"))
    template = _template(world, call.json.get("template_id"), errcode=40037).template
    values = checked_values(template, call.json.get("data"))
    page = call.json.get("page", "")
    if not isinstance(page, str):
        raise ApiError(41030, "invalid page")
    draft = card("subscribe", template, values, target=target_of({**call.json, "url": page}))
    if citizen.refuses_notices or not citizen.subscribed.allows(template.id):
        _refuse()
    citizen.subscribed.spend(template.id)
    world.changed()
    world.tasks.start(_finish(world, citizen, draft, template=template))
    return ok()


def _refuse() -> NoReturn:
    raise ApiError(43101, "user refuse to accept the msg")


async def _finish(world: World, citizen: Citizen, draft: Draft, *, template: Template) -> None:
    trouble = await world.job_trouble("/cgi-bin/message/subscribe/bizsend")
    if trouble is None:
        world.write(citizen, draft, sender="account", via="subscribe")
    code = 0 if trouble is None else trouble.errcode or FAILED
    item = {
        "TemplateId": template.id,
        "MsgID": str(next(world.numbers)),
        "ErrorCode": str(code),
        "ErrorStatus": "success" if trouble is None else "failed",
    }
    fields = {"SubscribeMsgSentEvent": {"List": item}}
    await push.deliver(world, event(world, citizen.openid, "subscribe_msg_sent_event", fields=fields))


def send_once(world: World, call: Call) -> Json:
    """A one-time message: the consent was for this template and scene and is used up."""
    citizen = citizen_of(world, call.json.get("touser"))
    name, scene = call.text("template_id", 40037), str(call.json.get("scene", ""))
    if name not in world.subscriptions.once:
        raise ApiError(40037, "invalid template_id")
    if not scene.isdecimal() or int(scene) > MOST_SCENE:
        raise ApiError(40097, "invalid args")
    title, words = call.text("title", 47003), _words(call.json.get("data"))
    if len(title) > TITLE_CHARACTERS or len(words) > CONTENT_CHARACTERS:
        raise ApiError(45002, "content size out of limit")
    target = target_of(call.json)
    left = citizen.subscribed.once.get((name, scene), 0)
    if not left:
        _refuse()
    citizen.subscribed.once[name, scene] = left - 1
    links = ({"text": title, "url": target["url"]},) if target["url"] else ()
    content = {"title": title, "template_id": name, "scene": scene, "words": words, **target}
    via: Via = "once"
    world.write(citizen, Draft("once", f"{title}\n{words}", links, content), sender="account", via=via)
    return ok()


def _words(data: object) -> str:
    item = data.get("content") if isinstance(data, dict) else None
    value = item.get("value") if isinstance(item, dict) else None
    if not isinstance(value, str) or not value:
        raise ApiError(47003, "argument invalid! data.content.value is empty")
    return value


def list_all(world: World, _call: Call) -> Json:
    """Type 2 is a one-time, type 3 a long-term template."""
    return ok(
        data=[
            {
                "priTmplId": one.template.id,
                "title": one.template.title,
                "content": one.template.content,
                "example": "",
                "type": 3 if one.is_lasting else 2,
            }
            for one in world.subscriptions.by_id.values()
        ]
    )


def add(world: World, call: Call) -> Json:
    """Take a template from the library; its rows are the keyword numbers asked for."""
    short, numbers = str(call.json.get("tid", "")), call.json.get("kidList")
    if not short.isdecimal():
        raise ApiError(200014, "invalid tid")
    if not isinstance(numbers, list) or not 2 <= len(numbers) <= 5 or not all(isinstance(one, int) for one in numbers):
        raise ApiError(200020, "invalid kidList")
    if len(world.subscriptions.by_id) >= MOST_TEMPLATES:
        raise ApiError(200011, "template num exceeds limit")
    content = "\n".join(f"事项{number}：{{{{thing{number}.DATA}}}}" for number in numbers)
    template = Template(secrets.token_urlsafe(32), f"订阅通知 {short}", content)
    world.subscriptions.by_id[template.id] = SubscriptionTemplate(template)
    return ok(priTmplId=template.id)


def delete(world: World, call: Call) -> Json:
    del world.subscriptions.by_id[_template(world, call.json.get("priTmplId"), errcode=200014).template.id]
    return ok()


def categories(_world: World, _call: Call) -> Json:
    return ok(data=[{"id": 1, "name": "政务民生"}])


def _template(world: World, name: object, *, errcode: int) -> SubscriptionTemplate:
    found = world.subscriptions.by_id.get(name) if isinstance(name, str) else None
    if found is None:
        raise ApiError(errcode, "invalid template_id")
    return found


def _endpoint(run: Run, method: Method = "POST", needs: str = "subscription_notice") -> Endpoint:
    return Endpoint(run=run, method=method, takes="json" if method == "POST" else "nothing", needs=needs)


ENDPOINTS = {
    "/cgi-bin/message/subscribe/bizsend": _endpoint(send),
    "/cgi-bin/message/template/subscribe": _endpoint(send_once, needs="one_time_subscription"),
    "/wxaapi/newtmpl/gettemplate": _endpoint(list_all, "GET"),
    "/wxaapi/newtmpl/getcategory": _endpoint(categories, "GET"),
    "/wxaapi/newtmpl/addtemplate": _endpoint(add),
    "/wxaapi/newtmpl/deltemplate": _endpoint(delete),
}
