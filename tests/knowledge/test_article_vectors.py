"""The job that gives the published articles their vectors, on both databases."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.clock import Clock
from bot.jobs.embeddings import ArticleVectors
from bot.knowledge.library import to_article
from bot.knowledge.remote import Breaker
from bot.knowledge.semantic import Meanings, texts_of
from store import articles, embeddings, leases
from store.articles import APPROVED, SAMPLE, NewArticle
from store.database import Connection, Database
from store.start import read_off_topic
from store.tables import articles as table
from tests.knowledge.meanings import PretendEmbedder


def new(slug: str, *samples: str) -> NewArticle:
    return NewArticle(
        slug=slug,
        ours=True,
        measure=5,
        subject=slug,
        title=f"{slug}是什么",
        answer=f"{slug}在这里。",
        links=(),
        samples=samples,
    )


LIBRARY, LAMPS = new("图书馆", "几点开门", "看书去哪儿"), new("路灯", "路灯不亮", "街上黑")


class TurnedClock(Clock):
    """Runs ahead by as many seconds as it is told."""

    ahead = 0.0

    def seconds(self) -> float:
        """Return the time to which it was turned."""
        return super().seconds() + self.ahead


class Place:
    """A database with two published articles, and the job."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = TurnedClock()
        self.embedder = PretendEmbedder()
        self.seconds = 0.0
        self.job = self.another()

    def another(self) -> ArticleVectors:
        """Return the job of another process."""
        return ArticleVectors(
            self.database,
            clock=self.clock,
            embedder=self.embedder,
            statuses=(APPROVED, SAMPLE),
            breaker=Breaker("test", now=lambda: self.seconds),
        )

    async def publish(self, *new_articles: NewArticle) -> None:
        now = self.clock.now()
        await self.database.write(articles.import_articles, new_articles, status=SAMPLE, editor="test", now=now)

    async def finish(self, job: ArticleVectors | None = None) -> int:
        """Run the job until it does nothing more."""
        made = 0
        while some := await (job or self.job).run_once():
            made += some
        return made

    async def version(self) -> int:
        return await self.database.read(articles.read_version)

    async def stored(self) -> dict[bytes, bytes]:
        """Return the vectors of what is published now."""
        texts = await self.texts()
        return await self.database.read(embeddings.get_many, texts, model=self.embedder.model)

    async def texts(self) -> dict[bytes, str]:
        published = await self.database.read(articles.list_published, statuses=(APPROVED, SAMPLE), now=self.clock.now())
        return texts_of([to_article(one) for one in published], read_off_topic())


@pytest.fixture
async def place(database: Database) -> Place:
    made = Place(database)
    await made.publish(LIBRARY, LAMPS)
    return made


async def test_every_text_gets_its_vector_and_all_processes_are_told_once(place: Place) -> None:
    before, texts = await place.version(), await place.texts()
    assert await place.finish() == len(texts)
    assert (await place.stored()).keys() == texts.keys()
    assert await place.version() == before + 1
    assert sorted(place.embedder.seen) == sorted(texts.values())


async def test_what_is_stored_can_be_compared(place: Place) -> None:
    await place.finish()
    published = await place.database.read(articles.list_published, statuses=(APPROVED, SAMPLE), now=place.clock.now())
    found = [to_article(one) for one in published] + [to_article(published[0])]
    assert Meanings.of(found, read_off_topic(), await place.stored()) is not None


async def test_a_second_run_a_restart_and_another_replica_have_nothing_to_do(place: Place) -> None:
    await place.finish()
    calls, version = place.embedder.calls, await place.version()
    assert await place.job.run_once() == 0
    assert await place.another().run_once() == 0
    assert place.embedder.calls == calls
    assert await place.version() == version


async def test_only_what_is_new_is_made(place: Place) -> None:
    await place.finish()
    place.embedder.seen.clear()
    await place.publish(new("路灯", "路灯不亮", "路灯一闪一闪"))
    assert await place.finish() == 1
    assert place.embedder.seen == ["路灯一闪一闪"]


async def test_what_nothing_uses_any_more_goes(place: Place) -> None:
    await place.finish()
    old = await place.stored()
    await place.publish(new("路灯", "灯灭了"))
    await place.finish()
    left = await place.database.read(embeddings.get_many, old, model="pretend")
    gone = {text for key, text in zip(old, old, strict=True) if key not in left}
    assert len(gone) == 2


async def test_vectors_of_a_model_given_up_go(place: Place) -> None:
    await place.database.write(embeddings.put_many, {b"k" * 32: b"ab"}, model="former")
    await place.finish()
    assert not await place.database.read(embeddings.get_many, [b"k" * 32], model="former")


async def test_one_replica_at_a_time(place: Place) -> None:
    held = await place.database.write(leases.take_lease, "embeddings", owner="another", seconds=60.0)
    assert held is not None
    assert await place.job.run_once() == 0
    assert place.embedder.calls == 0
    await place.database.write(leases.release_lease, held)
    assert await place.finish() > 0


async def test_two_at_once_make_each_vector_once(place: Place) -> None:
    jobs = place.job, place.another()
    texts = await place.texts()
    for _ in range(10):
        await asyncio.gather(*(job.run_once() for job in jobs))
    assert sorted(place.embedder.seen) == sorted(texts.values())
    assert (await place.stored()).keys() == texts.keys()


async def test_a_run_takes_about_two_seconds_and_the_next_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(range(1000))
    monkeypatch.setattr("bot.jobs.embeddings.monotonic", lambda: float(next(moments)))
    version = await place.version()
    assert await place.job.run_once() == place.embedder.at_once
    assert await place.version() == version
    assert await place.finish() == len(await place.texts()) - place.embedder.at_once
    assert await place.version() == version + 1


async def test_a_model_that_is_away_is_asked_again_later(place: Place) -> None:
    place.embedder.away = True
    version = await place.version()
    assert await place.job.run_once() == 0
    assert await place.stored() == {}
    assert await place.version() == version
    place.embedder.away = False
    assert await place.finish() == len(await place.texts())


async def test_a_model_that_stays_away_is_left_alone_for_a_minute(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.embedder.away = True
    for _ in range(20):
        await place.job.run_once()
    assert place.embedder.calls == 5
    place.seconds = 61.0
    await place.job.run_once()
    assert place.embedder.calls == 6


async def test_a_text_that_is_refused_does_not_keep_the_others_waiting(place: Place) -> None:
    place.embedder.refuses = "街上黑"
    version, texts = await place.version(), await place.texts()
    for _ in range(5):
        await place.job.run_once()
    assert len(await place.stored()) == len(texts) - 1
    assert await place.version() == version + 1
    calls = place.embedder.calls
    await place.job.run_once()
    assert place.embedder.calls == calls


async def test_a_provider_that_changes_its_vectors_gets_all_of_them_made_anew(place: Place) -> None:
    await place.finish()
    place.embedder.size = 7
    await place.publish(new("公厕", "厕所脏"))
    await place.finish()
    stored = await place.stored()
    assert stored.keys() == (await place.texts()).keys()
    assert {len(vector) for vector in stored.values()} == {14}


async def test_without_a_usable_model_nothing_is_tried_and_it_is_said_once(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.embedder.reason = "this processor lacks avx2"
    for _ in range(3):
        assert await place.job.run_once() == 0
    assert place.embedder.calls == 0
    assert [record.message for record in caplog.records].count("no vectors, words alone count") == 1


async def test_an_article_that_becomes_valid_without_a_new_version_is_noticed(place: Place) -> None:
    await place.finish()
    await place.publish(new("冰场", "滑冰去哪"))
    await place.database.write(set_valid_from, place.clock.now() + timedelta(hours=1), slug="冰场")
    await place.finish()
    assert "滑冰去哪" not in place.embedder.seen
    place.clock.ahead = 7200.0
    assert await place.finish() > 0
    assert "滑冰去哪" in place.embedder.seen


def set_valid_from(conn: Connection, moment: datetime, *, slug: str) -> None:
    conn.execute(update(table).where(table.c.slug == slug).values(valid_from=moment))
