"""What becomes of a row, and of its lane, after an attempt failed: the error's kind decides, in one place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from bot.clock import TOWN
from bot.wechat.errors import (
    AlreadyAccepted,
    Busy,
    Misconfigured,
    QuotaSpent,
    Refused,
    TokenRejected,
    TooFast,
    TooSoon,
    UncertainDelivery,
    Unreachable,
    WeChatError,
    WrongAddress,
)
from store.claims import Claimed, Settlement
from store.outbox import DeliveryState

PATIENCE = timedelta(hours=48)  # from the first attempt; WeChat's own window for customer messages
_MINUTE = timedelta(minutes=1)
_UNTIL_MENDED = timedelta(minutes=5)  # how long a lane waits for an operator before it tries again
_LONGEST_BACKOFF = 600.0
_RANDOM = SystemRandom()


class CannotKeep(Exception):
    """The disk doesn't take the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Why and until when (business time) a whole lane stops. `alarm`: an operator must act."""

    until: datetime
    reason: str
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """How to settle the row, and whether to stop the lane."""

    settlement: Settlement
    block: Block | None = None


def react(error: WeChatError | CannotKeep, claimed: Claimed, *, now: datetime) -> Reaction:
    """Decide.

    A row is given up only for what lies in itself or after two days; what lies in the lane makes it wait.
    """
    match error:
        case AlreadyAccepted():
            return Reaction(settlement=Settlement(state=DeliveryState.SENT, errcode=error.errcode))
        case UncertainDelivery():
            return _uncertain(error, claimed, now)
        case Unreachable() | Busy():
            return Reaction(settlement=_again(error, claimed, now, due=now + backoff(claimed.attempts + 1)))
        case TooSoon():
            return Reaction(settlement=_again(error, claimed, now, due=now + _MINUTE))
        case TooFast():
            return _blocked(error, now + _MINUTE, alarm=False)
        case QuotaSpent():
            return _blocked(error, next_midnight(now), alarm=True)
        case TokenRejected() | Misconfigured() | WrongAddress() | CannotKeep():
            return _blocked(error, now + _UNTIL_MENDED, alarm=True)
        case _:
            return Reaction(settlement=_refused(error))


def _uncertain(error: UncertainDelivery, claimed: Claimed, now: datetime) -> Reaction:
    if claimed.repeatable:
        return Reaction(settlement=_again(error, claimed, now, due=now + backoff(claimed.attempts + 1)))
    return Reaction(settlement=Settlement(state=DeliveryState.UNCERTAIN, error=str(error)))


def _again(error: WeChatError, claimed: Claimed, now: datetime, *, due: datetime) -> Settlement:
    if claimed.first_attempt is not None and now - claimed.first_attempt > PATIENCE:
        return _refused(error)
    return Settlement(state=DeliveryState.READY, due=due, errcode=_errcode(error), error=str(error))


def _blocked(error: WeChatError | CannotKeep, until: datetime, *, alarm: bool) -> Reaction:
    settlement = Settlement(state=DeliveryState.READY, due=until, errcode=_errcode(error), error=str(error))
    return Reaction(settlement=settlement, block=Block(until=until, reason=str(error), alarm=alarm))


def _refused(error: WeChatError | CannotKeep) -> Settlement:
    return Settlement(state=DeliveryState.REFUSED, errcode=_errcode(error), error=str(error))


def _errcode(error: WeChatError | CannotKeep) -> int | None:
    return error.errcode if isinstance(error, Refused) else None


def backoff(attempts: int) -> timedelta:
    """Return 2, 4, 8 … seconds, at most ten minutes, shortened at random by up to half so that rows spread."""
    longest = min(2.0 ** min(attempts, 30), _LONGEST_BACKOFF)
    return timedelta(seconds=longest * _RANDOM.uniform(0.5, 1.0))


def next_midnight(now: datetime) -> datetime:
    """Return when WeChat's next day begins."""
    tomorrow = now.astimezone(TOWN).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=TOWN)
