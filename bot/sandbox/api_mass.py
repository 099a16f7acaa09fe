"""Mass messages: accepted with a number, sent and reported later; previews, queries, deletion, speed."""

import hashlib
import json

from bot.sandbox.api_call import ApiError, Call, Endpoint, Method, Run, follower_of, ok
from bot.sandbox.citizens import Citizen
from bot.sandbox.clock import china_day
from bot.sandbox.mass import MassJob, Seen
from bot.sandbox.mass_contents import mass_draft
from bot.sandbox.mass_sending import carry_out
from bot.sandbox.wire import Json
from bot.sandbox.world import World

CLIENT_ID_BYTES = 32
FEWEST, MOST = 2, 10_000
SPEEDS = (80, 60, 45, 30, 10)  # ten thousand receivers a minute


def send_all(world: World, call: Call) -> Json:
    """To all followers, once a day, or to those with a tag."""
    audience = call.json.get("filter")
    if not isinstance(audience, dict):
        raise ApiError(40035, "invalid filter")
    if audience.get("is_to_all") is True:
        openids = [one.openid for one in world.crowd if one.followed]
        return _accepted(world, call, openids, is_to_all=True)
    tag = audience.get("tag_id")
    if isinstance(tag, str) and tag.isdecimal():
        tag = int(tag)
    if tag not in world.tags.names:
        raise ApiError(45159, "invalid tag id")
    openids = [one.openid for one in world.crowd if one.followed and tag in one.tags]
    return _accepted(world, call, openids)


def send_to(world: World, call: Call) -> Json:
    """To a list of openids; those who don't follow count as errors."""
    openids = call.json.get("touser")
    if not isinstance(openids, list) or not all(isinstance(one, str) for one in openids):
        raise ApiError(40031, "invalid openid list")
    if len(openids) < FEWEST:
        raise ApiError(40130, "invalid openid list size, at least two openid")
    if len(openids) > MOST:
        raise ApiError(40032, "invalid openid list size")
    if not any(world.crowd.find(one) for one in openids):
        raise ApiError(40003, "invalid openid")
    return _accepted(world, call, list(dict.fromkeys(openids)))


def _accepted(world: World, call: Call, openids: list[str], *, is_to_all: bool = False) -> Json:
    """Check content, client id and quota in WeChat's order, then begin."""
    client_id = _client_id(call)
    _refuse_repeated(world, client_id)
    kind, draft = mass_draft(world, call.json)
    _check_quota(world, openids, is_to_all=is_to_all)
    now = world.now()
    job = MassJob(next(world.mass_numbers), next(world.numbers), kind, draft, openids, now, client_id)
    world.mass.jobs[job.msg_id] = job
    world.mass.seen[client_id] = Seen(job.msg_id, job.msg_data_id, now, now)
    if is_to_all:
        world.mass.all_on.add(china_day(now))
    world.tasks.start(carry_out(world, job, path=call.path))
    return ok(errmsg="send job submission success", msg_id=job.msg_id, msg_data_id=job.msg_data_id)


def _client_id(call: Call) -> str:
    """The service's own id, else what WeChat makes of audience and content."""
    given = call.json.get("clientmsgid")
    if given is None or given == "":
        content = json.dumps(call.json, sort_keys=True, ensure_ascii=False)
        return "sha256:" + hashlib.sha256(content.encode()).hexdigest()
    if not isinstance(given, str) or len(given.encode()) > CLIENT_ID_BYTES:
        raise ApiError(45067, "clientmsgid out of limit")
    return given


def _refuse_repeated(world: World, client_id: str) -> None:
    now = world.now()
    seen = world.mass.earlier(client_id, now=now)
    if seen is None:
        return
    is_hasty, seen.tried = now - seen.tried < world.mass.retry_seconds, now
    if is_hasty:
        raise ApiError(45066, "same clientmsgid retry too fast")
    raise ApiError(45065, "clientmsgid exist", msg_id=seen.msg_id, msg_data_id=seen.msg_data_id)


def _check_quota(world: World, openids: list[str], *, is_to_all: bool) -> None:
    now = world.now()
    room = world.mass.has_room(is_service=world.config.account.endswith("service"), now=now)
    citizens = [citizen for openid in openids if (citizen := world.crowd.find(openid))]
    is_spent = is_to_all and china_day(now) in world.mass.all_on
    if is_spent or (citizens and not any(room(citizen) for citizen in citizens)):
        raise ApiError(45028, "has no masssend quota")


def preview(world: World, call: Call) -> Json:
    """To one follower by openid or WeChat name; counts in nobody's month."""
    citizen = follower_of(world, _named(world, call).openid)
    _, draft = mass_draft(world, call.json)
    world.write(citizen, draft, sender="account", via="preview")
    return ok(errmsg="preview success", msg_id=next(world.mass_numbers))


def _named(world: World, call: Call) -> Citizen:
    name = call.json.get("towxname")
    if name:
        found = next((one for one in world.crowd if one.name == name), None)
        if found is None:
            raise ApiError(40132, "invalid username")
        return found
    return follower_of(world, call.json.get("touser"))


def get(world: World, call: Call) -> Json:
    job = _job(world, call)
    return {"msg_id": job.msg_id, "msg_status": job.status}


def delete(world: World, call: Call) -> Json:
    """Take away article pages or a video; the cards stay in the chats. What isn't sent yet is never sent."""
    job, index = _job(world, call), call.json.get("article_idx", 0)
    if job.kind not in ("mpnews", "mpvideo"):
        raise ApiError(40059, "invalid msg id")
    articles = job.draft.content.get("articles", [])
    if not isinstance(index, int) or not 0 <= index <= max(1, len(articles)):
        raise ApiError(40060, "invalid article idx")
    for number, article in enumerate(articles, 1):
        if index in (0, number):
            world.library.close_page(article["url"])
    if index == 0 or len(articles) < FEWEST:
        job.status = "DELETE"
    return ok()


def get_speed(world: World, _call: Call) -> Json:
    return {"speed": world.mass.speed, "realspeed": SPEEDS[world.mass.speed]}


def set_speed(world: World, call: Call) -> Json:
    speed = call.json.get("speed")
    if not isinstance(speed, int) or isinstance(speed, bool) or not 0 <= speed < len(SPEEDS):
        raise ApiError(45083, "speed must be 0 to 4")
    world.mass.speed = speed
    return ok()


def _job(world: World, call: Call) -> MassJob:
    number = call.json.get("msg_id")
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    job = world.mass.jobs.get(number) if isinstance(number, int) else None
    if job is None:
        raise ApiError(40059, "invalid msg id")
    return job


def _endpoint(run: Run, method: Method = "POST", needs: str = "mass") -> Endpoint:
    return Endpoint(run=run, method=method, takes="json" if method == "POST" else "nothing", needs=needs)


ENDPOINTS = {
    "/cgi-bin/message/mass/sendall": _endpoint(send_all),
    "/cgi-bin/message/mass/send": _endpoint(send_to, needs="mass_by_openid"),
    "/cgi-bin/message/mass/preview": _endpoint(preview),
    "/cgi-bin/message/mass/get": _endpoint(get),
    "/cgi-bin/message/mass/delete": _endpoint(delete),
    "/cgi-bin/message/mass/speed/get": _endpoint(get_speed),
    "/cgi-bin/message/mass/speed/set": _endpoint(set_speed),
}
