"""The business clock follows its file at once."""

import time
from pathlib import Path

from bot.clock import Clock


def test_a_moved_clock_is_moved_for_the_very_next_question(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    clock = Clock(file)
    assert abs(clock.seconds() - time.time()) < 60
    for offset in (1_000_000, 2_000_000):
        fresh = tmp_path / "offset.new"
        fresh.write_text(f"{offset}.0\n")
        fresh.replace(file)
        assert abs(clock.seconds() - time.time() - offset) < 60
    file.unlink()
    assert abs(clock.seconds() - time.time()) < 60
