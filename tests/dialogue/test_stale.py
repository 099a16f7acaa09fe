"""What phase one thought of has changed when phase two looks: the dialogue, or the article."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from bot import texts
from store.start import read_articles
from tests.dialogue.pushing import change, count
from tests.town import Town, open_town


class Asked:
    """The article that these tests change or take away: what citizens ask, and how its answer begins."""

    article = read_articles()[0]
    question = article.samples[0]
    answer = article.answer.splitlines()[0]


@pytest.fixture
async def careful_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town that answers only an article's very words at once and offers what is near."""
    async with open_town(tmp_path, database_url, answer_confidence=1.0) as opened:
        yield opened


async def test_an_offer_that_another_replica_took_back_is_gone(careful_town: Town) -> None:
    citizen = await careful_town.follower()
    await citizen.says("书房")
    citizen.sees("您是不是想问")
    await change(careful_town, "UPDATE dialogues SET state = '{}', revision = revision + 1")
    await citizen.says("1")
    citizen.sees("没有要选的")


async def test_a_number_picks_from_the_offer_that_another_replica_made(careful_town: Town) -> None:
    town, citizen = careful_town, await careful_town.follower()
    await citizen.says("书房")
    find = text("SELECT id FROM articles WHERE slug = :slug")
    article_id = await town.database.read(lambda conn: conn.scalar(find, {"slug": Asked.article.slug}))
    offer = orjson.dumps({"question": "讲座", "choices": [article_id]}).decode()
    await change(town, "UPDATE dialogues SET state = :state, revision = revision + 1", state=offer)
    await citizen.says("1")
    citizen.sees(Asked.answer)
    assert await count(town, "dialogues WHERE revision = 4") == 1


async def test_a_withdrawn_article_isnt_sent_even_at_once(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(Asked.question)
    citizen.sees(Asked.answer)
    await town.command("knowledge_withdraw", slugs=[Asked.article.slug], by="李主任")
    await citizen.says(Asked.question)
    assert Asked.answer not in citizen.heard
    assert citizen.heard


async def test_an_article_withdrawn_without_a_new_knowledge_version_isnt_sent(town: Town) -> None:
    citizen = await town.follower()
    await change(town, "UPDATE articles SET status = 'withdrawn' WHERE slug = :slug", slug=Asked.article.slug)
    await citizen.says(Asked.question)
    assert Asked.answer not in citizen.heard
    assert citizen.heard


async def test_a_changed_article_is_sent_as_it_stands_now(town: Town) -> None:
    citizen = await town.follower()
    changed = "UPDATE articles SET answer = '改到星期六了。', version = version + 1 WHERE slug = :slug"
    await change(town, changed, slug=Asked.article.slug)
    await citizen.says(Asked.question)
    citizen.sees("改到星期六了。")


async def test_a_link_or_number_to_a_withdrawn_article_says_so(careful_town: Town) -> None:
    citizen = await careful_town.follower()
    await citizen.says("书房")
    await change(careful_town, "UPDATE articles SET status = 'withdrawn'")
    await citizen.taps(0)
    assert citizen.heard == texts.STALE_ARTICLE
