"""How many customer messages a citizen's last acts allow, and until when."""

from dataclasses import dataclass

HOURS_48 = 48 * 3600.0
MINUTE = 60.0
AFTER_MESSAGE = 5
AFTER_ACT = 3


@dataclass
class Allowance:
    """Messages left until an instant."""

    until: float
    left: int


class Windows:
    """5 messages in 48 hours after a message; 3 in one minute after a follow, a CLICK or scan-code button, a SCAN."""

    def __init__(self) -> None:
        self._allowances: dict[str, Allowance] = {}

    def wrote(self, now: float) -> None:
        self._allowances["message"] = Allowance(now + HOURS_48, AFTER_MESSAGE)

    def acted(self, now: float) -> None:
        self._allowances["act"] = Allowance(now + MINUTE, AFTER_ACT)

    def close(self) -> None:
        self._allowances.clear()

    def is_open(self, now: float) -> bool:
        return any(allowance.until > now for allowance in self._allowances.values())

    def left(self, now: float) -> int:
        return sum(allowance.left for allowance in self._allowances.values() if allowance.until > now)

    def spend(self, now: float) -> None:
        """Take one message from the window that closes first."""
        usable = [item for item in self._allowances.values() if item.until > now and item.left > 0]
        min(usable, key=lambda item: item.until).left -= 1
