"""A failed job's line in the log held the error's words, which may be a citizen's; it holds type and place."""

import asyncio
import logging

import pytest

from bot.jobs.heartbeat import PATIENCE_SECONDS, Pulse
from bot.jobs.loop import run_job
from bot.logs import JsonFormatter

SECRET = "王小明 13812345678"
MESSAGE = f"no such person: {SECRET}"  # not where it is raised: the log shows lines of the program


class Fails:
    """Fails once with words that a citizen wrote, then ends the loop."""

    seconds_between = 0.0

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._runs = 0

    async def run_once(self) -> int:
        """Fail, or stop."""
        self._runs += 1
        if self._runs == 1:
            try:
                raise KeyError(SECRET)
            except KeyError as cause:
                raise ValueError(MESSAGE) from cause
        self._stop.set()
        return 1


async def test_type_and_place_are_logged_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    stop = asyncio.Event()
    pulse = Pulse("job:Fails", patience=PATIENCE_SECONDS)
    await asyncio.wait_for(run_job(Fails(stop), stop, pulse), 10)
    (record,) = [record for record in caplog.records if record.name == "wenming.jobs"]
    line = JsonFormatter().format(record)
    assert record.levelno == logging.ERROR
    for told in ("job failed", "Fails", "ValueError", "KeyError", "run_once"):
        assert told in line
    for words in (SECRET, "13812345678", "no such person"):
        assert words not in line
        assert words not in str(vars(record))
    assert pulse.read().worked is not None  # the next run came
