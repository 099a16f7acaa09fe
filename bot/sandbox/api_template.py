"""Template notices: accepted at once, delivered and reported a moment later."""

import secrets

from bot.sandbox import push
from bot.sandbox.api_call import ApiError, Call, Endpoint, Method, Run, follower_of, ok
from bot.sandbox.bubbles import Draft
from bot.sandbox.citizens import Citizen
from bot.sandbox.messages import event
from bot.sandbox.notice import card, checked_values, target_of
from bot.sandbox.tickets import Template
from bot.sandbox.wire import Json
from bot.sandbox.world import World

DEDUPE_SECONDS = 600.0
MOST_TEMPLATES = 25
USER_BLOCK = "failed:user block"
SYSTEM_FAILED = "failed: system failed"


def send(world: World, call: Call) -> Json:
    """Accept a notice; the same client_msg_id to the same person within ten minutes is not sent again."""
    citizen = follower_of(world, call.json.get("touser"))
    template = _template(world, call)
    values, target = checked_values(template, call.json.get("data")), target_of(call.json)
    client_id, now = call.json.get("client_msg_id"), world.now()
    if client_id is not None and not isinstance(client_id, str):
        raise ApiError(40097, "invalid args")
    earlier = world.templates.accepted.get((citizen.openid, str(client_id))) if client_id else None
    if earlier and now < earlier[1] + DEDUPE_SECONDS:
        return ok(msgid=earlier[0])
    number = next(world.numbers)
    if client_id:
        world.templates.accepted[citizen.openid, str(client_id)] = (number, now)
    target |= {"msgid": number, "client_msg_id": str(client_id or "")}
    world.tasks.start(_finish(world, citizen, card("template", template, values, target=target), number=number))
    return ok(msgid=number)


async def _finish(world: World, citizen: Citizen, draft: Draft, *, number: int) -> None:
    """Show the notice unless the citizen refuses notices, then report as TEMPLATESENDJOBFINISH."""
    trouble = await world.job_trouble("/cgi-bin/message/template/send")
    status = USER_BLOCK if citizen.refuses_notices else SYSTEM_FAILED if trouble else "success"
    if status == "success":
        world.write(citizen, draft, sender="account", via="template")
    fields = {"MsgID": number, "Status": status}
    await push.deliver(world, event(world, citizen.openid, "TEMPLATESENDJOBFINISH", fields=fields))


def _template(world: World, call: Call) -> Template:
    template = world.templates.by_id.get(call.text("template_id", 40037))
    if template is None:
        raise ApiError(40037, "invalid template_id")
    return template


def list_all(world: World, _call: Call) -> Json:
    templates = world.templates.by_id.values()
    return {"template_list": [{"template_id": one.id, "title": one.title, "content": one.content} for one in templates]}


def add(world: World, call: Call) -> Json:
    """Take a template from the public library; its rows are the keywords asked for."""
    short, keywords = call.text("template_id_short", 40036), call.json.get("keyword_name_list") or ["事项", "时间"]
    if len(world.templates.by_id) >= MOST_TEMPLATES:
        raise ApiError(45026, "template num exceeds limit")
    if not isinstance(keywords, list) or not all(isinstance(word, str) for word in keywords):
        raise ApiError(40035, "invalid keyword_name_list")
    content = "\n".join(f"{word}：{{{{thing{number}.DATA}}}}" for number, word in enumerate(keywords, 1))
    template = Template(secrets.token_urlsafe(32), f"服务通知 {short}", content)
    world.templates.by_id[template.id] = template
    return ok(template_id=template.id)


def delete(world: World, call: Call) -> Json:
    del world.templates.by_id[_template(world, call).id]
    return ok()


def _endpoint(run: Run, method: Method = "POST") -> Endpoint:
    return Endpoint(run=run, method=method, takes="json" if method == "POST" else "nothing", needs="template")


ENDPOINTS = {
    "/cgi-bin/message/template/send": _endpoint(send),
    "/cgi-bin/template/get_all_private_template": _endpoint(list_all, "GET"),
    "/cgi-bin/template/api_add_template": _endpoint(add),
    "/cgi-bin/template/del_private_template": _endpoint(delete),
}
