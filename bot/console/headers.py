"""What every answer of the console tells the browser to refuse."""

from collections.abc import Mapping

from aiohttp import web

from bot.settings import Settings

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
)


def security_headers(settings: Settings) -> Mapping[str, str]:
    """Return the headers. In the demo the page with the pretend phone may put the console into a frame."""
    framed_by = "'none'" if settings.live else f"'self' {settings.wechat_mp_url}"
    headers = {
        "Content-Security-Policy": "; ".join((*_POLICY, f"frame-ancestors {framed_by}")),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    if settings.live:
        headers["X-Frame-Options"] = "DENY"
    if settings.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def put_headers(response: web.StreamResponse, headers: Mapping[str, str]) -> None:
    """Add the headers that the answer doesn't bring itself, and don't tell strangers what serves them."""
    response.headers.popall("Server", None)
    for name, value in headers.items():
        response.headers.setdefault(name, value)
