"""Why a push is refused before anything of ours runs, and the HTTP status that says so."""

from typing import ClassVar


class Refused(Exception):
    """A request to the callback that isn't handed on; its text is for the log and holds nothing of the request.

    ::

        Refused
        ├── Forged            403  parameters missing, repeated or wrongly signed
        │   ├── Stale         403  signed at another time than now
        │   └── Unencrypted   403  plain, though a key is set: anybody could have written the body
        ├── Malformed         400  signed, but not a push
        │   ├── Undecipherable     no key of ours opens it, or it is meant for another account
        │   └── KeyMissing         encrypted, but no key is set
        ├── TooSlow           408  the body didn't arrive in time
        ├── TooLarge          413  past the cap on a body
        └── Compressed        415  with a Content-Encoding; WeChat sends none
    """

    status: ClassVar[int] = 400
    cause: ClassVar[str] = "refused"  # one word for metrics


class Forged(Refused):
    """Not signed with our token, or not in the way in which WeChat does it."""

    status = 403
    cause = "forged"


class Stale(Forged):
    """Signed long ago or in the future: a replay, or a clock that is wrong."""

    cause = "stale"


class Unencrypted(Forged):
    """A plain push to an account with a key; the plain signature doesn't cover the body."""

    cause = "unencrypted"


class Malformed(Refused):
    """Not a push: bad encoding, bad XML or JSON, too deep, or without sender or kind."""

    cause = "malformed"


class Undecipherable(Malformed):
    """Encrypted content that no key of ours opens to something meant for this account."""

    cause = "undecipherable"


class KeyMissing(Malformed):
    """An encrypted push while AES_KEY isn't set."""

    cause = "key_missing"


class TooSlow(Refused):
    """A body that trickles in, or stops."""

    status = 408
    cause = "too_slow"


class TooLarge(Refused):
    """A body past the cap."""

    status = 413
    cause = "too_large"


class Compressed(Refused):
    """A body with a Content-Encoding: refused rather than inflated."""

    status = 415
    cause = "compressed"
