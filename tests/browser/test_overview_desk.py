"""The overview in a browser: charts are drawn from their tables, nothing breaks the page's policy, axe is content."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.domain.permissions import Preset
from store import figures, heartbeats, help, missed, publications, scores
from store.database import Connection
from store.figures import Figure, Kind, Outcome, Piece
from store.heartbeats import Beat
from store.help import HelpState, NewLine, Who
from store.missed import Group
from store.publications import PublicationKind
from store.scores import Score
from tests.console.colleague import Colleague, hire
from tests.town import Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATHS = ("/overview", "/overview/state", "/overview/month", "/overview/publications", "/overview/quiet")
NARROW = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}


def plant(conn: Connection, *, now: datetime) -> None:
    """Plant a month: messages, refusals, waits, the self-test, publications, and a lane of failures."""
    counted: list[Figure] = []
    for back in range(35):
        day = (now - timedelta(days=back)).date()
        counted += [
            Figure(day, Kind.TEXT, Outcome.ANSWERED, 60 + back * 7 % 23),
            Figure(day, Kind.TEXT, Outcome.OFFERED, 9),
            Figure(day, Kind.TEXT, Outcome.REFUSED, 4 + back % 5),
            Figure(day, Kind.FOLLOWED, Outcome.NONE, 3),
        ]
        plant_wait(conn, now - timedelta(days=back), seconds=60 + back * 11 % 200)
        score = Score(
            day=day.isoformat(), version=1, articles=96, samples=900, self_test=0.93 - back / 900, measured=now
        )
        scores.put(conn, score)
    figures.add(conn, Piece(0, 0, counted))
    publications.note(
        conn, kind=PublicationKind.ARTICLE, title="文明养犬，从牵好绳子开始", by="desk", at=now - timedelta(days=12)
    )
    missed.put(conn, f"{now:%Y-%m}", [Group(12, [1]), Group(3, [2])])


def plant_wait(conn: Connection, when: datetime, *, seconds: int) -> None:
    ticket = help.next_ticket(conn, f"{when:%Y%m%d}")
    begun = help.open_conversation(
        conn, f"c{ticket}", ticket=ticket, state=HelpState.WAITING, about="", now=when - timedelta(hours=1)
    )
    claimed = when - timedelta(hours=1) + timedelta(seconds=seconds)
    help.add_line(conn, NewLine(conversation_id=begun.id, said=claimed, who=Who.SYSTEM, kind="claimed"))
    help.change(
        conn, begun, now=claimed, state=HelpState.CLOSED, closed=claimed, waiting_since=None, outcome="answered"
    )


@dataclass(slots=True)
class Seen:
    """A browser's page, and what it complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note everything that the console or the page's policy says."""
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type != "log" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


Look = Callable[..., Awaitable[Seen]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Town]:
    """A town with a month behind it."""
    folder = tmp_path_factory.mktemp("overview")
    (folder / "wenming.db").write_bytes(sqlite_template.read_bytes())
    async with open_town(folder, f"sqlite:///{folder / 'wenming.db'}") as town:
        await town.database.write(plant, now=datetime.now(UTC))
        yield town


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def leader(office: Town) -> Colleague:
    """The leader who looks."""
    return await hire(office, Preset.APPROVER, name="leader", display="王主任")


@pytest_asyncio.fixture(loop_scope="session")
async def look(browser: Browser, office: Town, leader: Colleague) -> AsyncIterator[Look]:
    """Opens a page as the leader; in the end no page may have complained."""
    contexts: list[BrowserContext] = []
    seen: list[Seen] = []

    async def open_one(path: str, **options: Any) -> Seen:
        context = await browser.new_context(locale="zh-CN", **{"viewport": WIDE, **options})
        contexts.append(context)
        for name, value in leader.cookies.items():
            await context.add_cookies([{"name": name, "value": value, "url": office.address}])
        one = Seen(await context.new_page())
        seen.append(one)
        one.watch()
        await one.page.goto(f"{office.address}/desk{path}")
        return one

    yield open_one
    for context in contexts:
        await context.close()
    assert [complaint for one in seen for complaint in one.complaints] == []


async def ink(page: Page, name: str) -> int:
    """Return how many points of a chart are painted."""
    script = """(name) => {
        const canvas = document.querySelector(`[data-chart-of="${name}"] canvas`);
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return data.filter((value, at) => at % 4 === 3 && value > 0).length;
    }"""
    return int(await page.evaluate(script, name))


@pytest.mark.parametrize("name", ["chart-messages", "chart-waits", "chart-scores"])
async def test_each_chart_is_drawn_and_has_its_table(look: Look, name: str) -> None:
    seen = await look("/overview", reduced_motion="reduce")
    await expect(seen.page.locator(f'[data-chart-of="{name}"] canvas')).to_be_visible()
    assert await ink(seen.page, name) > 2000
    table = seen.page.locator(f"#{name}")
    await expect(table).to_be_hidden()
    await table.locator("xpath=ancestor::details").locator("summary").click()
    await expect(table).to_be_visible()
    assert await table.locator("tbody tr").count() == 30


async def test_without_scripts_the_tables_stand_open(look: Look) -> None:
    seen = await look("/overview", java_script_enabled=False)
    await expect(seen.page.locator("#chart-messages")).to_be_visible()
    await expect(seen.page.locator('[data-chart-of="chart-messages"]')).to_be_hidden()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_axe_finds_nothing(look: Look, path: str, colours: str) -> None:
    seen = await look(path, color_scheme=colours, reduced_motion="reduce")
    found = await Axe().run(seen.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PATHS)
async def test_on_a_phone_nothing_sticks_out(look: Look, path: str) -> None:
    seen = await look(path, viewport=NARROW, is_mobile=True, has_touch=True)
    width = await seen.page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]


async def test_twelve_days_without_publication_warn(look: Look) -> None:
    seen = await look("/overview")
    await expect(seen.page.locator('[data-warning="no-publication"]')).to_contain_text("12 天")


async def test_the_switch_is_thrown_and_thrown_back(look: Look) -> None:
    page = (await look("/overview/quiet")).page
    await page.get_by_label("原因").fill("演练")
    await page.get_by_label("我知道").check()
    await page.get_by_role("button", name="打开静默").click()
    await expect(page.locator('[data-banner="quiet"]')).to_contain_text("演练")
    await page.get_by_text("恢复发送").click()
    await page.get_by_role("button", name="确定恢复").click()
    await expect(page.locator('[data-banner="quiet"]')).to_have_count(0)


async def test_a_silent_worker_shows_in_a_banner_that_axe_can_read(look: Look, office: Town) -> None:
    def put(conn: Connection) -> None:
        heartbeats.put(conn, "worker-9/1", [Beat(what="sender:media", patience=60, alive=75)], running=500)

    await office.database.write(put)
    seen = await look("/")
    await expect(seen.page.locator('[data-banner="silent"]')).to_contain_text("没有动静")
    found = await Axe().run(seen.page)
    await office.database.write(heartbeats.leave, "worker-9/1")
    assert found.violations_count == 0, found.generate_report()


async def test_the_month_prints_with_its_table(look: Look) -> None:
    page = (await look("/overview/month", reduced_motion="reduce")).page
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    await page.emulate_media(media="print")
    await expect(page.locator("#chart-month")).to_be_visible()
    await expect(page.locator(".overview-tabs")).to_be_hidden()
