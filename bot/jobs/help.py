"""Every few seconds: whoever waits too long for a person hears something, and what nobody goes on with is closed."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.help_overdue import IDLE, PATIENCE, close_idle, promise_unclaimed, requeue_silent
from bot.texts import Office
from store import help
from store.database import Connection, Database

_FEED_KEPT = timedelta(hours=1)

_LOG = logging.getLogger("wenming.help")


class OverdueHelp:
    """Looks after live help; only for accounts that may write to citizens by themselves."""

    seconds_between = 5.0

    def __init__(self, database: Database, *, clock: Clock, office: Office) -> None:
        self._database = database
        self._clock = clock
        self._office = office

    async def run_once(self) -> int:
        """Do what is due and return how many conversations moved."""
        now = self._clock.now()
        promised = await self._each(help.list_unclaimed_since, now - PATIENCE, self._promise)
        requeued = await self._each(help.list_unanswered_since, now - PATIENCE, requeue_silent)
        closed = await self._each(help.list_idle_since, now - IDLE, close_idle)
        await self._database.write(help.prune_feed, before=now - _FEED_KEPT)
        if promised or requeued or closed:
            _LOG.info("help overdue", extra={"promised": promised, "requeued": requeued, "closed": closed})
        return promised + requeued + closed

    async def _each(
        self, find: Callable[[Connection, datetime], Sequence[int]], before: datetime, settle: Callable[..., bool]
    ) -> int:
        """Settle each in a transaction of its own: one that fails takes no other with it."""
        moved = 0
        for conversation_id in await self._database.read(find, before):
            moved += await self._database.write(settle, conversation_id, now=self._clock.now())
        return moved

    def _promise(self, conn: Connection, conversation_id: int, *, now: datetime) -> bool:
        return promise_unclaimed(conn, conversation_id, office=self._office, now=now)
