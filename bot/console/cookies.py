"""The console's cookies: who is signed in, which browser it is, what the next page says once, the chosen colours."""

from aiohttp import web

from bot.settings import Settings

SESSION = "session"  # its token; only the hash stands in the database
VISITOR = "visitor"
SAID = "said"
THEME = "theme"


class Cookies:
    """Reads and sets them. Behind https they are for this host alone (`__Host-`), never sent in the clear."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.public_url.startswith("https:")

    def name(self, which: str) -> str:
        """Return a cookie's full name."""
        return f"__Host-desk-{which}" if self._secure else f"desk-{which}"

    def get(self, request: web.Request, which: str) -> str:
        """Return its value, "" if there is none."""
        return request.cookies.get(self.name(which), "")[:2000]

    def put(self, response: web.StreamResponse, which: str, value: str, *, seconds: int | None = None) -> None:
        """Set it, for good or until the browser is closed. Scripts can't read it.

        SameSite is Lax: with Strict a link in a chat message would arrive without it, at the sign-in page.
        """
        response.set_cookie(
            self.name(which),
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )

    def drop(self, response: web.StreamResponse, which: str) -> None:
        """Take it back."""
        response.del_cookie(self.name(which), path="/", httponly=True, secure=self._secure, samesite="Lax")
