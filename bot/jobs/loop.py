"""The one loop in which all jobs run: each `run_once()` again and again, until asked to stop."""

import asyncio
import logging
from typing import Protocol

_LOG = logging.getLogger("wenming.jobs")


class Job(Protocol):
    """Something done by the clock."""

    seconds_between: float

    async def run_once(self) -> int:
        """Do what is due and return how much was done."""


async def run_job(job: Job, stop: asyncio.Event) -> None:
    """Run a job at once and then at its interval; a run that fails is logged and tried again at the next."""
    while not stop.is_set():
        try:
            await job.run_once()
        except Exception:  # noqa: BLE001 - a job loop's one: the next run may succeed
            _LOG.exception("job failed", extra={"job": type(job).__name__})
        try:
            async with asyncio.timeout(job.seconds_between):
                await stop.wait()
        except TimeoutError:
            continue
