"""The one loop in which all jobs run: each `run_once()` again and again, until asked to stop."""

import asyncio
import logging
from time import monotonic
from typing import Protocol

from bot.jobs.heartbeat import Pulse
from bot.logs import without_words

_LOG = logging.getLogger("wenming.jobs")
_BEAT_SECONDS = 10.0


class Job(Protocol):
    """Something done by the clock. A run may take as long as the time between two, or a minute if that is longer."""

    seconds_between: float

    async def run_once(self) -> int:
        """Do what is due and return how much was done."""


async def run_job(job: Job, stop: asyncio.Event, pulse: Pulse) -> None:
    """Run a job at once and then at its interval; a run that fails is logged and tried again at the next."""
    while not stop.is_set():
        pulse.beat()
        try:
            pulse.ran(done=await job.run_once())
        except Exception as error:  # noqa: BLE001 - a job loop's one: the next run may succeed
            pulse.failed(error)
            where = {"error": type(error).__qualname__, "traceback": without_words(error)}
            _LOG.error("job failed", extra={"job": type(job).__name__, **where})
        await _rest(job.seconds_between, stop, pulse)


async def _rest(seconds: float, stop: asyncio.Event, pulse: Pulse) -> None:
    """Wait, with a sign of life now and then."""
    until = monotonic() + seconds
    while not stop.is_set() and (left := until - monotonic()) > 0:
        try:
            async with asyncio.timeout(min(left, _BEAT_SECONDS)):
                await stop.wait()
        except TimeoutError:
            pulse.beat()
