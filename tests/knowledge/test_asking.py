"""The vectors of citizens' questions: in time or not at all, kept, and without what gives a person away."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from time import monotonic

import numpy as np
import pytest

from bot.knowledge.asking import QuestionVectors
from bot.knowledge.embedders import RemoteEmbedder
from bot.knowledge.remote import Breaker
from tests.knowledge.meanings import PretendEmbedder, by_characters
from tests.knowledge.model_server import ModelServer, start_model_server


class Place:
    """Question vectors over a pretend embedder, a count of what became of each, and a clock to turn."""

    def __init__(self) -> None:
        self.embedder = PretendEmbedder()
        self.counted: Counter[str] = Counter()
        self.seconds = 0.0
        self.vectors = QuestionVectors(
            self.embedder,
            count=lambda what: self.counted.update([what]),
            breaker=Breaker("t", now=lambda: self.seconds),
        )


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_question_asked_again_is_not_embedded_again(place: Place) -> None:
    first = await place.vectors.find("路灯坏了！")
    again = await place.vectors.find("路燈壞了??")
    assert first is not None
    assert first is again
    assert first == pytest.approx(by_characters(["路灯坏了"])[0])
    assert place.embedder.seen == ["路灯坏了"]
    assert place.counted == {"made": 1, "kept": 1}


async def test_only_so_many_questions_are_kept(place: Place) -> None:
    for number in range(4097):
        await place.vectors.find(f"第{number}号")
    await place.vectors.find("第4096号")
    await place.vectors.find("第0号")
    assert place.counted == {"made": 4098, "kept": 1}


async def test_what_gives_a_person_away_is_not_sent(place: Place) -> None:
    await place.vectors.find("我叫王小明，电话13812345678，路灯坏了")
    assert place.embedder.seen == ["路灯坏了"] or place.embedder.seen == ["电话路灯坏了"]
    assert not await place.vectors.find("13812345678")
    assert place.embedder.calls == 1


@pytest.mark.parametrize("said", ["", "   ", "！？", "\x00\ud800", "😀"])
async def test_nothing_to_embed(place: Place, said: str) -> None:
    assert await place.vectors.find(said) is None
    assert place.embedder.calls == 0


async def test_a_long_question_is_cut(place: Place) -> None:
    await place.vectors.find("灯" * 20_000)
    assert place.embedder.seen == ["灯" * 64]


async def test_a_late_vector_is_not_waited_for(place: Place) -> None:
    place.embedder.hangs = True
    started = monotonic()
    assert await place.vectors.find("路灯坏了", seconds=0.02) is None
    assert monotonic() - started < 0.25
    assert place.counted == {"late": 1}


async def test_never_longer_than_three_tenths_of_a_second(place: Place) -> None:
    place.embedder.hangs = True
    started = monotonic()
    assert await place.vectors.find("路灯坏了", seconds=60.0) is None
    assert 0.28 < monotonic() - started < 0.6


async def test_whoever_measures_answers_has_more_patience() -> None:
    embedder = PretendEmbedder()
    embedder.hangs = True
    vectors = QuestionVectors(embedder, count=lambda _what: None, patience=0.7)
    started = monotonic()
    assert await vectors.find("路灯坏了", seconds=60.0) is None
    assert 0.6 < monotonic() - started < 1.5


async def test_without_time_nothing_is_tried_and_nobody_is_blamed(place: Place) -> None:
    for _ in range(10):
        assert await place.vectors.find("路灯坏了", seconds=-1.0) is None
    assert place.embedder.calls == 0
    assert await place.vectors.find("路灯坏了") is not None


async def test_after_five_failures_in_a_row_there_is_a_minute_s_rest(place: Place) -> None:
    place.embedder.away = True
    for number in range(7):
        assert await place.vectors.find(f"问题{number}") is None
    assert place.counted == {"failed": 5, "paused": 2}
    place.embedder.away = False
    place.seconds = 59.9
    assert await place.vectors.find("路灯") is None
    place.seconds = 60.1
    assert await place.vectors.find("路灯") is not None


async def test_after_the_rest_one_failure_is_enough_for_the_next(place: Place) -> None:
    place.embedder.away = True
    for number in range(5):
        await place.vectors.find(f"问题{number}")
    place.seconds = 61.0
    await place.vectors.find("再问")
    assert await place.vectors.find("又问") is None
    assert place.counted == {"failed": 6, "paused": 1}


async def test_a_kept_vector_is_given_during_the_rest(place: Place) -> None:
    kept = await place.vectors.find("路灯坏了")
    place.embedder.away = True
    for number in range(5):
        await place.vectors.find(f"问题{number}")
    assert await place.vectors.find("路灯坏了") is kept


async def test_questions_that_a_provider_refuses_do_not_cost_the_others_theirs(place: Place) -> None:
    place.embedder.refuses = "坏话"
    for number in range(20):
        assert await place.vectors.find(f"坏话{number}") is None
    assert await place.vectors.find("路灯坏了") is not None
    assert place.counted == {"refused": 20, "made": 1}


async def test_a_crowd_does_not_queue(place: Place) -> None:
    place.embedder.hangs = True
    found = await asyncio.gather(*(place.vectors.find(f"问题{number}", seconds=0.05) for number in range(30)))
    assert found == [None] * 30
    assert place.counted == {"busy": 22, "late": 8}
    assert place.embedder.calls == 8


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with start_model_server() as started:
        yield started


@pytest.mark.parametrize("way", ["hangs", "trickles"])
async def test_a_provider_that_is_slow_is_left(server: ModelServer, way: str) -> None:
    getattr(server, way)()
    counted: Counter[str] = Counter()
    vectors = QuestionVectors(
        RemoteEmbedder(server.session, server.endpoint), count=lambda what: counted.update([what])
    )
    started = monotonic()
    assert await vectors.find("路灯坏了") is None
    assert monotonic() - started < 0.6
    assert counted == {"late": 1}


async def test_a_provider_that_works_is_used(server: ModelServer) -> None:
    server.embeds(lambda texts: [[0.6, 0.8]] * len(texts))
    vectors = QuestionVectors(RemoteEmbedder(server.session, server.endpoint), count=lambda _what: None)
    found = await vectors.find("路灯坏了，电话13812345678")
    assert found == pytest.approx(np.array([0.6, 0.8]))
    assert "138" not in str(server.asked)
