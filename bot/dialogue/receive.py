"""One push, one transaction: understand, act, commit, and only then reply.

Phase one thinks about the push with the dialogue as this process last saw it. Phase two (`transaction.py`) reads
everything again inside one transaction; if the dialogue or the article has moved meanwhile, phase one thinks again.
The row that marks the push as handled holds the reply, so that WeChat's retries find everything or nothing.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from time import monotonic

import orjson

from bot import texts
from bot.clock import Clock
from bot.dialogue.context import UNSEEN, Dialogue
from bot.dialogue.intake import Intake
from bot.dialogue.late import Patience
from bot.dialogue.replies import dump_reply
from bot.dialogue.router import Router, expects_answer
from bot.dialogue.transaction import Attempt, Done, kind_of
from bot.dialogue.turns import Turns
from bot.knowledge.library import Library
from bot.logs import mask, without_words
from bot.metrics import Metrics
from bot.wechat.messages import SILENCE, Event, Push, Reply, Silence, Text
from store import failures, inbox
from store.database import DATABASE_TROUBLE, Connection, Database
from store.inbox import Handled
from store.sealing import Seal

_LOG = logging.getLogger("wenming.message")
_DIALOGUES_IN_MIND = 10_000
_MOST_WORDS = 2000  # characters of an error's words that are kept
_SECONDS_TO_ACT = 1.0  # of WeChat's patience, kept for phase two
_MOST_THOUGHTS = 5  # how often phase one may be overtaken by another change before we give up


class Receiver:
    """Answers pushes. One per process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        router: Router,
        library: Library,
        intake: Intake,
        seal: Seal,
        metrics: Metrics,
        wake_senders: Sequence[Callable[[], None]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._router = router
        self._library = library
        self._intake = intake
        self._seal = seal
        self._metrics = metrics
        self._wake_senders = wake_senders
        self._turns = Turns()
        self._running: dict[bytes, asyncio.Future[Done]] = {}
        self._in_mind: OrderedDict[str, Dialogue] = OrderedDict()

    async def receive(self, push: Push, is_connected: Callable[[], bool]) -> Reply:
        """Answer one push; a retry gets the words of the first. Raises nothing but cancellation."""
        if isinstance(push, Event) and push.name == "location":
            self._metrics.count_message("event:location", "dropped")
            return SILENCE  # reported by the phone, not said by the citizen: where people are is not our business
        patience = Patience(monotonic(), is_connected)
        key = push.dedupe_key
        running = self._running.get(key)
        if running is None:
            done = await self._receive_first(push, key, patience)
        else:
            done = await self._receive_again(push, key, patience, running)
        if done.late:
            await patience.outlast()
        return done.reply

    async def _receive_again(self, push: Push, key: bytes, patience: Patience, running: asyncio.Future[Done]) -> Done:
        """Wait for the first; if that came too late for WeChat but not for this retry, take the promise back."""
        done = await asyncio.shield(running)
        self._metrics.duplicates.inc()
        if done.late and patience.lasts():
            async with self._turns.take(push.openid):
                return await self._handle(push, key, patience)
        return done

    async def _receive_first(self, push: Push, key: bytes, patience: Patience) -> Done:
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._running[key] = future
        try:
            async with self._turns.take(push.openid):
                done = await self._handle(push, key, patience)
                if not done.late and expects_answer(push) and not patience.lasts():
                    done = await self._handle(push, key, patience)  # too late since the commit: promise it
            future.set_result(done)
        finally:
            del self._running[key]
            if not future.done():
                future.cancel()
        self._note(push, key, done, monotonic() - patience.received)
        return done

    async def _handle(self, push: Push, key: bytes, patience: Patience) -> Done:
        try:
            done = await self._think_and_act(push, key, patience)
        except Exception as error:  # noqa: BLE001 - the receiving side's one: a sentence for the citizen, a log line
            return await self._apologise(push, key, error)
        if done.outgoing:
            for wake in self._wake_senders:
                wake()
        return done

    async def _think_and_act(self, push: Push, key: bytes, patience: Patience) -> Done:
        now = self._clock.now()
        dialogue = self._in_mind.get(push.openid, UNSEEN)
        for _ in range(_MOST_THOUGHTS):
            understanding = await self._router.understand(
                push, dialogue, now, seconds=patience.left() - _SECONDS_TO_ACT
            )
            attempt = Attempt(
                push=push, key=key, dialogue=dialogue, understanding=understanding, now=now, patience=patience
            )
            outcome = await self._intake.commit(attempt)
            if isinstance(outcome, Done):
                self._keep_in_mind(push.openid, outcome.dialogue)
                return outcome
            dialogue = outcome.dialogue
            if outcome.article_moved and understanding.article is not None:
                await self._library.reread(understanding.article.id)
        raise RuntimeError("the dialogue or the knowledge moved faster than the answer")

    def _keep_in_mind(self, openid: str, dialogue: Dialogue) -> None:
        if dialogue is UNSEEN:
            self._in_mind.pop(openid, None)
            return
        self._in_mind[openid] = dialogue
        self._in_mind.move_to_end(openid)
        if len(self._in_mind) > _DIALOGUES_IN_MIND:
            self._in_mind.popitem(last=False)

    async def _apologise(self, push: Push, key: bytes, error: Exception) -> Done:
        """Say sorry with a reference number; keep the raw push for inspection and the words for its retries."""
        reference = secrets.token_hex(3).upper()
        self._metrics.failures.inc()
        where = {"error": type(error).__qualname__, "traceback": without_words(error)}
        _LOG.error("message failed", extra={"id": key.hex()[:12], "reference": reference, **where})
        reply = Text(texts.failed(reference)) if expects_answer(push) else SILENCE
        try:
            await self._database.write(self._keep_failure, push, key=key, reference=reference, error=error, reply=reply)
        except DATABASE_TROUBLE as trouble:
            _LOG.error("failure could not be kept", extra={"reference": reference, "traceback": without_words(trouble)})
        return Done(reply, UNSEEN)

    def _keep_failure(
        self, conn: Connection, push: Push, *, key: bytes, reference: str, error: Exception, reply: Reply
    ) -> None:
        raw = orjson.dumps({"push": asdict(push), "error": repr(error)[:_MOST_WORDS]}, default=str).decode()
        kind, now = type(error).__qualname__, self._clock.now()
        failures.record(conn, self._seal, reference=reference, openid=push.openid, raw=raw, error=kind, now=now)
        inbox.remember(conn, [Handled(key, None, now, kind_of(push), dump_reply(reply))])

    def _note(self, push: Push, key: bytes, done: Done, seconds: float) -> None:
        kind = kind_of(push)
        outcome = "repeated" if done.repeated else "silent" if isinstance(done.reply, Silence) else "answered"
        if done.repeated:
            self._metrics.duplicates.inc()
        if done.late:
            self._metrics.late.inc()
        self._metrics.count_message(kind, outcome)
        self._metrics.latency.observe(seconds)
        details = {"id": key.hex()[:12], "citizen": mask(push.openid), "kind": kind, "outcome": outcome}
        _LOG.info("message", extra={**details, "ms": round(seconds * 1000, 1), "late": done.late})
