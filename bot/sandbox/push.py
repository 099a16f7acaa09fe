"""Delivers a push as WeChat does: several attempts, each cut after some seconds, then a verdict for the citizen."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

import aiohttp
from yarl import URL

from bot.sandbox.bubbles import text_draft
from bot.sandbox.envelope import Envelope, signed_query, with_query, wrapped
from bot.sandbox.faults import Fault
from bot.sandbox.journal import Exchange
from bot.sandbox.messages import Parcel
from bot.sandbox.replies import Desk, Reply, WrongReply, parsed, unsealed
from bot.sandbox.wire import Json
from bot.sandbox.world import World

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
ATTEMPT_FAULTS = frozenset({"delay", "drop", "duplicate", "truncate", "slow"})
SLOW_PIECES = 10

Answer = Literal["reply", "silent", "failed", "dropped", "lost"]


@dataclass(frozen=True)
class Outcome:
    """How a push ended; `reason` says why it failed."""

    exchange: int
    attempts: int
    verdict: Answer
    reply: Reply | None
    reason: str | None
    milliseconds: float

    def as_json(self) -> Json:
        reply = self.reply.as_json() if self.reply else None
        return {**vars(self), "reply": reply}


@dataclass(frozen=True)
class Attempt:
    """One POST's end: a body from HTTP 200, or a trouble after which the next attempt follows `pause` seconds later."""

    body: bytes = b""
    trouble: str | None = None
    was_dropped: bool = False
    pause: float = 0.0


def open_exchange(world: World, parcel: Parcel) -> Exchange:
    """The journal's entry for the first attempt, whose number names the whole push."""
    return world.journal.open("push", "POST", world.config.callback, at=world.now(), openid=parcel.openid)


async def deliver(world: World, parcel: Parcel, first: Exchange | None = None) -> Outcome:
    """Push, try again where WeChat would, judge, and show the citizen what came of it."""
    return await _Delivery(world, parcel, first or open_exchange(world, parcel)).run()


async def verify_address(world: World) -> Json:
    """The GET by which WeChat checks a callback address when it is entered."""
    query = signed_query(world.config, now=world.now())
    query["echostr"] = query["nonce"][::-1] + "7"
    url = with_query(world.config.callback, query)
    exchange = world.journal.open("push", "GET", url, at=world.now())
    answer, reason = "", None
    try:
        async with asyncio.timeout(world.config.cut), world.session.get(URL(url, encoded=True)) as response:
            answer = (await response.read()).decode(errors="replace")
            exchange.status, exchange.response = response.status, answer
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        reason = f"{type(error).__name__}: {error}"
        exchange.notes.append(reason)
    world.show_exchange(exchange)
    return {"ok": exchange.status == 200 and answer == query["echostr"], "exchange": exchange.id, "reason": reason}


class _Delivery:
    """One push on its way: the exchange of the attempt at hand, and the number that names the whole."""

    def __init__(self, world: World, parcel: Parcel, exchange: Exchange) -> None:
        self.world, self.parcel, self.exchange = world, parcel, exchange
        self.number = exchange.id
        self.started = time.monotonic()

    async def run(self) -> Outcome:
        if self.world.draw_faults("push", kinds=("lose",), path=self.parcel.name):
            self._end_exchange("lost by the lose fault, never sent")
            return Outcome(self.number, 0, "lost", None, "lost", 0.0)
        await self._wait_if_reordered()
        total = self.world.config.attempts
        for attempts in range(1, total + 1):
            if attempts > 1:
                self.exchange = open_exchange(self.world, self.parcel)
            self.exchange.notes.append(f"attempt {attempts} of {total}")
            attempt = await self._attempt()
            if attempts == 1:
                self._let_go()
            if attempt.trouble is None or attempts == total:
                break
            self._end_exchange(attempt.trouble)
            await asyncio.sleep(attempt.pause)
        outcome = self._judged(attempt, attempts)
        self._end_exchange(outcome.reason)
        _show(self.world, self.parcel, outcome)
        return outcome

    async def _wait_if_reordered(self) -> None:
        """Hold this push until the same citizen's next one has arrived, or the fault's seconds are over."""
        fault = self.world.draw_faults("push", kinds=("reorder",), path=self.parcel.name).get("reorder")
        if not fault:
            return
        self.exchange.notes.append("held back by the reorder fault")
        gate = asyncio.Event()
        self.world.held.setdefault(self.parcel.openid, []).append(gate)
        try:
            async with asyncio.timeout(fault.lasting):
                await gate.wait()
        except TimeoutError:
            self.exchange.notes.append(f"let go after {fault.lasting:g} s")

    def _let_go(self) -> None:
        for gate in self.world.held.pop(self.parcel.openid, ()):
            gate.set()

    async def _attempt(self) -> Attempt:
        faults = self.world.draw_faults("push", kinds=ATTEMPT_FAULTS, path=self.parcel.name)
        self.exchange.notes.extend(f"fault {kind}" for kind in faults)
        if "delay" in faults:
            await asyncio.sleep(faults["delay"].lasting)
        if "duplicate" in faults:
            twin = open_exchange(self.world, self.parcel)
            twin.notes.append(f"duplicate of {self.exchange.id}")
            attempt, _ = await asyncio.gather(
                _post(self.world, self.parcel, self.exchange, faults=faults),
                _post(self.world, self.parcel, twin, faults=faults),
            )
            self.world.show_exchange(twin)
        else:
            attempt = await _post(self.world, self.parcel, self.exchange, faults=faults)
        return Attempt(trouble="the answer was lost", was_dropped=True) if "drop" in faults else attempt

    def _judged(self, attempt: Attempt, attempts: int) -> Outcome:
        world, reply, reason = self.world, None, attempt.trouble
        verdict: Answer = "dropped" if attempt.was_dropped else "failed"
        if reason is None:
            try:
                self.exchange.opened_response = unsealed(attempt.body, world.config)
                desk = Desk(self.parcel, world.config, world.media, world.now())
                reply = parsed(self.exchange.opened_response, desk)
                verdict = "reply" if reply else "silent"
            except WrongReply as error:
                reason = str(error)
        milliseconds = round((time.monotonic() - self.started) * 1000, 3)
        return Outcome(self.number, attempts, verdict, reply, reason, milliseconds)

    def _end_exchange(self, trouble: str | None) -> None:
        if trouble:
            self.exchange.notes.append(trouble)
        self.world.show_exchange(self.exchange)


async def _post(world: World, parcel: Parcel, exchange: Exchange, *, faults: dict[str, Fault]) -> Attempt:
    envelope = wrapped(parcel, world.config, now=world.now())
    exchange.url, exchange.request, exchange.opened_request = envelope.url, envelope.body, parcel.text
    started = time.monotonic()
    try:
        async with asyncio.timeout(world.config.cut):
            exchange.status, body = await _exchanged(world, envelope, faults)
    except TimeoutError:
        return Attempt(trouble=f"cut after {world.config.cut:g} s")
    except (aiohttp.ClientError, OSError) as error:
        return Attempt(trouble=f"{type(error).__name__}: {error}", pause=world.config.pause)
    finally:
        exchange.milliseconds = round((time.monotonic() - started) * 1000, 3)
    exchange.response = body.decode(errors="replace")
    if exchange.status == 200:
        return Attempt(body)
    return Attempt(trouble=f"HTTP {exchange.status}", pause=world.config.pause)


async def _exchanged(world: World, envelope: Envelope, faults: dict[str, Fault]) -> tuple[int, bytes]:
    body = envelope.body.encode()
    if "truncate" in faults:
        body = body[: len(body) // 2]
    content = _dripping(body, faults["slow"].lasting) if "slow" in faults else body
    headers = {"Content-Type": envelope.content_type, "User-Agent": "Mozilla/4.0"}
    address = URL(envelope.url, encoded=True)
    async with world.session.post(address, data=content, headers=headers, allow_redirects=False) as response:
        return response.status, await response.read()


async def _dripping(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    size = len(body) // SLOW_PIECES + 1
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / SLOW_PIECES)
        yield body[start : start + size]


def _show(world: World, parcel: Parcel, outcome: Outcome) -> None:
    citizen = parcel.citizen
    if not citizen or not citizen.followed:
        return
    if outcome.reply and outcome.reply.draft:
        world.write(citizen, outcome.reply.draft, sender="account", via="reply")
    elif outcome.reason and parcel.shows_failure:
        world.write(citizen, text_draft(OUT_OF_ORDER), sender="system", via="push")
