"""Sending what waits in the outbox: one sender a lane, any number of processes on PostgreSQL.

A row is claimed with a lease, its attempt is committed before the request leaves, and its end after; killed anywhere,
the lease runs out and `reap` decides. A wake-up starts a look at once; without one the lane is looked at every second.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.logs import without_words
from bot.metrics import Metrics
from bot.outbound.delivery import MalformedBody
from bot.outbound.lanes import Lane, NotWanted, Prepared, PutOff, Record
from bot.outbound.reactions import PATIENCE, Block, CannotKeep, react
from bot.wechat.errors import UncertainDelivery, WeChatError
from store import claims, lanes, outbox
from store.claims import Claimed, Settlement
from store.database import DATABASE_TROUBLE, Connection, Database
from store.outbox import DeliveryState

POLL_SECONDS = 1.0
UPKEEP_SECONDS = 5.0
TIDY_SECONDS = 60.0
_LEASE_SECONDS = 30.0
_LEASE_MARGIN = 15.0  # seconds by which a lease outlasts its attempt
_SHORTEST_PAUSE = 0.02
_SETTLE_PAUSES = (0.2, 1.0, 3.0)  # an answer that WeChat gave is worth some tries to write down
_TRIED_LONG_ENOUGH = 2 * PATIENCE  # for rows that bring every attempt down before it can fail

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    settlement: Settlement
    record: Record | None = None
    block: Block | None = None


class Sender:
    """Empties one lane."""

    def __init__(self, lane: Lane, database: Database, *, clock: Clock, metrics: Metrics) -> None:
        self._lane = lane
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._woken = asyncio.Event()
        self._free = lane.width
        self._hungry = False  # the last claim was as large as asked: there is probably more
        self._look_again = POLL_SECONDS
        self._is_open = False
        self._put_off = False  # a row waits for another of this lane
        self._next_upkeep = self._next_tidy = 0.0

    @property
    def lane_name(self) -> str:
        """Return which lane this is."""
        return self._lane.name

    def wake(self) -> None:
        """Look at the lane at once: a row was just committed."""
        self._woken.set()

    async def run_once(self) -> int:
        """Attempt what is due now, wait for its end, and return how many rows were claimed."""
        self._next_upkeep = self._next_tidy = 0.0
        claimed = await self._claim()
        async with asyncio.TaskGroup() as group:
            for one in claimed:
                group.create_task(self._work(one))
        return len(claimed)

    async def run(self, stop: asyncio.Event, *, beat: Callable[[], None] = lambda: None) -> None:
        """Send until `stop` is set, then finish the attempts that have begun; `beat` is called at every look."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._wake_at(stop))
            while not stop.is_set():
                beat()
                self._woken.clear()
                for one in await self._claim_patiently():
                    group.create_task(self._work(one))
                await self._wait(self._look_again)

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.wake()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _claim_patiently(self) -> Sequence[Claimed]:
        try:
            return await self._claim()
        except DATABASE_TROUBLE as error:
            _LOG.warning("the outbox can't be reached", extra={"lane": self._lane.name, "error": type(error).__name__})
            self._look_again = POLL_SECONDS
            return ()

    async def _claim(self) -> Sequence[Claimed]:
        await self._upkeep()
        limit = self._free
        if limit == 0:
            return ()
        claim = await self._database.write(
            claims.claim,
            self._lane.name,
            limit=limit,
            lease_seconds=_LEASE_SECONDS,
            now=self._clock.now(),
            even_quiet=self._lane.even_quiet,
        )
        self._hungry = len(claim.deliveries) == limit
        self._free -= len(claim.deliveries)
        self._look_again = max(_SHORTEST_PAUSE, min(claim.look_again or POLL_SECONDS, POLL_SECONDS))
        return claim.deliveries

    async def _upkeep(self) -> None:
        """Open the lane at first; then take back rows of dead workers and give up expired ones, every few seconds."""
        if not self._is_open:
            await self._database.write(lanes.open_lane, self._lane.name, limits=self._lane.limits)
            self._is_open = True
        if time.monotonic() < self._next_upkeep:
            return
        self._next_upkeep = time.monotonic() + UPKEEP_SECONDS
        now, name = self._clock.now(), self._lane.name
        await self._database.write(claims.reap, name, client_id_valid=self._lane.client_id_valid, now=now)
        await self._database.write(outbox.expire, name, now=now)
        if time.monotonic() >= self._next_tidy:
            self._next_tidy = time.monotonic() + TIDY_SECONDS
            await self._lane.tidy()

    async def _work(self, claimed: Claimed) -> None:
        try:
            await self._deliver(claimed)
        except Exception as error:  # noqa: BLE001 - the loop's: one row's trouble must not stop the lane
            about = {"lane": claimed.lane, "row": claimed.id, "traceback": without_words(error)}
            _LOG.error("a delivery broke; its lease runs out", extra=about)
        finally:
            self._free += 1
            if self._hungry and self._free * 2 >= self._lane.width:
                self.wake()

    async def _deliver(self, claimed: Claimed) -> None:
        seconds = self._lane.attempt_seconds + _LEASE_MARGIN
        begun = await self._database.write(_begin, self._lane, claimed, lease_seconds=seconds, now=self._clock.now())
        if isinstance(begun, Prepared):
            await self._settle(claimed, await self._attempt(claimed, begun))
            if self._put_off:
                self._put_off = False
                self.wake()
        elif begun is not None and begun.settlement.state is DeliveryState.READY:
            self._put_off = True
        elif begun is not None:
            self._report(claimed, begun)

    async def _attempt(self, claimed: Claimed, prepared: Prepared) -> _Outcome:
        try:
            async with asyncio.timeout(self._lane.attempt_seconds):
                record = await prepared.attempt()
        except (WeChatError, CannotKeep) as error:
            return self._failed(claimed, prepared, error)
        except TimeoutError:
            return self._failed(claimed, prepared, UncertainDelivery("the attempt took too long"))
        return _Outcome(settlement=Settlement(state=DeliveryState.SENT), record=record)

    def _failed(self, claimed: Claimed, prepared: Prepared, error: WeChatError | CannotKeep) -> _Outcome:
        reaction = react(error, claimed, now=self._clock.now())
        refused = reaction.settlement.state is DeliveryState.REFUSED
        record = prepared.if_refused if refused else None
        return _Outcome(settlement=reaction.settlement, record=record, block=reaction.block)

    async def _settle(self, claimed: Claimed, outcome: _Outcome) -> None:
        for pause in _SETTLE_PAUSES:
            try:
                await self._write(claimed, outcome)
                return
            except DATABASE_TROUBLE:
                await asyncio.sleep(pause)
        await self._write(claimed, outcome)

    async def _write(self, claimed: Claimed, outcome: _Outcome) -> None:
        settled, newly_blocked = await self._database.write(_write_outcome, claimed, outcome, now=self._clock.now())
        if settled:
            self._report(claimed, outcome)
        else:
            _LOG.warning("a delivery was settled by another", extra={"lane": claimed.lane, "row": claimed.id})
        if newly_blocked and outcome.block is not None:
            _raise_alarm(claimed.lane, outcome.block)

    def _report(self, claimed: Claimed, outcome: _Outcome) -> None:
        state, reason = outcome.settlement.state, outcome.settlement.error
        self._metrics.deliveries.labels(claimed.lane, state).inc()
        if outcome.block is None and state not in (DeliveryState.SENT, DeliveryState.CANCELLED):
            extra = {"row": claimed.id, "lane": claimed.lane, "state": str(state), "reason": reason}
            _LOG.info("a delivery failed", extra=extra)


def _raise_alarm(lane: str, block: Block) -> None:
    level = logging.ERROR if block.alarm else logging.WARNING
    _LOG.log(level, "a lane is blocked", extra={"lane": lane, "until": block.until.isoformat(), "reason": block.reason})


def _begin(
    conn: Connection, lane: Lane, claimed: Claimed, *, lease_seconds: float, now: datetime
) -> Prepared | _Outcome | None:
    """Look up what the attempt needs and note that it begins, or settle at once what will never be attempted."""
    if claimed.body == outbox.ERASED_BODY:  # erased during an attempt that came to nothing
        return _end_unattempted(conn, claimed, _outcome(DeliveryState.CANCELLED, "the citizen was erased"), now=now)
    try:
        prepared = lane.prepare(conn, claimed)
    except PutOff as earlier:
        outcome = _Outcome(settlement=Settlement(state=DeliveryState.READY, due=max(now, earlier.due)))
        return _end_unattempted(conn, claimed, outcome, now=now)
    except NotWanted as reason:
        return _end_unattempted(conn, claimed, _outcome(DeliveryState.CANCELLED, str(reason)), now=now)
    except MalformedBody as reason:
        return _end_unattempted(conn, claimed, _outcome(DeliveryState.REFUSED, str(reason)), now=now)
    if claimed.first_attempt is not None and now - claimed.first_attempt > _TRIED_LONG_ENOUGH:
        outcome = _outcome(DeliveryState.REFUSED, f"given up after {claimed.attempts} attempts", prepared.if_refused)
        return _end_unattempted(conn, claimed, outcome, now=now)
    return prepared if claims.begin_attempt(conn, claimed, lease_seconds=lease_seconds, now=now) else None


def _end_unattempted(conn: Connection, claimed: Claimed, outcome: _Outcome, *, now: datetime) -> _Outcome | None:
    settled, _ = _write_outcome(conn, claimed, outcome, now=now)
    return outcome if settled else None


def _outcome(state: DeliveryState, reason: str, record: Record | None = None) -> _Outcome:
    return _Outcome(settlement=Settlement(state=state, error=reason), record=record)


def _write_outcome(conn: Connection, claimed: Claimed, outcome: _Outcome, *, now: datetime) -> tuple[bool, bool]:
    """Return whether the row was settled, and whether its lane is blocked by this."""
    block = outcome.block
    blocked = block is not None and lanes.block(conn, claimed.lane, until=block.until, reason=block.reason)
    settled = claims.settle(conn, claimed, outcome.settlement, now=now)
    if settled and outcome.record is not None:
        outcome.record(conn)
    return settled, blocked
