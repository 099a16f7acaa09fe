"""Colleagues of every kind in a running town, and a console with pages of the tests' own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.console.colleague import Colleague, hire
from tests.console.trial import TrialDesk, open_trial
from tests.town import Town, open_town

Desk = Callable[..., Awaitable[Colleague]]


@pytest.fixture
async def desk(town: Town) -> Desk:
    """`await desk(Preset.DESK, name=…, granted=…)`: somebody with these permissions, signed in."""

    async def hired(*args: object, **kwargs: object) -> Colleague:
        return await hire(town, *args, **kwargs)  # type: ignore[arg-type]

    return hired


@pytest.fixture
async def trial(tmp_path: Path, database_url: str) -> AsyncIterator[TrialDesk]:
    """A town, and beside it a console that has the tests' pages too."""
    async with open_town(tmp_path, database_url) as town, open_trial(town) as opened:
        yield opened
