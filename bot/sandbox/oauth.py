"""Page login: the redirect with a single-use code, and the code's exchange for an openid."""

import html
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.api_call import ApiError, Call, Endpoint
from bot.sandbox.api_token import check_secret
from bot.sandbox.envelope import with_query
from bot.sandbox.tokens import LIFE
from bot.sandbox.wire import Json
from bot.sandbox.world import World

COOKIE = "sandbox_openid"
SCOPES = ("snsapi_base", "snsapi_userinfo")
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><h1>{title}</h1>{body}</html>"""


async def authorize(request: web.Request, world: World) -> web.StreamResponse:
    """Send the browser on with a code for the citizen named by `openid` or the cookie, or ask who it is."""
    query = request.query
    trouble = _trouble(world, query)
    if trouble or not query.get("redirect_uri", "").startswith(("http://", "https://")):
        return _page("无法打开页面", f"<p>{html.escape(trouble or '参数错误：redirect_uri')}</p>", status=400)
    citizen = world.crowd.find(query.get("openid") or request.cookies.get(COOKIE, ""))
    if citizen is None:
        return _page("你是哪一位？", _choices(request, world))
    code = world.logins.hand_out(citizen.openid, scope=query["scope"], now=world.now())
    target = with_query(query["redirect_uri"], {"code": code, "state": query.get("state", "")})
    response = web.Response(status=302, headers={"Location": target})
    response.set_cookie(COOKIE, citizen.openid, httponly=True, samesite="Lax")
    return response


def _trouble(world: World, query: Mapping[str, str]) -> str | None:
    if query.get("appid") != world.config.appid:
        return "参数错误：appid（10013）"
    if not world.capabilities.oauth:
        return "该公众号没有网页授权的权限（10005）"
    if query.get("scope") not in SCOPES or query.get("response_type") != "code":
        return "Scope 参数错误（10005）"
    return None


def _choices(request: web.Request, world: World) -> str:
    links = []
    for citizen in world.crowd:
        query = urlencode({**request.query, "openid": citizen.openid})
        links.append(
            f'<p><a href="{html.escape(request.path)}?{html.escape(query)}">{html.escape(citizen.name)}</a></p>'
        )
    return "".join(links)


def _page(title: str, body: str, *, status: int = 200) -> web.Response:
    return web.Response(text=PAGE.format(title=title, body=body), content_type="text/html", status=status)


def exchange_code(world: World, call: Call) -> Json:
    """The openid behind a code; a code works once, for five minutes."""
    check_secret(world, call.query)
    if call.query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    login = world.logins.codes.get(call.query.get("code", ""))
    if login is None or login.expires <= world.now():
        raise ApiError(40029, "invalid code")
    if login.used:
        raise ApiError(40163, "code been used")
    login.used = True
    return {
        "access_token": secrets.token_urlsafe(64),
        "expires_in": int(LIFE),
        "refresh_token": secrets.token_urlsafe(64),
        "openid": login.openid,
        "scope": login.scope,
    }


ENDPOINTS = {
    "/sns/oauth2/access_token": Endpoint(run=exchange_code, method="GET", needs="oauth", token=False),
}
