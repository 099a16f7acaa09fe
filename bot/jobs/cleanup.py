"""Once an hour: what is kept only for a time goes, in small pieces."""

import logging
from datetime import timedelta

from bot.clock import Clock
from bot.settings import Settings
from store import failures, inbox
from store.database import Database

_LOG = logging.getLogger("wenming.cleanup")
_ROWS_AT_ONCE = 2000  # a write of these stays under 50 ms


class Cleanup:
    """Deletes inbox rows and failures that are older than the settings say."""

    seconds_between = 3600.0

    def __init__(self, database: Database, *, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def run_once(self) -> int:
        """Clean up and return how many rows went."""
        now = self._clock.now()
        before = now - timedelta(days=self._settings.keep_inbox_days)
        gone = 0
        while purged := await self._database.write(inbox.purge, before=before, limit=_ROWS_AT_ONCE):
            gone += purged
        before = now - timedelta(days=self._settings.keep_failures_days)
        gone += await self._database.write(failures.purge, before=before)
        if gone:
            _LOG.info("cleaned up", extra={"rows": gone})
        return gone
