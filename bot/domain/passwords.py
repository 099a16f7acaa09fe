"""Passwords: kept as argon2id, never as they are, and refused when they are easily guessed."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.domain.staff_words import Refused, Said
from bot.knowledge.pinyin import readings

SHORTEST = 12  # characters (OWASP ASVS 2.1.1)
LONGEST = 128
_LEAST_SCORE = 3  # of zxcvbn: withstands 10^8 guesses
_JUDGED = 72  # characters: zxcvbn's own limit, beyond which it takes too long
_AT_ONCE = 2  # each takes 19 MiB
_MOST_WAITING = 40
# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

_REASONS = {
    "spatial": Said.WEAK_KEYBOARD,
    "repeat": Said.WEAK_REPEATED,
    "sequence": Said.WEAK_SEQUENCE,
    "date": Said.WEAK_DATE,
    "regex": Said.WEAK_DATE,  # zxcvbn knows one regular expression: recent years
    "dictionary": Said.WEAK_COMMON,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is the right one; `renewed` is its hash by today's parameters if the kept one is older."""

    good: bool
    renewed: str | None = None


class Passwords:
    """Makes and checks hashes in threads, two at once, so that nothing else waits."""

    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self._hasher = hasher
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        # Checked for names that nobody has: whoever measures the time learns nothing about them.
        self._nobodys = hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return what is kept of a password.

        Raises:
            Refused: too many wait.
        """
        return await self._in_thread(lambda: self._hasher.hash(_normalise(password)))

    async def check(self, kept: str | None, password: str) -> Verdict:
        """Compare a password with what is kept; None takes the same time and is never good.

        Raises:
            Refused: too many wait.
        """
        return await self._in_thread(lambda: self._check(kept, _normalise(password)))

    async def demand_strength(self, password: str, *, name: str, display: str) -> None:
        """Refuse what is too short, too long or easily guessed by whoever knows its owner's names.

        Raises:
            Refused: with the reason.
        """
        plain = _normalise(password)
        if len(plain) < SHORTEST:
            raise Refused(Said.TOO_SHORT, least=SHORTEST, length=len(plain))
        if len(plain) > LONGEST:
            raise Refused(Said.TOO_LONG, most=LONGEST)
        weakness = await self._in_thread(lambda: _find_weakness(plain, (name, display, _spell(display))))
        if weakness is not None:
            raise Refused(weakness)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= _MOST_WAITING:
            raise Refused(Said.BUSY)
        self._waiting += 1
        try:
            async with self._gate:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    def _check(self, kept: str | None, password: str) -> Verdict:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return Verdict(good=False)
        if kept is None:
            return Verdict(good=False)
        renewed = self._hasher.hash(password) if self._hasher.check_needs_rehash(kept) else None
        return Verdict(good=True, renewed=renewed)


def _normalise(password: str) -> str:
    """Return the same characters however a keyboard composes them; longer than allowed is cut, and never right."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 4])[: LONGEST + 1]


def _spell(display: str) -> str:
    """Return a name in pinyin, as people type their own."""
    table = readings()
    return "".join(table.get(one, (one,))[0] for one in display).casefold()


def _find_weakness(password: str, about: Sequence[str]) -> Said | None:
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # 13 MB of words that few processes ever need

    found = zxcvbn(password[:_JUDGED], user_inputs=[word for word in about if len(word) > 1])
    if found["score"] >= _LEAST_SCORE:
        return None
    guessable = [part for part in found["sequence"] if part["pattern"] in _REASONS]
    if not guessable:
        return Said.WEAK
    longest = max(guessable, key=lambda part: len(part["token"]))
    if longest.get("dictionary_name") == "user_inputs":
        return Said.WEAK_PERSONAL
    return _REASONS[longest["pattern"]]
