"""The event stream of live help: who hears of a change, how it ends, and that nobody listening costs nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from sqlalchemy import text

from bot.console.feed import MOST_PER_PERSON, Feed, News
from bot.domain.permissions import Preset
from tests.console.colleague import Colleague
from tests.console.conftest import Desk
from tests.conversations.desk import TUESDAY, is_at
from tests.town import Town

PATIENCE = 5.0  # seconds


@dataclass(slots=True)
class Counter:
    """What the feed looks at."""

    value: int = 0
    looks: int = 0

    async def look(self) -> int:
        """Count the looks."""
        self.looks += 1
        return self.value


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[asyncio.Event]:
    """Run the feed until the block ends."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(feed.run(stop))
        yield stop
        stop.set()


async def test_every_listener_hears_of_a_change_and_one_task_looks() -> None:
    counter = Counter()
    feed = Feed(counter.look, poll_seconds=0.001)
    async with running(feed):
        with feed.listen(1) as first, feed.listen(2) as second:
            assert [await first.news(PATIENCE), await second.news(PATIENCE)] == [News.MOVED, News.MOVED]
            counter.value, before = 1, counter.looks
            assert [await first.news(PATIENCE), await second.news(PATIENCE)] == [News.MOVED, News.MOVED]
            assert counter.looks - before <= 2
            assert await first.news(0.01) is News.NOTHING


async def test_nobody_listening_nobody_looks() -> None:
    counter = Counter()
    feed = Feed(counter.look, poll_seconds=0)
    async with running(feed):
        with feed.listen(1) as listener:
            await listener.news(PATIENCE)
        for _ in range(3):
            await asyncio.sleep(0)
        before = counter.looks
        for _ in range(20):
            await asyncio.sleep(0)
        assert counter.looks == before


async def test_a_seventh_page_takes_the_place_of_the_oldest() -> None:
    feed = Feed(Counter().look)
    with feed.listen(1) as oldest:
        others = [feed.listen(1) for _ in range(MOST_PER_PERSON)]
        for other in others:
            other.__enter__()
        with feed.listen(2) as colleague:
            assert await oldest.news(PATIENCE) is News.CROWDED_OUT
            assert await colleague.news(0) is News.NOTHING
        for other in others:
            other.__exit__(None, None, None)


async def test_a_database_that_is_away_ends_nothing() -> None:
    counter = Counter()
    broken = [True]

    async def look() -> int:
        if broken.pop() if broken else False:
            raise OSError("away")
        return await counter.look()

    feed = Feed(look, poll_seconds=0.001)
    async with running(feed):
        with feed.listen(1) as listener:
            assert await listener.news(PATIENCE) is News.MOVED


async def test_stopping_ends_all_who_listen_and_all_who_come_later() -> None:
    feed = Feed(Counter().look)
    async with running(feed) as stop:
        with feed.listen(1) as listener:
            await listener.news(PATIENCE)
            stop.set()
            assert await listener.news(PATIENCE) is News.STOPPING
    with feed.listen(1) as late:
        assert await late.news(PATIENCE) is News.STOPPING


@asynccontextmanager
async def listening(officer: Colleague) -> AsyncIterator[aiohttp.ClientResponse]:
    """Open the stream as a browser does."""
    crumbs = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
    url = f"{officer.town.address}/desk/help/feed"
    async with officer.town.session.get(url, headers={"Cookie": crumbs}, allow_redirects=False) as answer:
        yield answer


async def next_event(answer: aiohttp.ClientResponse) -> tuple[str, str]:
    """Return the next event's name and data; heartbeats are skipped."""
    name = ""
    async with asyncio.timeout(PATIENCE * 4):
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return name, line.removeprefix("data: ")
    return "", ""


async def test_a_call_reaches_the_stream(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    citizen = await town.follower()
    async with listening(await desk(Preset.DESK)) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        name, data = await next_event(answer)
        before = json.loads(data)
        assert (name, before["waiting"], before["mine"], before["knock"]) == ("state", 0, 0, 0)
        await citizen.says("人工")
        while (now := json.loads((await next_event(answer))[1]))["waiting"] == 0:
            pass
        assert now["revision"] > before["revision"]
        assert now["knock"] > 0


async def test_it_ends_when_the_permission_is_taken(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.console.help.stream.HEARTBEAT_SECONDS", 0.0)
    await is_at(town, TUESDAY)
    citizen = await town.follower()
    async with listening(await desk(Preset.DESK)) as answer:
        await next_event(answer)
        await town.database.write(lambda conn: conn.execute(text("UPDATE staff SET taken = 'help_answer'")))
        await citizen.says("人工")
        while (event := await next_event(answer))[0] == "state":
            pass
        assert event == ("ended", "refused")
        assert await next_event(answer) == ("", "")


@pytest.mark.parametrize("preset", [Preset.AUDITOR, Preset.DEPARTMENT])
async def test_who_does_not_answer_citizens_hears_nothing(town: Town, desk: Desk, preset: Preset) -> None:
    async with listening(await desk(preset)) as answer:
        assert answer.status == 403


async def test_a_stranger_is_led_to_the_sign_in(town: Town) -> None:
    async with listening(Colleague(town)) as answer:
        assert answer.status == 303


async def test_the_service_stops_though_pages_are_open(town: Town, desk: Desk) -> None:
    async with listening(await desk(Preset.DESK)) as answer:
        await next_event(answer)
        town.stop.set()
        while (event := await next_event(answer))[0] == "state":
            pass
        assert event == ("ended", "stopping")
