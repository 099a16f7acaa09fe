"""Calls that WeChat has and this platform doesn't carry out: refused with WeChat's own code for an unsupported call."""

from typing import NoReturn

from bot.sandbox.api_call import ApiError, Call, Endpoint
from bot.sandbox.world import World


def refuse(_world: World, _call: Call) -> NoReturn:
    raise ApiError(45109, "this api is not supported")


# By capability, then a folder and the calls in it.
POSTS: dict[str, dict[str, str]] = {
    "mass": {"/cgi-bin/message/mass": "sendall preview delete get speed/get speed/set"},
    "mass_by_openid": {"/cgi-bin/message/mass": "send"},
    "menu": {"/cgi-bin/menu": "addconditional delconditional trymatch"},
    "tags": {
        "/cgi-bin/tags": "create update delete getidlist",
        "/cgi-bin/tags/members": "batchtagging batchuntagging getblacklist batchblacklist batchunblacklist",
        "/cgi-bin/user/tag": "get",
    },
    "user_info": {"/cgi-bin/user/info": "batchget"},
    "material": {
        "/cgi-bin/media": "uploadimg",
        "/cgi-bin/material": "add_material get_material del_material batchget_material",
        "/cgi-bin/draft": "add get update delete batchget",
        "/cgi-bin/freepublish": "submit get getarticle batchget delete",
    },
    "template": {"/cgi-bin/template": "api_set_industry"},
    "subscription_notice": {
        "/cgi-bin/message/subscribe": "bizsend",
        "/wxaapi/newtmpl": "addtemplate deltemplate",
    },
    "one_time_subscription": {"/cgi-bin/message/template": "subscribe"},
    "shorten": {"/cgi-bin/shorten": "gen fetch"},
    "customer_message": {"/customservice/kfaccount": "add update del inviteworker"},
    "customer_service_sessions": {
        "/customservice/kfsession": "create close",
        "/customservice/msgrecord": "getmsglist",
    },
}
GETS: dict[str, dict[str, str]] = {
    "tags": {"/cgi-bin/tags": "get"},
    "user_info": {"/cgi-bin/user": "get"},
    "material": {"/cgi-bin/material": "get_materialcount", "/cgi-bin/draft": "count"},
    "subscription_notice": {"/wxaapi/newtmpl": "getcategory getpubtemplatetitles getpubtemplatekeywords gettemplate"},
    "customer_message": {"/cgi-bin/customservice": "getkflist getonlinekflist"},
    "customer_service_sessions": {"/customservice/kfsession": "getsession getsessionlist getwaitcase"},
}

ENDPOINTS = (
    {
        f"{folder}/{name}": Endpoint(run=refuse, method="POST", needs=needs)
        for needs, folders in POSTS.items()
        for folder, names in folders.items()
        for name in names.split()
    }
    | {
        f"{folder}/{name}": Endpoint(run=refuse, method="GET", needs=needs)
        for needs, folders in GETS.items()
        for folder, names in folders.items()
        for name in names.split()
    }
    | {
        f"/sns/{name}": Endpoint(run=refuse, method="GET", needs="oauth", token=False)
        for name in ("userinfo", "auth", "oauth2/refresh_token")
    }
    | {"/cgi-bin/openapi/rid/get": Endpoint(run=refuse, method="POST")}
)
