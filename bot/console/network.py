"""Where a request comes from, and whether the console may be opened from there."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from aiohttp import web

from bot.settings import Settings


def caller(request: web.Request, settings: Settings) -> str:
    """Return the caller's address: the proxy's word if a header is set for it, else the connection's own.

    Of a list, as in X-Forwarded-For, only the last entry was written by our own proxy.
    """
    told = request.headers.getall(settings.desk_proxy_header, []) if settings.desk_proxy_header else []
    address = told[-1].rpartition(",")[2].strip() if told else request.remote or ""
    found = _parse(address)
    return "" if found is None else str(found)


def may_enter(address: str, settings: Settings) -> bool:
    """Tell whether an address lies in DESK_ALLOWED_NETWORKS; without the setting every address does."""
    if not settings.desk_allowed_networks:
        return True
    found = _parse(address)
    return found is not None and any(
        found in network for network in settings.desk_allowed_networks if network.version == found.version
    )


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
