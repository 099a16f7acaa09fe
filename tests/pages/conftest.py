"""A town whose pages open at the address that its citizens get in the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, free_port, open_town


@pytest.fixture
async def paged_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """On each kind of database."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with open_town(
        tmp_path, database_url, port=port, public_url=address, icp_number="豫ICP备00000000号-1"
    ) as town:
        yield town
