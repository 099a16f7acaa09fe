"""Every few seconds: the messages that came in are added to the figures by day."""

from datetime import timedelta
from time import monotonic

from bot import texts
from bot.clock import Clock
from bot.dialogue.replies import dump_reply
from bot.wechat.messages import SILENCE, Text
from store import figures
from store.database import Database
from store.figures import FixedReplies

FIXED_REPLIES = FixedReplies(silence=dump_reply(SILENCE), quiet=dump_reply(Text(texts.QUIET)))
_ROWS_AT_ONCE = 2000
_RUN_SECONDS = 2.0  # then the job lets a service that is to stop do so, and goes on at its next run
_SETTLED_AFTER = timedelta(seconds=30)  # by then every transaction that took a lower number has ended


class DailyFigures:
    """Counts the inbox by its rows' numbers; killed anywhere, a row counts once."""

    seconds_between = 5.0

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Count for about two seconds and return how many messages were added."""
        until = monotonic() + _RUN_SECONDS
        added = 0
        while monotonic() < until:
            before = self._clock.now() - _SETTLED_AFTER
            piece = await self._database.read(figures.count_next, FIXED_REPLIES, before=before, most=_ROWS_AT_ONCE)
            if piece is None or not await self._database.write(figures.add, piece):  # another replica is at it
                break
            added += sum(one.count for one in piece.figures)
        return added
