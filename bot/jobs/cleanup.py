"""Once an hour: what is kept only for a time goes, in small pieces."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import TOWN, Clock
from bot.settings import Settings
from store import audit, retention
from store.database import Connection, Database
from store.retention import Expiring

_LOG = logging.getLogger("wenming.cleanup")
_FORM_DAYS = 1  # its writer can have it back for an hour
_SESSION_DAYS = 1  # after its end nobody can use a session: it only fills the table
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
    Period("help_lines", lambda settings: settings.keep_chat_days, retention.HELP_LINES),
    Period("help_words", lambda settings: settings.keep_chat_days, retention.HELP_WORDS),
    Period("questions", lambda settings: settings.keep_unanswered_days, retention.QUESTIONS),
    Period("contacts", lambda settings: settings.keep_contacts_days, retention.CONTACTS),
    Period("consents", lambda settings: settings.keep_consents_days, retention.CONSENTS),
    Period("failures", lambda settings: settings.keep_failures_days, retention.FAILURES),
    Period("security_log", lambda settings: settings.keep_security_log_days, retention.SECURITY_LOG),
    Period("attempts", lambda settings: settings.keep_security_log_days, retention.ATTEMPTS),
    Period("invitations", lambda settings: settings.keep_security_log_days, retention.INVITATIONS),
    Period("sessions", lambda _: _SESSION_DAYS, retention.SESSIONS),
    Period("kept_forms", lambda _: _FORM_DAYS, retention.KEPT_FORMS),
)


class Cleanup:
    """Ends what is older than the settings say, and has the disk forget it."""

    seconds_between = 3600.0

    def __init__(self, database: Database, *, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings
        self._noted = 0  # the audit line whose hash was logged last

    async def run_once(self) -> int:
        """Clean up and return how many rows went or lost their words."""
        now = self._clock.now()
        ended = {period.kept: await self._end(period, now) for period in PERIODS}
        ended["audit"] = await self._end_audit(now)
        await self._database.scrub()
        gone = {kept: rows for kept, rows in ended.items() if rows}
        if gone:
            _LOG.info("cleaned up", extra=gone)
        await self._note_head()
        return sum(gone.values())

    async def _end(self, period: Period, now: datetime) -> int:
        before = now - timedelta(days=period.days(self._settings))
        ended = 0
        while keys := await self._find(period.rows, before):
            ended += await self._database.write(retention.end, period.rows, keys, before=before)
        return ended

    async def _end_audit(self, now: datetime) -> int:
        """Delete whole days of the audit log; it says so first, and a line's age is counted from that newest one."""
        days = timedelta(days=self._settings.keep_security_log_days)
        before = (now - days).astimezone(TOWN).replace(hour=0, minute=0, second=0, microsecond=0)
        up_to = await self._database.read(audit.find_expired, before=before)
        if up_to is None:
            return 0
        await self._database.write(_record_expiry, up_to=up_to, now=now)
        ended = 0
        while rows := await self._database.write(audit.expire, up_to=up_to, limit=_ROWS_AT_ONCE):
            ended += rows
        return ended

    async def _note_head(self) -> None:
        """Write the last hash into the service's log, which stands elsewhere: nobody cuts lines off unseen."""
        line, digest = await self._database.read(audit.head)
        if line != self._noted:
            _LOG.info("audit log", extra={"line": line, "hash": digest})
            self._noted = line

    async def _find(self, rows: Expiring, before: datetime) -> list[object]:
        return list(await self._database.read(retention.find_due, rows, before=before, limit=_ROWS_AT_ONCE))


def _record_expiry(conn: Connection, *, up_to: int, now: datetime) -> None:
    audit.record(conn, staff_id=None, action="audit_expired", subject="audit", subject_id=str(up_to), now=now)
