"""Signs of life: every loop of this process touches its pulse, and one job writes them all down every ten seconds.

A loop that hangs, a process that is gone: the office sees it on every page of the desk within a minute or so.
"""

import logging
import os
import platform
import secrets
from time import monotonic

from store import heartbeats
from store.database import DATABASE_TROUBLE, Database
from store.heartbeats import Beat

PATIENCE_SECONDS = 60
OWN_NAME = "process"  # the row of the process itself

_LOG = logging.getLogger("wenming.heartbeat")


class Pulse:
    """One loop's; touching it costs nothing."""

    def __init__(self, what: str, *, patience: int) -> None:
        self._what = what
        self._patience = patience
        self._alive = monotonic()
        self._ran: float | None = None
        self._worked: float | None = None
        self._failed: float | None = None
        self._error: str | None = None

    def beat(self) -> None:
        """Show that the loop goes round."""
        self._alive = monotonic()

    def ran(self, *, done: int) -> None:
        """Note a run that ended well, and whether it found something to do."""
        self._alive = self._ran = monotonic()
        if done:
            self._worked = self._alive

    def failed(self, error: BaseException) -> None:
        """Note a run that didn't; of the error its type alone, since its words may quote a citizen's."""
        self._alive = self._failed = monotonic()
        self._error = type(error).__qualname__

    def read(self) -> Beat:
        """Return it for the database."""
        now = monotonic()
        return Beat(
            what=self._what,
            patience=self._patience,
            alive=now - self._alive,
            ran=_since(self._ran, now),
            worked=_since(self._worked, now),
            failed=_since(self._failed, now),
            error=self._error,
        )


class Heartbeat:
    """The pulses of one process, and the job that writes them down."""

    seconds_between = 10.0

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = f"{platform.node() or 'localhost'}/{os.getpid()}-{secrets.token_hex(2)}"
        self._began = monotonic()
        self._own = Pulse(OWN_NAME, patience=PATIENCE_SECONDS)
        self._pulses = [self._own]

    def pulse(self, what: str, *, patience: float = PATIENCE_SECONDS) -> Pulse:
        """Return a new loop's; less than a minute of patience makes no sense beside ten seconds between two writes."""
        pulse = Pulse(what, patience=max(PATIENCE_SECONDS, round(patience)))
        self._pulses.append(pulse)
        return pulse

    async def run_once(self) -> int:
        """Write all of them down and return how many."""
        self._own.beat()
        beats = [pulse.read() for pulse in self._pulses]
        await self._database.write(heartbeats.put, self._process, beats, running=monotonic() - self._began)
        return len(beats)

    async def leave(self) -> None:
        """Say goodbye: nobody shall wait for this process."""
        try:
            await self._database.write(heartbeats.leave, self._process)
        except DATABASE_TROUBLE as error:  # then the desk sees a process that went without a word, as it is
            _LOG.warning("no goodbye", extra={"error": type(error).__name__})


def _since(moment: float | None, now: float) -> float | None:
    return None if moment is None else now - moment
