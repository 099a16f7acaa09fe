"""The stage as a fixture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.database import Database
from tests.outbound.stage import Stage, set_stage


@pytest.fixture
async def stage(database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    """A verified service account, on both databases."""
    async with set_stage(database, tmp_path) as built:
        yield built
