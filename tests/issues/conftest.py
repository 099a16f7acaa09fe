"""Fixtures that reproductions borrow from the tests of the part where the bug was."""

from tests.outbound.conftest import stage as stage
