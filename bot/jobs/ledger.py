"""The ledger of erasures outlives the database: copied out of it while it runs, replayed over it at the start."""

import asyncio
import logging
from datetime import datetime

from bot.domain.erasure import erase_late
from store import erasures
from store.database import Database
from store.ledger import Ledger

_LOG = logging.getLogger("wenming.ledger")
_LOOK_BACK = 500  # rows get their numbers before they are committed, so that a lower one may appear later


class LedgerCopy:
    """Writes what was erased into the file, a few seconds later. Every replica may do so, each into its own."""

    seconds_between = 5.0

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        self._last = 0
        self._written: set[str] | None = None  # of the rows looked back at; before the first run unknown

    async def run_once(self) -> int:
        """Copy what is new and return how many entries that were."""
        rows = await self._database.read(erasures.list_after, self._last - _LOOK_BACK)
        if self._written is None:
            self._written = {entry.citizen_id for entry in await asyncio.to_thread(self._ledger.read)}
        fresh = [entry for _, entry in rows if entry.citizen_id not in self._written]
        if fresh:
            await asyncio.to_thread(self._ledger.append, fresh)
        self._last = rows[-1][0] if rows else 0
        self._written = {entry.citizen_id for _, entry in rows[-2 * _LOOK_BACK :]}
        return len(fresh)


async def replay(database: Database, ledger: Ledger, *, now: datetime) -> int:
    """Erase again whom the file names but a database restored from an older backup still knows; return how many."""
    entries = {entry.citizen_id: entry for entry in await asyncio.to_thread(ledger.read)}
    if not entries:
        return 0
    back = await database.read(erasures.find_unerased, entries)
    for citizen_id in back:
        await database.write(erase_late, entries[citizen_id], now=now)
    if back:
        _LOG.warning("erased again after a restored backup", extra={"citizens": len(back)})
    return len(back)
