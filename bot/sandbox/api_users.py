"""Followers and the codes that bring them."""

from bot.sandbox.api_call import ApiError, Call, Endpoint, citizen_of, ok
from bot.sandbox.api_tags import page_of
from bot.sandbox.citizens import Citizen
from bot.sandbox.tickets import FOREVER, PERMANENT_LIMIT
from bot.sandbox.wire import Json
from bot.sandbox.world import World

LONGEST = 2_592_000  # seconds a temporary code may live: 30 days
DEFAULT_LIFE = 60
INFOS_A_CALL = 100
SCENE_NAMES = {
    "QR_SCENE": "scene_id",
    "QR_LIMIT_SCENE": "scene_id",
    "QR_STR_SCENE": "scene_str",
    "QR_LIMIT_STR_SCENE": "scene_str",
}


def user_info(world: World, call: Call) -> Json:
    """What the account may know: names and pictures have been empty since 2021."""
    return _known(citizen_of(world, call.query.get("openid")))


def users_info(world: World, call: Call) -> Json:
    """The same about up to a hundred at once."""
    asked = call.json.get("user_list")
    if not isinstance(asked, list) or not 1 <= len(asked) <= INFOS_A_CALL:
        raise ApiError(40032, "invalid openid list size")
    openids = [item.get("openid") if isinstance(item, dict) else None for item in asked]
    return {"user_info_list": [_known(citizen_of(world, openid)) for openid in openids]}


def followers(world: World, call: Call) -> Json:
    """All followers' openids, ten thousand at a time."""
    openids = [citizen.openid for citizen in world.crowd if citizen.followed]
    return {"total": len(openids), **page_of(openids, after=call.query.get("next_openid"))}


def _known(citizen: Citizen) -> Json:
    if not citizen.followed:
        return {"subscribe": 0, "openid": citizen.openid, "tagid_list": []}
    scene = citizen.scene or ""
    return {
        "subscribe": 1,
        "openid": citizen.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(citizen.followed_at),
        "remark": citizen.remark,
        "groupid": 0,
        "tagid_list": sorted(citizen.tags),
        "subscribe_scene": "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(scene) if scene.isdecimal() else 0,
        "qr_scene_str": "" if scene.isdecimal() else scene,
    }


def create_code(world: World, call: Call) -> Json:
    """A code with a scene; temporary ones expire."""
    action = call.json.get("action_name")
    if not isinstance(action, str) or action not in SCENE_NAMES:
        raise ApiError(40053, "invalid action info")
    scene = _scene(call.json, SCENE_NAMES[action])
    if "LIMIT" in action:
        if world.tickets.permanent >= PERMANENT_LIMIT:
            raise ApiError(45029, "qrcode count out of limit")
        made = world.tickets.make(scene, expires=FOREVER)
        return {"ticket": made.ticket, "url": _address(made.ticket)}
    life = call.json.get("expire_seconds", DEFAULT_LIFE)
    if not isinstance(life, int) or not 0 < life <= LONGEST:
        raise ApiError(40052, "invalid expire_seconds")
    made = world.tickets.make(scene, expires=world.now() + life)
    return {"ticket": made.ticket, "expire_seconds": life, "url": _address(made.ticket)}


def _scene(content: Json, name: str) -> str:
    info = content.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    value = scene.get(name) if isinstance(scene, dict) else None
    if name == "scene_id" and isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    if name == "scene_str" and isinstance(value, str) and 1 <= len(value) <= 64:
        return value
    raise ApiError(40053, "invalid action info")


def _address(ticket: str) -> str:
    return f"http://weixin.qq.com/q/{ticket[-22:]}"


def update_remark(world: World, call: Call) -> Json:
    citizen = citizen_of(world, call.json.get("openid"))
    remark = call.json.get("remark")
    if not isinstance(remark, str) or len(remark) >= 30:
        raise ApiError(40035, "invalid remark")
    citizen.remark = remark
    return ok()


ENDPOINTS = {
    "/cgi-bin/user/info": Endpoint(run=user_info, method="GET", needs="user_info"),
    "/cgi-bin/user/info/batchget": Endpoint(run=users_info, method="POST", takes="json", needs="user_info"),
    "/cgi-bin/user/get": Endpoint(run=followers, method="GET", needs="user_info"),
    "/cgi-bin/user/info/updateremark": Endpoint(run=update_remark, method="POST", takes="json", needs="user_info"),
    "/cgi-bin/qrcode/create": Endpoint(run=create_code, method="POST", takes="json", needs="scene_qr"),
}
