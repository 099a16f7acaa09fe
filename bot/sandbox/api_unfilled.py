"""Calls that WeChat has and this platform doesn't carry out: refused with WeChat's own code for an unsupported call."""

from typing import NoReturn

from bot.sandbox.api_call import ApiError, Call, Endpoint
from bot.sandbox.world import World


def refuse(_world: World, _call: Call) -> NoReturn:
    raise ApiError(45109, "this api is not supported")


# By capability, then a folder and the calls in it.
POSTS: dict[str, dict[str, str]] = {
    "menu": {"/cgi-bin/menu": "addconditional delconditional trymatch"},
    "template": {"/cgi-bin/template": "api_set_industry"},
    "shorten": {"/cgi-bin/shorten": "gen fetch"},
    "customer_message": {"/customservice/kfaccount": "add update del inviteworker"},
    "customer_service_sessions": {
        "/customservice/kfsession": "create close",
        "/customservice/msgrecord": "getmsglist",
    },
}
GETS: dict[str, dict[str, str]] = {
    "subscription_notice": {"/wxaapi/newtmpl": "getpubtemplatetitles getpubtemplatekeywords"},
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
