"""What a burst of load shall be, and what it gave: goes to the generator's process and back as JSON."""

import json
from dataclasses import dataclass, field

from tests.bench.pushes import Account

LATE_SECONDS = 1.0
STARTED = "started"  # printed when the clock starts, so that the driver can act while the load runs


@dataclass(frozen=True)
class Plan:
    """One burst of load. Without a rate each connection writes again as soon as it is answered (closed loop).

    With a rate (messages a second) arrivals are random and independent of the answers (open loop), and latency
    counts from the moment when a message was due, so that a stall isn't hidden by the messages it held up.
    """

    port: int
    account: Account
    questions: tuple[str, ...]
    count: int
    first_id: int
    connections: int = 32
    rate: float | None = None
    citizens: int = 20_000
    path: str = "/wechat"
    fixed_reply: bool = False
    core: int | None = None
    limit_seconds: float = 300.0


@dataclass(frozen=True)
class Result:
    """What a burst gave; times in milliseconds, `rate` in answers a second, `late` = answered after one second."""

    sent: int
    right: int
    seconds: float
    rate: float
    p50: float
    p95: float
    p99: float
    worst: float
    late: int
    distinct: int
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        return self.sent - self.right


def percentile(ordered: list[float], share: float) -> float:
    """Return the value in milliseconds below which `share` of the ordered seconds lie; 0 when there are none."""
    if not ordered:
        return 0.0
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def plan_from(text: str) -> Plan:
    fields = json.loads(text)
    account = Account(**fields.pop("account"))
    return Plan(account=account, questions=tuple(fields.pop("questions")), **fields)
