"""Once an hour: what is kept only for a time goes, in small pieces."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.settings import Settings
from store import retention
from store.database import Database
from store.retention import Expiring

_LOG = logging.getLogger("wenming.cleanup")
_ROWS_AT_ONCE = 500  # a write of these stays under 50 ms


@dataclass(frozen=True, slots=True)
class Period:
    """How long one kind of rows is kept."""

    kept: str
    days: Callable[[Settings], int]
    rows: Expiring


PERIODS = (
    Period("messages", lambda settings: settings.keep_chat_days, retention.MESSAGES),
    Period("dialogues", lambda settings: settings.keep_chat_days, retention.DIALOGUES),
    Period("sent", lambda settings: settings.keep_chat_days, retention.SENT),
    Period("attachments", lambda settings: settings.keep_chat_days, retention.ATTACHMENTS),
    Period("questions", lambda settings: settings.keep_unanswered_days, retention.QUESTIONS),
    Period("contacts", lambda settings: settings.keep_contacts_days, retention.CONTACTS),
    Period("consents", lambda settings: settings.keep_consents_days, retention.CONSENTS),
    Period("failures", lambda settings: settings.keep_failures_days, retention.FAILURES),
    Period("security_log", lambda settings: settings.keep_security_log_days, retention.SECURITY_LOG),
)


class Cleanup:
    """Ends what is older than the settings say, and has the disk forget it."""

    seconds_between = 3600.0

    def __init__(self, database: Database, *, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def run_once(self) -> int:
        """Clean up and return how many rows went or lost their words."""
        now = self._clock.now()
        ended = {period.kept: await self._end(period, now) for period in PERIODS}
        await self._database.scrub()
        gone = {kept: rows for kept, rows in ended.items() if rows}
        if gone:
            _LOG.info("cleaned up", extra=gone)
        return sum(gone.values())

    async def _end(self, period: Period, now: datetime) -> int:
        before = now - timedelta(days=period.days(self._settings))
        ended = 0
        while keys := await self._find(period.rows, before):
            ended += await self._database.write(retention.end, period.rows, keys, before=before)
        return ended

    async def _find(self, rows: Expiring, before: datetime) -> list[object]:
        return list(await self._database.read(retention.find_due, rows, before=before, limit=_ROWS_AT_ONCE))
