"""Tokens that make a form count once: a double click, or the same page sent again, changes nothing.

The token is claimed in the transaction of the form's first write; where the first sender was led afterwards is noted,
and whoever sends the form again is led there too.
"""

import re
import secrets
from datetime import datetime

from store import desk
from store.database import Connection

_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)


class Repeated(Exception):
    """This form was sent before."""


def new_token() -> str:
    """Return a token for a form that is being shown."""
    return secrets.token_urlsafe(16)


def is_token(text: str) -> bool:
    """Tell whether it has a token's shape."""
    return _TOKEN.fullmatch(text) is not None


def claim(conn: Connection, token: str, *, staff_id: int, now: datetime) -> None:
    """Take the token within the transaction of the change.

    Raises:
        Repeated: it was taken before.
    """
    if not desk.claim(conn, token, staff_id=staff_id, now=now):
        raise Repeated
