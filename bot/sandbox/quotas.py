"""How often each API path may be called a day and a minute, counted by the sandbox clock."""

from collections import defaultdict
from dataclasses import dataclass

from bot.sandbox.clock import china_day

DAILY_DEFAULT = 100_000
DAILY = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
    "/cgi-bin/draft/add": 1000,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/freepublish/get": 100,
    "/cgi-bin/freepublish/delete": 10,
}
MINUTE = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/sendall": 60,
    "/cgi-bin/message/mass/send": 60,
}
CLEARS_A_MONTH = 10


@dataclass
class Usage:
    """Calls of one path in the current day and the current minute."""

    day: str = ""
    today: int = 0
    minute: int = 0
    this_minute: int = 0


class Quotas:
    """Counters and limits by path; limits may be lowered to see what the service does then."""

    def __init__(self) -> None:
        self.daily = dict(DAILY)
        self.minutely = dict(MINUTE)
        self._usage: defaultdict[str, Usage] = defaultdict(Usage)
        self._clears: defaultdict[str, int] = defaultdict(int)

    def daily_limit(self, path: str) -> int:
        return self.daily.get(path, DAILY_DEFAULT)

    def count(self, path: str, *, now: float) -> int:
        """Count one call; 0 when it may go on, else the errcode."""
        usage = self._current(path, now)
        if usage.today >= self.daily_limit(path):
            return 45009
        if path in self.minutely and usage.this_minute >= self.minutely[path]:
            return 45011
        usage.today += 1
        usage.this_minute += 1
        return 0

    def used(self, path: str, *, now: float) -> int:
        return self._current(path, now).today

    def clear(self, *, now: float) -> int:
        """Forget today's counts; 0, or the errcode once the month's ten clears are spent."""
        month = china_day(now)[:7]
        if self._clears[month] >= CLEARS_A_MONTH:
            return 48006
        self._clears[month] += 1
        self._usage.clear()
        return 0

    def limit(self, path: str, *, daily: int | None, minute: int | None) -> None:
        """Set a path's limits; None gives WeChat's own back."""
        for limits, originals, value in ((self.daily, DAILY, daily), (self.minutely, MINUTE, minute)):
            wanted = originals.get(path) if value is None else value
            limits.pop(path, None)
            if wanted is not None:
                limits[path] = wanted

    def forget(self) -> None:
        """Back to WeChat's limits with nothing counted."""
        self.daily, self.minutely = dict(DAILY), dict(MINUTE)
        self._usage.clear()
        self._clears.clear()

    def _current(self, path: str, now: float) -> Usage:
        usage = self._usage[path]
        day, minute = china_day(now), int(now // 60)
        if usage.day != day:
            usage.day, usage.today = day, 0
        if usage.minute != minute:
            usage.minute, usage.this_minute = minute, 0
        return usage
