"""Every other second: answers that exist by now go to those who asked and whose window is open.

An answer comes to exist by an approval, an import, or the day on which an article becomes valid; this looks at what
stands in the database, whichever it was.
"""

import logging
from collections.abc import Sequence

from bot.clock import Clock
from bot.domain.knowledge import WINDOW, tell_askers
from store import unanswered
from store.database import Database

_AT_ONCE = 50  # messages made in one write

_LOG = logging.getLogger("wenming.answers")


class AnswersForAskers:
    """Makes the messages; only for accounts that may write to citizens by themselves."""

    seconds_between = 2.0

    def __init__(self, database: Database, *, clock: Clock, statuses: Sequence[str]) -> None:
        self._database = database
        self._clock = clock
        self._statuses = statuses

    async def run_once(self) -> int:
        """Make what is due and return how many messages."""
        made = 0
        while await self._is_somebody_waiting():
            told = await self._database.write(
                tell_askers, statuses=self._statuses, now=self._clock.now(), most=_AT_ONCE
            )
            if not told:  # another replica was faster
                break
            made += told
        if made:
            _LOG.info("askers told", extra={"messages": made})
        return made

    async def _is_somebody_waiting(self) -> bool:
        now = self._clock.now()
        due = await self._database.read(
            unanswered.list_to_tell, statuses=self._statuses, heard_since=now - WINDOW, now=now, most=1
        )
        return bool(due)
