"""Mass messages: the jobs, who may still get one this month, and which client ids were seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.bubbles import Draft
from bot.sandbox.citizens import Citizen
from bot.sandbox.clock import china_day, iso
from bot.sandbox.wire import Json

Confirmation = Literal["off", "confirms", "refuses", "waits"]
CONFIRM_SECONDS = 1800.0
SEEN_SECONDS = 86_400.0
RETRY_SECONDS = 60.0
MONTHLY = 4
DAILY = 1


@dataclass
class MassJob:
    """One accepted call; `audience` was frozen then. `waits` while the administrator hasn't answered."""

    msg_id: int
    msg_data_id: int
    kind: str
    draft: Draft
    audience: list[str]
    at: float
    client_id: str = ""
    status: Literal["SENDING", "SEND_SUCCESS", "SEND_FAIL", "DELETE"] = "SENDING"
    told: str = ""
    filtered: int = 0
    sent: int = 0
    failed: int = 0
    waits: bool = False
    confirmed: bool | None = None
    forgotten: bool = False
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def as_json(self) -> Json:
        return {
            "msg_id": self.msg_id,
            "kind": self.kind,
            "at": iso(self.at),
            "clientmsgid": self.client_id,
            "status": self.status,
            "told": self.told,
            "total": len(self.audience),
            "filtered": self.filtered,
            "sent": self.sent,
            "failed": self.failed,
            "waits": self.waits,
        }


@dataclass
class Seen:
    """A client id, the job made under it, when that was, and when it was last tried."""

    msg_id: int
    msg_data_id: int
    made: float
    tried: float


@dataclass
class MassDesk:
    """`monthly` and `daily` are what one receiver gets (None: WeChat's own for the account's kind), `seconds` how
    long sending takes by the sandbox clock."""

    confirmation: Confirmation = "off"
    seconds: float = 0.0
    retry_seconds: float = RETRY_SECONDS
    monthly: int | None = None
    daily: int | None = None
    speed: int = 0
    jobs: dict[int, MassJob] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    all_on: set[str] = field(default_factory=set)

    def earlier(self, client_id: str, *, now: float) -> Seen | None:
        """What was made under this id in the last 24 hours."""
        seen = self.seen.get(client_id)
        return seen if seen and now < seen.made + SEEN_SECONDS else None

    def has_room(self, *, is_service: bool, now: float) -> Callable[[Citizen], bool]:
        """A test whether a citizen may still get a mass message: four a month, or one a day of a subscription."""
        monthly = MONTHLY if self.monthly is None and is_service else self.monthly
        daily = DAILY if self.daily is None and not is_service else self.daily
        day = china_day(now)

        def room(citizen: Citizen) -> bool:
            days = [china_day(at) for at in citizen.masses]
            in_month = sum(one[:7] == day[:7] for one in days)
            return (monthly is None or in_month < monthly) and (daily is None or days.count(day) < daily)

        return room

    def forget(self) -> None:
        """End what is under way, count nothing, WeChat's own limits."""
        for job in self.jobs.values():
            job.forgotten = True
            job.answered.set()
        self.jobs.clear()
        self.seen.clear()
        self.all_on.clear()
        self.confirmation, self.seconds, self.retry_seconds = "off", 0.0, RETRY_SECONDS
        self.monthly, self.daily = None, None
