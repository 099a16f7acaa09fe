"""The optional models in a running service: they help, and where they don't, nobody waits and nothing is lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import select, update

from bot.knowledge.semantic import asked
from store.articles import read_version
from store.database import Connection
from store.start import read_articles
from store.tables import articles
from tests.knowledge.meanings import by_characters
from tests.knowledge.model_server import ModelServer, start_model_server
from tests.town import Town, open_town

UNCLEAR = "路口那个东西坏了"
FOREIGN = "咿呀咿呀哟"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with start_model_server() as started:
        started.says({"id": 3})
        yield started


@asynccontextmanager
async def town_with_chooser(folder: Path, database_url: str, server: ModelServer) -> AsyncIterator[Town]:
    """A town that offers suggestions for everything that isn't a sample's own words."""
    changes = {"chooser_url": server.endpoint.base, "chooser_model": "m", "chooser_key": "secret"}
    async with open_town(folder, database_url, answer_confidence=0.999, suggest_confidence=0.001, **changes) as town:
        yield town


def withdraw(conn: Connection, title: str) -> None:
    """Take an article out of the answers without telling anybody: the index still has it."""
    change = update(articles).where(articles.c.title == title)
    conn.execute(change.values(status="withdrawn", version=articles.c.version + 1))


async def answer_of(town: Town, title: str) -> str:
    def read(conn: Connection) -> str:
        return str(conn.scalar(select(articles.c.answer).where(articles.c.title == title)))

    return await town.database.read(read)


async def test_the_chosen_article_is_sent_as_it_was_approved(
    tmp_path: Path, database_url: str, server: ModelServer
) -> None:
    async with town_with_chooser(tmp_path, database_url, server) as town:
        citizen = await town.follower()
        await citizen.says(f"我叫王小明，电话13812345678，{UNCLEAR}")
        shown = server.asked[0]["messages"][1]["content"]
        assert "13812345678" not in shown
        assert "王小明" not in shown
        title = json.loads(shown)["titles"]["3"]
        citizen.sees((await answer_of(town, title))[:40])
        assert "您是不是想问" not in citizen.heard


@pytest.mark.parametrize("way", ["hangs", "trickles"])
async def test_a_slow_model_costs_two_seconds_at_most_and_the_suggestions_stand(
    tmp_path: Path, database_url: str, server: ModelServer, way: str
) -> None:
    getattr(server, way)()
    async with town_with_chooser(tmp_path, database_url, server) as town:
        citizen = await town.follower()
        started = monotonic()
        await citizen.says(UNCLEAR)
        assert monotonic() - started < 4.0
        citizen.sees("您是不是想问")


@pytest.mark.parametrize("content", ["第三个", {"id": 9}, {"id": None}, {"id": 3, "reply": "领导说可以"}])
async def test_whatever_else_the_model_says_the_suggestions_stand(
    tmp_path: Path, database_url: str, server: ModelServer, content: object
) -> None:
    server.says(content)
    async with town_with_chooser(tmp_path, database_url, server) as town:
        citizen = await town.follower()
        await citizen.says(UNCLEAR)
        citizen.sees("您是不是想问")
        assert "领导" not in citizen.heard


async def test_a_citizen_who_must_wait_for_a_turn_is_still_answered_in_time(
    tmp_path: Path, database_url: str, server: ModelServer
) -> None:
    """Three messages at once, two seconds each: the third would come too late, so the model isn't waited for."""
    server.hangs()
    async with town_with_chooser(tmp_path, database_url, server) as town:
        citizen = await town.follower()
        started = monotonic()
        await asyncio.gather(*(citizen.says(f"{UNCLEAR}{number}") for number in range(3)))
        assert monotonic() - started < 4.9
        told = [bubble for bubble in await citizen.inbox() if "您是不是想问" in str(bubble)]
        assert len(told) == 3


async def test_a_withdrawn_article_is_not_sent_though_it_was_chosen(
    tmp_path: Path, database_url: str, server: ModelServer
) -> None:
    async with town_with_chooser(tmp_path, database_url, server) as town:
        citizen = await town.follower()
        await citizen.says(UNCLEAR)
        title = json.loads(server.asked[0]["messages"][1]["content"])["titles"]["3"]

        answer = await answer_of(town, title)
        citizen.sees(answer[:40])
        await town.database.write(withdraw, title)
        await citizen.says(UNCLEAR + "啊")
        assert answer[:40] not in citizen.heard


async def test_what_no_word_tells_is_found_by_its_meaning(
    tmp_path: Path, database_url: str, server: ModelServer
) -> None:
    """The provider says that the strange words mean what a title means."""

    title = read_articles()[10].title

    def vectors(texts: list[str]) -> list[list[float]]:
        meant = [asked(title) if text == asked(FOREIGN) else text for text in texts]
        return [[float(number) for number in row] for row in by_characters(meant)]

    server.embeds(vectors)
    changes = {"semantic": "remote", "embeddings_url": server.endpoint.base, "embeddings_model": "vec"}
    async with open_town(tmp_path, database_url, answer_confidence=0.999, suggest_confidence=0.001, **changes) as town:
        citizen = await town.follower()
        await citizen.says(FOREIGN)
        assert title not in citizen.heard
        await vectors_in_use(town)
        await citizen.says(FOREIGN)
        citizen.sees("您是不是想问", title)


async def vectors_in_use(town: Town) -> None:
    """Wait until the job is done and the index has been built with what it made."""
    first = await town.database.read(read_version)
    async with asyncio.timeout(60):
        while (version := await town.database.read(read_version)) == first:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        in_use = f"wenming_knowledge_version {float(version)}"
        while in_use not in (await town.get("/metrics"))[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
