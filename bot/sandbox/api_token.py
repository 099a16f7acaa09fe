"""Access tokens, the script ticket, quotas and the platform's own addresses."""

import hmac
import secrets
from collections.abc import Mapping

from bot.sandbox.api_call import ApiError, Call, Endpoint, ok
from bot.sandbox.clock import china_day
from bot.sandbox.tokens import FORCE_A_DAY, FORCE_PAUSE, LIFE, OVERLAP, Token
from bot.sandbox.wire import Json
from bot.sandbox.world import World


def ordinary_token(world: World, call: Call) -> Json:
    """A new token each time; the last one lives five minutes more."""
    _check_account(world, call, call.query)
    return _token_answer(world.tokens.ordinary.issue(world.now(), overlap=OVERLAP), world.now())


def stable_token(world: World, call: Call) -> Json:
    """The same token while it is valid; `force_refresh` kills it at once and gives a new one."""
    texts = {name: value for name, value in call.json.items() if isinstance(value, str)}
    _check_account(world, call, texts)
    now = world.now()
    if call.json.get("force_refresh") is True:
        _check_forced(world, now)
        return _token_answer(world.tokens.stable.issue(now, overlap=0), now)
    token = world.tokens.stable.current(now) or world.tokens.stable.issue(now, overlap=OVERLAP)
    return _token_answer(token, now)


def _token_answer(token: Token, now: float) -> Json:
    return {"access_token": token.text, "expires_in": round(token.expires - now)}


def _check_forced(world: World, now: float) -> None:
    tokens, day = world.tokens, china_day(now)
    if now - tokens.forced_at < FORCE_PAUSE:
        raise ApiError(45011, "api minute-quota reach limit, must slower, retry next minute")
    if tokens.forced_on.get(day, 0) >= FORCE_A_DAY:
        raise ApiError(45009, "reach max api daily quota limit")
    tokens.forced_at = now
    tokens.forced_on = {day: tokens.forced_on.get(day, 0) + 1}


def _check_account(world: World, call: Call, given: Mapping[str, str]) -> None:
    if given.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    check_secret(world, given)
    allowed = world.config.ip_whitelist
    if allowed is not None and call.remote not in allowed:
        raise ApiError(40164, f"invalid ip {call.remote} ipv6 ::ffff:{call.remote}, not in whitelist")


def check_secret(world: World, given: Mapping[str, str], *, parameter: str = "secret") -> None:
    """Refuse a missing or wrong appid or secret; `parameter` names the secret."""
    if not given.get("appid"):
        raise ApiError(41002, "appid missing")
    if not given.get(parameter):
        raise ApiError(41004, "appsecret missing")
    if given["appid"] != world.config.appid:
        raise ApiError(40013, "invalid appid")
    if not hmac.compare_digest(given[parameter].encode(), world.config.secret.encode()):
        raise ApiError(40125, "invalid appsecret")


def script_ticket(world: World, call: Call) -> Json:
    """The ticket that pages sign with; the same for two hours."""
    if call.query.get("type") != "jsapi":
        raise ApiError(40097, "invalid args")
    ticket, expires = world.script_ticket
    if expires <= world.now():
        ticket, expires = secrets.token_urlsafe(64), world.now() + LIFE
        world.script_ticket = (ticket, expires)
    return ok(ticket=ticket, expires_in=int(expires - world.now()))


def addresses(world: World, _call: Call) -> Json:
    return {"ip_list": [_own_address(world)]}


def callback_check(world: World, call: Call) -> Json:
    """The network check; the pretend network is always well."""
    if call.json.get("action") not in ("all", "dns", "ping"):
        raise ApiError(40201, "invalid action")
    address = _own_address(world)
    ping = {"ip": address, "from_operator": "DEFAULT", "package_loss": "0%", "time": "1.000ms"}
    return {"dns": [{"ip": address, "real_operator": "DEFAULT"}], "ping": [ping]}


def _own_address(world: World) -> str:
    return "127.0.0.1" if world.config.host in ("0.0.0.0", "localhost", "::") else world.config.host  # noqa: S104


def clear_quota(world: World, call: Call) -> Json:
    if call.json.get("appid") != world.config.appid:
        raise ApiError(40013, "invalid appid")
    return _cleared(world)


def clear_quota_by_secret(world: World, call: Call) -> Json:
    """The way out when even the token calls are spent."""
    check_secret(world, call.query, parameter="appsecret")
    return _cleared(world)


def _cleared(world: World) -> Json:
    code = world.quotas.clear(now=world.now())
    if code:
        raise ApiError(code, "forbid to clear quota because of reaching the limit")
    return ok()


def get_quota(world: World, call: Call) -> Json:
    path = call.text("cgi_path", 76021)
    if not path.startswith(("/cgi-bin/", "/sns/", "/customservice/")):
        raise ApiError(76021, "cgi_path not found")
    limit, used = world.quotas.daily_limit(path), world.quotas.used(path, now=world.now())
    answer = ok(quota={"daily_limit": limit, "used": used, "remain": max(0, limit - used)})
    if path in world.quotas.minutely:
        answer["rate_limit"] = {"call_count": world.quotas.minutely[path], "refresh_second": 60}
    return answer


ENDPOINTS = {
    "/cgi-bin/token": Endpoint(run=ordinary_token, method="GET", token=False),
    "/cgi-bin/stable_token": Endpoint(run=stable_token, method="POST", takes="json", token=False),
    "/cgi-bin/ticket/getticket": Endpoint(run=script_ticket, method="GET", needs="jssdk"),
    "/cgi-bin/getcallbackip": Endpoint(run=addresses, method="GET"),
    "/cgi-bin/get_api_domain_ip": Endpoint(run=addresses, method="GET"),
    "/cgi-bin/callback/check": Endpoint(run=callback_check, method="POST", takes="json"),
    "/cgi-bin/clear_quota": Endpoint(run=clear_quota, method="POST", takes="json"),
    "/cgi-bin/clear_quota/v2": Endpoint(run=clear_quota_by_secret, method="POST", token=False),
    "/cgi-bin/openapi/quota/get": Endpoint(run=get_quota, method="POST", takes="json"),
}
