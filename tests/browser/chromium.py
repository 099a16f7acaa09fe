"""Which browser the tests drive, and how it is started: quiet, and without asking anybody outside."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MISSING = f"no browser found (looked for {', '.join(NAMES)}); on Debian and Ubuntu: apt install chromium"


def find_browser() -> str | None:
    """Return the path of the first browser that is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def demand_browser() -> str:
    """Return the browser's path; without one the test is skipped, or fails where REQUIRE_BROWSER=1 says so."""
    found = find_browser()
    if found is not None:
        return found
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"{_MISSING} (REQUIRE_BROWSER=1)")
    pytest.skip(_MISSING)
