"""Without a browser these tests are left out and say why, unless REQUIRE_BROWSER=1 forbids it."""

from pathlib import Path

import pytest

from tests.browser.chromium import NAMES, demand_browser


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)


@pytest.mark.usefixtures("no_browser")
def test_the_reason_names_the_remedy() -> None:
    with pytest.raises(pytest.skip.Exception, match=r"no browser found .* apt install chromium"):
        demand_browser()


@pytest.mark.usefixtures("no_browser")
def test_where_a_browser_is_required_its_absence_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="REQUIRE_BROWSER"):
        demand_browser()


@pytest.mark.usefixtures("no_browser")
@pytest.mark.parametrize("name", NAMES)
def test_any_of_the_usual_names_will_do(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.touch(mode=0o755)
    assert demand_browser() == str(program)
