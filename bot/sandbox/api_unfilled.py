"""Calls that WeChat has and this platform doesn't carry out: they are refused with WeChat's own code for that."""

from typing import NoReturn

from bot.sandbox.api_call import ApiError, Call, Endpoint
from bot.sandbox.world import World


def refuse(_world: World, _call: Call) -> NoReturn:
    raise ApiError(45109, "this api is not supported")


PATHS: dict[str, tuple[str, ...]] = {
    "mass": (
        "message/mass/sendall",
        "message/mass/preview",
        "message/mass/delete",
        "message/mass/get",
        "message/mass/speed/get",
        "message/mass/speed/set",
    ),
    "mass_by_openid": ("message/mass/send",),
    "menu": ("menu/addconditional", "menu/delconditional", "menu/trymatch"),
    "tags": (
        "tags/create",
        "tags/update",
        "tags/delete",
        "tags/getidlist",
        "tags/members/batchtagging",
        "tags/members/batchuntagging",
        "tags/members/getblacklist",
        "tags/members/batchblacklist",
        "tags/members/batchunblacklist",
        "user/tag/get",
    ),
    "user_info": ("user/info/batchget",),
    "material": (
        "media/uploadimg",
        "material/add_material",
        "material/get_material",
        "material/del_material",
        "material/batchget_material",
        "draft/add",
        "draft/get",
        "draft/update",
        "draft/delete",
        "draft/batchget",
        "freepublish/submit",
        "freepublish/get",
        "freepublish/getarticle",
        "freepublish/batchget",
        "freepublish/delete",
    ),
    "template": ("template/api_set_industry",),
    "subscription_notice": ("message/subscribe/bizsend",),
    "one_time_subscription": ("message/template/subscribe",),
    "shorten": ("shorten/gen", "shorten/fetch"),
}
GET_PATHS = {
    "tags": ("tags/get",),
    "user_info": ("user/get",),
    "material": ("material/get_materialcount", "draft/count"),
}

ENDPOINTS = {
    f"/cgi-bin/{path}": Endpoint(run=refuse, method="POST", needs=needs)
    for needs, paths in PATHS.items()
    for path in paths
} | {
    f"/cgi-bin/{path}": Endpoint(run=refuse, method="GET", needs=needs)
    for needs, paths in GET_PATHS.items()
    for path in paths
}
