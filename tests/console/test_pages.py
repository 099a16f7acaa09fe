"""The frame's own pages: first page, search, colours, files."""

import re

import pytest

from bot.domain.permissions import Preset
from tests.console.conftest import Desk
from tests.console.trial import HOSTILE, TrialDesk


async def test_the_first_page_shows_what_waits_for_this_person(trial: TrialDesk) -> None:
    approver, clerk = await trial.hire(), await trial.hire(Preset.DEPARTMENT)
    page = await approver.opens("/")
    assert page.text.count("since this morning") == 5
    assert "还有 2 项" in page.text
    assert "since this morning" not in (await clerk.opens("/")).text


async def test_the_search_asks_only_what_this_person_may_use(trial: TrialDesk) -> None:
    approver, clerk = await trial.hire(), await trial.hire(Preset.DEPARTMENT)
    assert "of the trial" in (await approver.opens("/search?q=x")).text
    assert "of the trial" not in (await clerk.opens("/search?q=x")).text
    assert "没有找到" in (await clerk.opens("/search?q=qzx")).text
    assert "请在上方输入" in (await clerk.opens("/search?q=%20%00")).text


async def test_hostile_words_stay_words(trial: TrialDesk) -> None:
    approver = await trial.hire(display=HOSTILE)
    for page in (
        await approver.opens("/"),
        await approver.opens(f"/search?q={HOSTILE}"),
        await approver.opens(f"/{HOSTILE}"),
    ):
        assert "<script>alert" not in page.text
        assert "onerror=alert(1)>" not in page.text
        assert "&lt;script&gt;alert" in page.text or page.status == 404


async def test_colours_are_chosen_without_scripts(desk: Desk) -> None:
    approver = await desk(Preset.APPROVER)
    page = await approver.opens("/search?q=x")
    assert 'data-bs-theme="auto"' in page.text
    led = await approver.sends(page.form("/theme"), theme="dark")
    assert led.leads_to == "/search"
    assert 'data-bs-theme="dark"' in (await approver.opens("/")).text
    await approver.sends((await approver.opens("/")).form("/theme"), theme="pink")
    assert 'data-bs-theme="dark"' in (await approver.opens("/")).text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"])
async def test_going_back_never_leaves_the_console(desk: Desk, elsewhere: str) -> None:
    approver = await desk(Preset.APPROVER)
    form = (await approver.opens("/")).form("/theme")
    led = await approver.sends(form, theme="dark", next=elsewhere)
    assert led.headers["Location"].startswith("/desk/")


async def test_files_are_kept_for_good_under_their_own_address(desk: Desk) -> None:
    approver = await desk(Preset.APPROVER)
    page = await approver.opens("/")
    addresses = re.findall(r'(?:href|src)="/desk(/static/[^"]+)"', page.text)
    assert len(addresses) >= 7
    for address in addresses:
        found = await approver.opens(address)
        assert (found.status, "immutable" in found.headers["Cache-Control"]) == (200, True), address
        again = await approver.opens(address, headers={"If-None-Match": found.headers["ETag"]})
        assert again.status == 304
    old = await approver.opens("/static/desk.css?v=000000000000")
    assert "immutable" not in old.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["../desk.py", "..%2fdesk.py", "vendor/VERSIONS", "vendor/htmx.LICENSE", "", "none.css"]
)
async def test_no_other_file_is_served(desk: Desk, name: str) -> None:
    assert (await (await desk(Preset.APPROVER)).opens(f"/static/{name}")).status == 404
