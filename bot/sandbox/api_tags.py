"""Tags on followers, and the account's blacklist."""

from collections.abc import Iterable

from bot.sandbox.api_call import ApiError, Call, Endpoint, Run, citizen_of, ok
from bot.sandbox.citizens import Citizen
from bot.sandbox.tags import FIRST_OWN, MOST_TAGS
from bot.sandbox.wire import Json
from bot.sandbox.world import World

NAME_CHARACTERS = 30
TAGS_A_CITIZEN = 20
TAGGED_A_CALL = 50
BLACKLISTED_A_CALL = 20
PAGE = 10_000


def create(world: World, call: Call) -> Json:
    name = _name(world, call)
    if len(world.tags.own) >= MOST_TAGS:
        raise ApiError(45056, "tag num is over limit")
    return {"tag": {"id": world.tags.add(name), "name": name}}


def list_all(world: World, _call: Call) -> Json:
    return {
        "tags": [
            {"id": number, "name": name, "count": sum(number in one.tags for one in world.crowd if one.followed)}
            for number, name in world.tags.names.items()
        ]
    }


def rename(world: World, call: Call) -> Json:
    number, name = _own(world, _part(call)), _name(world, call)
    world.tags.names[number] = name
    return ok()


def delete(world: World, call: Call) -> Json:
    number = _own(world, _part(call))
    del world.tags.names[number]
    for citizen in world.crowd:
        citizen.tags.discard(number)
    return ok()


def put_on(world: World, call: Call) -> Json:
    """Tag up to fifty followers; nobody is tagged when one of them can't be."""
    citizens, number = _listed(world, call, most=TAGGED_A_CALL), _tag(world, call.json.get("tagid"))
    if any(len(one.tags | {number}) > TAGS_A_CITIZEN for one in citizens):
        raise ApiError(45059, "user tag num is over limit")
    for citizen in citizens:
        citizen.tags.add(number)
    return ok()


def take_off(world: World, call: Call) -> Json:
    citizens, number = _listed(world, call, most=TAGGED_A_CALL), _tag(world, call.json.get("tagid"))
    for citizen in citizens:
        citizen.tags.discard(number)
    return ok()


def of_citizen(world: World, call: Call) -> Json:
    return {"tagid_list": sorted(citizen_of(world, call.json.get("openid")).tags)}


def wearers(world: World, call: Call) -> Json:
    """The followers with a tag, ten thousand at a time."""
    number = _tag(world, call.json.get("tagid"))
    wearing = [one.openid for one in world.crowd if one.followed and number in one.tags]
    return page_of(wearing, after=call.json.get("next_openid"))


def blacklisted(world: World, call: Call) -> Json:
    listed = [one.openid for one in world.crowd if one.blacklisted]
    return {"total": len(listed), **page_of(listed, after=call.json.get("begin_openid"))}


def blacklist(world: World, call: Call) -> Json:
    for citizen in _listed(world, call, most=BLACKLISTED_A_CALL):
        citizen.blacklisted = True
    return ok()


def unblacklist(world: World, call: Call) -> Json:
    for citizen in _listed(world, call, most=BLACKLISTED_A_CALL):
        citizen.blacklisted = False
    return ok()


def page_of(openids: Iterable[str], *, after: object) -> Json:
    """One page of openids in WeChat's shape, beginning behind the given one; an empty page has no data."""
    rest = list(openids)
    if after:
        if after not in rest:
            raise ApiError(40003, "invalid openid")
        rest = rest[rest.index(str(after)) + 1 :]
    page = rest[:PAGE]
    if not page:
        return {"count": 0, "next_openid": ""}
    return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}


def _part(call: Call) -> Json:
    part = call.json.get("tag")
    if not isinstance(part, dict):
        raise ApiError(40035, "invalid tag")
    return part


def _name(world: World, call: Call) -> str:
    name = _part(call).get("name")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(45157, "invalid tag name")
    if len(name) > NAME_CHARACTERS:
        raise ApiError(45158, "tag name too long")
    if name in world.tags.names.values():
        raise ApiError(45157, "invalid tag name")
    return name


def _own(world: World, part: Json) -> int:
    """The number of a tag that the account itself made."""
    number = _tag(world, part.get("id"))
    if number < FIRST_OWN:
        raise ApiError(45058, "can't modify sys tag")
    return number


def _tag(world: World, number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number not in world.tags.names:
        raise ApiError(45159, "invalid tag id")
    return number


def _listed(world: World, call: Call, *, most: int) -> list[Citizen]:
    openids = call.json.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= most:
        raise ApiError(40032, "invalid openid list size")
    citizens = [citizen_of(world, openid) for openid in openids]
    if not all(citizen.followed for citizen in citizens):
        raise ApiError(40003, "invalid openid")
    return citizens


def _post(run: Run) -> Endpoint:
    return Endpoint(run=run, method="POST", takes="json", needs="tags")


ENDPOINTS = {
    "/cgi-bin/tags/create": _post(create),
    "/cgi-bin/tags/get": Endpoint(run=list_all, method="GET", needs="tags"),
    "/cgi-bin/tags/update": _post(rename),
    "/cgi-bin/tags/delete": _post(delete),
    "/cgi-bin/tags/getidlist": _post(of_citizen),
    "/cgi-bin/tags/members/batchtagging": _post(put_on),
    "/cgi-bin/tags/members/batchuntagging": _post(take_off),
    "/cgi-bin/tags/members/getblacklist": _post(blacklisted),
    "/cgi-bin/tags/members/batchblacklist": _post(blacklist),
    "/cgi-bin/tags/members/batchunblacklist": _post(unblacklist),
    "/cgi-bin/user/tag/get": _post(wearers),
}
