"""The two isolated spaces of access tokens, the page-login codes and the script ticket."""

import secrets
from dataclasses import dataclass, field

LIFE = 7200.0
OVERLAP = 300.0
FORCE_PAUSE = 30.0
FORCE_A_DAY = 20
CODE_LIFE = 300.0


@dataclass
class Token:
    """A token and the instant at which it stops working."""

    text: str
    expires: float
    killed: bool = False


class TokenSpace:
    """Tokens of one endpoint; those of the other endpoint are untouched by what happens here."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self._current: Token | None = None

    def issue(self, now: float, *, overlap: float) -> Token:
        """A new token; the one before it lives `overlap` seconds more at most."""
        if self._current:
            self._current.expires = min(self._current.expires, now + overlap)
            self._current.killed = overlap == 0
        self._tokens = {text: token for text, token in self._tokens.items() if token.expires > now - LIFE}
        self._current = Token(secrets.token_urlsafe(96), now + LIFE)
        self._tokens[self._current.text] = self._current
        return self._current

    def current(self, now: float) -> Token | None:
        """The newest token while it has more than the overlap to live."""
        token = self._current
        return token if token and not token.killed and token.expires - OVERLAP > now else None

    def find(self, text: str) -> Token | None:
        return self._tokens.get(text)

    def revoke(self) -> None:
        """Make every token of this space invalid at once."""
        self._tokens.clear()
        self._current = None


@dataclass
class Tokens:
    """Both spaces and what is remembered of forced refreshes."""

    ordinary: TokenSpace = field(default_factory=TokenSpace)
    stable: TokenSpace = field(default_factory=TokenSpace)
    forced_at: float = float("-inf")
    forced_on: dict[str, int] = field(default_factory=dict)

    def revoke(self) -> None:
        """Make every token invalid, as a change of the secret does."""
        self.ordinary.revoke()
        self.stable.revoke()

    def find(self, text: str) -> Token | None:
        return self.ordinary.find(text) or self.stable.find(text)


@dataclass
class LoginCode:
    """A page-login code: which citizen, for which scope, used up or not."""

    openid: str
    scope: str
    expires: float
    used: bool = False


@dataclass
class Logins:
    """Codes handed to redirected browsers."""

    codes: dict[str, LoginCode] = field(default_factory=dict)

    def hand_out(self, openid: str, *, scope: str, now: float) -> str:
        code = secrets.token_urlsafe(24)
        self.codes[code] = LoginCode(openid, scope, now + CODE_LIFE)
        return code
