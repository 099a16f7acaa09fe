"""Proof that a form was rendered by us for this very session: a keyed hash over the session and its owner.

It outlives the session, so that the words of somebody who was signed out while writing can be kept for him.
"""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from store.sealing import Seal

STRANGER = 0


class Csrf:
    """Makes and checks tokens. `bearer` is the value of the cookie that identifies the browser."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def token(self, bearer: str, *, staff_id: int = STRANGER) -> str:
        """Return the token of a session, or of a browser in which nobody is signed in."""
        return f"{staff_id}.{self._seal.alias(_name(bearer, staff_id))}"

    def owner(self, token: str, *, bearer: str) -> int | None:
        """Return for whom a token was made, None if it isn't one of this bearer's."""
        number, _, mark = token.partition(".")
        if not (bearer and number.isascii() and number.isdigit() and len(number) < 19 and mark.isascii()):
            return None
        marks = self._seal.aliases(_name(bearer, int(number)))
        good = [hmac.compare_digest(mark, one) for one in marks]
        return int(number) if any(good) else None


def _name(bearer: str, staff_id: int) -> str:
    return f"csrf\0{staff_id}\0{bearer}"


def is_from_here(headers: Mapping[str, str], *, own: frozenset[str]) -> bool:
    """Tell whether a browser says that a change was asked for by one of our pages; `own` holds our hosts.

    Old browsers send neither header; the token alone protects those.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc in own
