"""Answers found later on their way out: read when they leave, dropped if they can't, and then left for next time."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, select

from bot.clock import Clock
from bot.domain import articles as rules
from bot.domain import knowledge
from bot.domain.knowledge import words_for_asker
from bot.jobs.answers import AnswersForAskers
from bot.outbound.delivery import CustomerAnswer
from bot.outbound.lanes import CustomerMessages
from bot.sandbox.citizens import Citizen
from store import dialogues, service, unanswered
from store.articles import APPROVED, NewArticle
from store.dialogues import StoredDialogue
from store.tables import outbox
from tests.outbound.stage import PLENTY, Stage

READING = NewArticle(
    slug="reading",
    ours=True,
    measure=21,
    subject="城市书房",
    title="书房几点开门？",
    answer="早上九点。",
    links=(),
    samples=("书房几点开", "书房开门没", "书房啥时候开"),
)


class Scene:
    """One citizen who asked in vain, and what is about to tell them."""

    def __init__(self, stage: Stage, citizen: Citizen, citizen_id: str) -> None:
        self.stage = stage
        self.citizen = citizen
        self.citizen_id = citizen_id

    async def settle(self) -> None:
        """Let the article answer the question."""
        now = self.stage.now()
        waiting = [one.id for one in await self.stage.database.read(unanswered.list_open)]
        await self.stage.database.write(knowledge.add_as_sample, waiting, "reading", by="张三", now=now)

    async def look(self) -> int:
        """Run the job once."""
        clock = Clock(self.stage.clock_file)
        return await AnswersForAskers(self.stage.database, clock=clock, statuses=(APPROVED,)).run_once()

    async def send(self) -> None:
        """Empty the lane once."""

        def answers(conn: Connection, promised: CustomerAnswer) -> str | None:
            return words_for_asker(conn, promised, statuses=(APPROVED,), now=self.stage.now())

        lane = CustomerMessages(self.stage.api(), answers=answers, files=self.stage.files, limits=PLENTY)
        await self.stage.sender(lane).run_once()

    @property
    def heard(self) -> list[str]:
        """Return what the account has sent."""
        return self.stage.platform.texts(self.citizen)

    async def is_waiting(self) -> bool:
        """Tell whether the citizen is to be told at the next contact."""
        return bool(await self.stage.database.read(unanswered.waiting_to_be_told, self.citizen_id))

    async def states(self) -> list[str]:
        """Return what became of the messages made."""
        return await self.stage.database.read(lambda conn: list(conn.scalars(select(outbox.c.state))))


@pytest.fixture
async def scene(stage: Stage) -> Scene:
    """A citizen who just asked what nobody could answer; an approved article could."""
    citizen = stage.platform.follower()
    citizen_id = await stage.enrol(citizen)
    now, database = stage.now(), stage.database
    await database.write(rules.import_articles, [READING], by="李四", now=now)
    await database.write(rules.approve, ["reading"], by="张三", now=now)
    await database.write(dialogues.save, [StoredDialogue(citizen_id, 1, now, "{}")])
    asked = partial(unanswered.add, citizen_id=citizen_id, question="书房打印不", cause="refused", asked=now)
    await database.write(lambda conn: asked(conn, nearest_article_id=None))
    return Scene(stage, citizen, citizen_id)


async def test_the_answer_arrives_once(scene: Scene) -> None:
    await scene.settle()
    assert await scene.look() == 1
    await scene.send()
    assert scene.heard == ["您之前问的“书房打印不”，现在有答案了：\n早上九点。"]
    assert not await scene.is_waiting()
    assert await scene.look() == 0
    await scene.send()
    assert len(scene.heard) == 1


async def test_the_words_are_those_of_the_moment_in_which_it_leaves(scene: Scene) -> None:
    await scene.settle()
    await scene.look()
    now, database = scene.stage.now(), scene.stage.database
    better = NewArticle(**{name: getattr(READING, name) for name in NewArticle.__slots__} | {"answer": "八点半。"})
    await database.write(rules.import_articles, [better], by="李四", now=now)
    await database.write(rules.approve, ["reading"], by="张三", now=now)
    await scene.send()
    assert scene.heard == ["您之前问的“书房打印不”，现在有答案了：\n八点半。"]


async def test_a_withdrawn_article_is_never_sent(scene: Scene) -> None:
    await scene.settle()
    await scene.look()
    await scene.stage.database.write(rules.withdraw, ["reading"], by="张三", now=scene.stage.now())
    await scene.send()
    assert (scene.heard, await scene.states()) == ([], ["cancelled"])
    assert await scene.is_waiting(), "should the article come back, the next contact tells"
    await scene.stage.database.write(rules.approve, ["reading"], by="王五", now=scene.stage.now())
    assert await scene.look() == 0, "a question gets one message, ever"


async def test_what_quiet_held_until_the_window_closed_waits_for_the_next_contact(scene: Scene) -> None:
    await scene.settle()
    await scene.look()
    await scene.stage.database.write(service.go_quiet, reason="公祭日", now=scene.stage.now())
    await scene.send()
    assert scene.heard == []
    await scene.stage.advance(timedelta(hours=48).total_seconds())
    await scene.stage.database.write(service.lift_quiet)
    await scene.send()
    assert (scene.heard, await scene.states()) == ([], ["cancelled"])
    assert await scene.is_waiting()


async def test_what_wechat_refuses_waits_for_the_next_contact(scene: Scene) -> None:
    await scene.settle()
    await scene.look()
    await scene.stage.platform.fault("error", "/cgi-bin/message/custom/send", errcode=45015)
    await scene.send()
    assert (scene.heard, await scene.states()) == ([], ["refused"])
    assert await scene.is_waiting()


async def test_who_has_left_gets_nothing(scene: Scene) -> None:
    await scene.settle()
    await scene.look()
    await scene.stage.database.write(dialogues.forget, scene.citizen_id)
    await scene.send()
    assert (scene.heard, await scene.states()) == ([], ["cancelled"])
