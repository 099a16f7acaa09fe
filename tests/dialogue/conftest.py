"""Databases of one kind only, for what the other kind doesn't have."""

import uuid
from collections.abc import Iterator

import pytest

from tests.postgres import Cluster


@pytest.fixture
def postgres_url(postgres_template: Cluster) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    postgres_template.sql(f"CREATE DATABASE {name} TEMPLATE template_wenming")
    yield postgres_template.url(name)
    postgres_template.sql(f"DROP DATABASE {name} WITH (FORCE)")
