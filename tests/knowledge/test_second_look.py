"""What is done where the words leave it open: which helper is asked when, and what stands if none helps."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.knowledge.asking import QuestionVectors
from bot.knowledge.chooser import Chooser, ChoosingModel
from bot.knowledge.findings import Article, Finding, Hit, Outcome
from bot.knowledge.second_look import SecondLook
from bot.knowledge.semantic import Vector
from tests.knowledge.bases import an_article
from tests.knowledge.meanings import PretendEmbedder
from tests.knowledge.model_server import ModelServer, start_model_server

TOWN = [an_article(number, f"标题{number}", f"答案{number}") for number in range(1, 7)]


class TwoOpinions:
    """An index that finds one thing by the words alone and another with a vector."""

    def __init__(self, by_words: Finding, by_meaning: Finding | None = None) -> None:
        self.by_words = by_words
        self.by_meaning = by_meaning

    @property
    def has_meanings(self) -> bool:
        return self.by_meaning is not None

    def find_normalised(self, question: str, vector: Vector | None = None) -> Finding:
        return self.by_words if vector is None or self.by_meaning is None else self.by_meaning

    def nearest(self, question: str, vector: Vector | None = None, *, count: int) -> Sequence[Article]:
        return TOWN[:count] if vector is None else TOWN[::-1][:count]


def finding(outcome: Outcome, *numbers: int, confidence: float = 0.5) -> Finding:
    hits = tuple(Hit(TOWN[number - 1], confidence, 1.0) for number in numbers)
    return Finding(outcome, hits, "路灯不亮了", lambda: "as told")


UNSURE = finding(Outcome.SUGGEST, 1, 2, 3)
UNKNOWN = finding(Outcome.UNKNOWN)
ANSWERED = finding(Outcome.ANSWER, 2, confidence=0.8)
SURE = finding(Outcome.ANSWER, 1, confidence=0.95)


class Place:
    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.embedder = PretendEmbedder()
        self.counted: Counter[str] = Counter()
        self.vectors = QuestionVectors(self.embedder, count=lambda what: self.counted.update([what]))
        self.chooser = Chooser(
            ChoosingModel(server.session, server.endpoint),
            may_call=self.may_call,
            count=lambda what: self.counted.update([what]),
        )

    async def may_call(self) -> bool:
        return True

    async def look(
        self, index: TwoOpinions, *, vectors: bool = True, chooser: bool = True, seconds: float = 3.0
    ) -> Finding:
        helpers = SecondLook(self.vectors if vectors else None, self.chooser if chooser else None)
        return await helpers.look(index, index.by_words, said="路灯不亮了！", seconds=seconds)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with start_model_server() as server:
        server.says({"id": 2})
        yield Place(server)


async def test_sure_words_ask_nobody(place: Place) -> None:
    assert await place.look(TwoOpinions(SURE, UNSURE)) is SURE
    assert place.embedder.calls == 0
    assert place.server.asked == []


@pytest.mark.parametrize("by_words", [UNSURE, UNKNOWN, ANSWERED])
async def test_unsure_words_are_looked_at_again_with_what_they_mean(place: Place, by_words: Finding) -> None:
    assert await place.look(TwoOpinions(by_words, SURE), chooser=False) is SURE
    assert place.embedder.seen == ["路灯不亮了"]


async def test_without_vectors_in_the_index_no_vector_is_made(place: Place) -> None:
    assert await place.look(TwoOpinions(UNSURE), chooser=False) is UNSURE
    assert place.embedder.calls == 0


@pytest.mark.parametrize("words", ["", "啊", "怎么办", "什么时候"])
async def test_what_says_too_little_is_not_compared(place: Place, words: str) -> None:
    """Such words are like something in any town."""
    little = Finding(Outcome.UNKNOWN, (), words, lambda: "little")
    assert await place.look(TwoOpinions(little, SURE)) is little
    assert place.embedder.calls == 0


async def test_if_the_vector_does_not_come_the_words_stand(place: Place) -> None:
    place.embedder.away = True
    assert await place.look(TwoOpinions(UNSURE, SURE), chooser=False) is UNSURE


async def test_what_would_be_suggested_is_chosen_from(place: Place) -> None:
    found = await place.look(TwoOpinions(UNSURE), vectors=False)
    assert found.outcome is Outcome.ANSWER
    assert [hit.article.id for hit in found.hits] == [2, 1, 3]
    assert found.best.confidence == UNSURE.best.confidence
    assert "chosen by a model" in found.why


async def test_an_article_that_would_not_have_been_offered_may_be_chosen(place: Place) -> None:
    place.server.says({"id": 5})
    found = await place.look(TwoOpinions(UNSURE), vectors=False)
    assert [hit.article.id for hit in found.hits] == [5, 1, 2]


async def test_the_choice_is_among_those_nearest_by_meaning(place: Place) -> None:
    found = await place.look(TwoOpinions(UNKNOWN, UNSURE))
    assert found.best.article.id == 5
    assert place.counted == {"made": 1, "chosen": 1}


@pytest.mark.parametrize("by_words", [UNKNOWN, ANSWERED, SURE])
async def test_the_model_chooses_only_in_the_middle(place: Place, by_words: Finding) -> None:
    assert await place.look(TwoOpinions(by_words), vectors=False) is by_words
    assert place.server.asked == []


@pytest.mark.parametrize("content", [{"id": None}, {"id": 6}, "第二个"])
async def test_if_nothing_is_chosen_the_suggestions_stand(place: Place, content: object) -> None:
    place.server.says(content)
    assert await place.look(TwoOpinions(UNSURE), vectors=False) is UNSURE


@pytest.mark.parametrize("seconds", [0.2, -3.0])
async def test_without_time_the_words_stand(place: Place, seconds: float) -> None:
    place.embedder.hangs = True
    assert await place.look(TwoOpinions(UNSURE, SURE), seconds=seconds) is UNSURE
    assert place.server.asked == []


async def test_without_helpers_nothing_changes(place: Place) -> None:
    assert await place.look(TwoOpinions(UNSURE, SURE), vectors=False, chooser=False) is UNSURE
