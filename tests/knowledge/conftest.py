"""Indexes that only have to be built once: nothing can change them."""

import pytest

from bot.knowledge.index import Index
from tests.knowledge.bases import Base, small_town, starting


@pytest.fixture(scope="session")
def town_base() -> Base:
    return small_town()


@pytest.fixture(scope="session")
def town_index(town_base: Base) -> Index:
    return town_base.index()


@pytest.fixture(scope="session")
def starting_index() -> Index:
    return starting().index()
