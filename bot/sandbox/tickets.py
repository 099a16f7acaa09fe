"""QR tickets with their scenes, and the account's notice templates."""

import re
import secrets
from dataclasses import dataclass, field

FOREVER = float("inf")
PERMANENT_LIMIT = 100_000
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")


@dataclass(frozen=True)
class QrTicket:
    """One code: what scanning it tells the service, and until when."""

    ticket: str
    scene: str
    expires: float


class QrTickets:
    """Every code that the service has made."""

    def __init__(self) -> None:
        self._tickets: dict[str, QrTicket] = {}

    def make(self, scene: str, *, expires: float) -> QrTicket:
        made = QrTicket("gQ" + secrets.token_urlsafe(70), scene, expires)
        self._tickets[made.ticket] = made
        return made

    def find(self, ticket: str) -> QrTicket | None:
        return self._tickets.get(ticket)

    def newest_for(self, scene: str, *, now: float) -> QrTicket | None:
        fitting = [item for item in self._tickets.values() if item.scene == scene and item.expires > now]
        return fitting[-1] if fitting else None

    @property
    def permanent(self) -> int:
        return sum(1 for item in self._tickets.values() if item.expires == FOREVER)


@dataclass(frozen=True)
class Template:
    """A notice template; `content` has lines like 时间：{{time2.DATA}}."""

    id: str
    title: str
    content: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(PLACEHOLDER.findall(self.content))

    @property
    def rows(self) -> dict[str, str]:
        """The words before each placeholder, by the placeholder's name."""
        rows = {}
        for line in self.content.splitlines():
            for name in PLACEHOLDER.findall(line):
                rows[name] = PLACEHOLDER.sub("", line).strip(" :：") or name
        return rows


@dataclass
class Templates:
    """The account's templates, and which notices were already accepted under which client_msg_id."""

    by_id: dict[str, Template] = field(default_factory=dict)
    accepted: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
