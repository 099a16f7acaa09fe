"""Citizens' pages from templates: everything escaped, nothing from elsewhere, nothing kept by the browser."""

import secrets

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.clock import TOWN
from bot.dialogue.turn import Town

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Pages:
    """Renders the templates of one installation. They stand in `templates/`, and work without JavaScript."""

    def __init__(self, town: Town) -> None:
        environment = Environment(
            loader=PackageLoader("bot.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        environment.filters["moment"] = lambda when: f"{when.astimezone(TOWN):%Y-%m-%d %H:%M}"
        environment.globals.update(office=town.office, settings=town.settings)
        self._environment = environment
        # The demo shows pages inside the pretend phone; elsewhere nobody may put a frame around them.
        self._framed_by = "'none'" if town.settings.live else town.settings.wechat_mp_url

    def render(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """Return a page."""
        nonce = secrets.token_urlsafe(12)
        text = self._environment.get_template(template).render(nonce=nonce, **values)
        headers = {**_HEADERS, "Content-Security-Policy": self._policy(nonce)}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    def file(self, content: bytes, *, name: str, content_type: str) -> web.Response:
        """Return a file to keep."""
        headers = {
            **_HEADERS,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return web.Response(body=content, content_type=content_type, charset="utf-8", headers=headers)

    def _policy(self, nonce: str) -> str:
        rules = ("default-src 'none'", f"style-src 'nonce-{nonce}'", "form-action 'self'", "base-uri 'none'")
        return "; ".join((*rules, f"frame-ancestors {self._framed_by}"))
