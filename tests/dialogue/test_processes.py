"""Processes: a stop that finishes what was accepted, one service a file, two services on one PostgreSQL."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from store.start import read_articles
from tests.dialogue.holding import hold_up
from tests.dialogue.pushing import RIDDLE, are_read, count, push, start, words_of, write
from tests.torture.platform import open_platform
from tests.torture.service import ROOT
from tests.town import Town, free_port, open_town, run_service


async def test_what_was_accepted_before_the_stop_is_answered(town: Town) -> None:
    citizens = [await town.follower() for _ in range(12)]
    async with hold_up(town.settings.database_url, [citizen.openid for citizen in citizens], seconds=0.6):
        pushes = [start(town, write(town, citizen, RIDDLE), attempts=1) for citizen in citizens]
        await are_read(town)
        town.stop.set()
    outcomes = await asyncio.gather(*pushes)
    assert all("答不上来" in words_of(outcome) for outcome in outcomes)
    assert await count(town, "unanswered") == len(citizens)
    with pytest.raises(aiohttp.ClientConnectionError):
        await town.get("/healthz")


async def test_a_second_service_on_the_same_file_is_refused_in_words(sqlite_url: str, tmp_path: Path) -> None:
    async with open_town(tmp_path, sqlite_url), open_platform(tmp_path, seed=1) as (_, settings):
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"),
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), **settings, "DATABASE_URL": sqlite_url},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await second.communicate()
    assert second.returncode == 1
    assert said.decode().strip() == f"wenming: {tmp_path / 'wenming.db'} is in use by another wenming process"


async def test_two_services_on_one_database_keep_one_conversation(postgres_url: str, tmp_path: Path) -> None:
    async with open_town(tmp_path, postgres_url, answer_confidence=1.0) as town:
        settings = town.settings.model_copy(update={"port": free_port()})
        other = f"http://{settings.host}:{settings.port}{settings.callback_path}"
        async with run_service(settings):
            citizen = await town.follower()
            talk = {
                "书房": "您是不是想问",
                "1": "书房",
                "删除我的资料": "真要删除",
                "取消": "没事了",
                "2": "没有要选的",
            }
            for number, (words, seen) in enumerate(talk.items()):
                callback = other if number % 2 else town.callback
                assert seen in words_of(await push(town, write(town, citizen, words), callback=callback))
            parcels = [write(town, citizen, f"{RIDDLE}{number}") for number in range(20)]
            pushes = [push(town, parcel, callback=to) for parcel in parcels for to in (town.callback, other)]
            for outcome in await asyncio.gather(*pushes):
                assert "答不上来" in words_of(outcome)
            assert await count(town, "unanswered WHERE cause = 'refused'") == 20
            assert await count(town, f"dialogues WHERE revision = {1 + len(talk) + 20}") == 1
            assert await count(town, "inbox") == 1 + len(talk) + 20


async def test_an_article_withdrawn_through_one_replica_is_not_sent_by_the_other(
    postgres_url: str, tmp_path: Path
) -> None:
    article = read_articles()[0]
    async with open_town(tmp_path, postgres_url) as town:
        settings = town.settings.model_copy(update={"port": free_port()})
        other = f"http://{settings.host}:{settings.port}{settings.callback_path}"
        async with run_service(settings):
            citizen = await town.follower()
            beginning = article.answer.splitlines()[0]
            for callback in (town.callback, other):
                assert beginning in words_of(await push(town, write(town, citizen, article.title), callback=callback))
            await town.command("knowledge_withdraw", slugs=[article.slug], by="李主任")
            for callback in (other, town.callback, other):
                words = words_of(await push(town, write(town, citizen, article.title), callback=callback))
                assert words
                assert beginning not in words
