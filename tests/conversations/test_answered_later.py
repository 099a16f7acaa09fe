"""The loop: a question that nobody could answer, the office that learns from it, and the asker who comes to know."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from store import articles
from store.start import read_articles
from tests.town import Citizen, Town, open_town

RIDDLE = "小区能不能装个自动浇花的机器"
ARTICLE = next(article for article in read_articles() if article.ours)
ELSEWHERE = next(article for article in read_articles() if not article.ours)


async def ids_of(town: Town) -> list[int]:
    """Return the questions that wait for the office."""
    questions: Any = (await town.command("unanswered_list"))["questions"]
    return [question["id"] for question in questions]


async def resolve(town: Town, how: str, **given: object) -> Any:
    """Settle all that waits."""
    details = {"slug": None, "title": "", "answer": "", **given}
    return await town.command("unanswered_resolve", ids=await ids_of(town), how=how, by="李主任", **details)


async def is_told(town: Town, citizen: Citizen) -> str:
    """Wait for the account to write by itself, and return its words."""
    await town.until("SELECT count(*) FROM outbox WHERE dedupe LIKE 'answer:%' AND state = 'sent'")
    said = [bubble for bubble in await citizen.inbox() if bubble["from"] == "account"]
    return str(said[-1])


async def knows_all(town: Town) -> None:
    """Wait until the service's index is that of the database."""
    async with asyncio.timeout(20):
        version = await town.database.read(articles.read_version)
        while f'"knowledge": {version}' not in (await town.get("/readyz"))[1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_refused_question_becomes_a_sample_and_its_asker_is_told(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    citizen.sees("答不上来", "已经记下")
    settled = await resolve(town, "as_sample", slug=ARTICLE.slug)
    assert (settled["count"], settled["samples"]) == (1, [RIDDLE])
    told = await is_told(town, citizen)
    assert f"您之前问的“{RIDDLE}”，现在有答案了" in told
    assert ARTICLE.answer.splitlines()[0] in told
    await town.until("SELECT count(*) FROM unanswered WHERE state = 'answered' AND told IS NOT NULL")
    await knows_all(town)
    neighbour = await town.follower("赵大爷")
    await neighbour.says(f"{RIDDLE}？")
    neighbour.sees(ARTICLE.answer.splitlines()[0])


async def test_a_draft_is_told_only_when_another_person_has_approved_it(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    answer = "能装。先跟楼下邻居说一声，再找物业登记就行。"
    settled = await resolve(town, "new", title="能装自动浇花机吗？", answer=answer)
    more = {"slug": settled["slug"], "ours": True, "measure": None, "subject": "浇花", "title": "能装自动浇花机吗？"}
    times: dict[str, object] = {"valid_from": None, "valid_until": None, "links": []}
    samples = [*settled["samples"], "阳台装浇花机", "浇花机器谁给装"]
    draft = {**more, **times, "answer": answer, "samples": samples}
    await town.command("knowledge_take_in", articles=[draft], by="李主任", dry_run=False)
    await citizen.says("你好")
    assert "浇花" not in citizen.heard
    await town.command("knowledge_approve", slugs=[settled["slug"]], by="张主任")
    assert answer in await is_told(town, citizen)


async def test_what_is_not_ours_gets_the_right_door(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    await resolve(town, "not_ours", slug=ELSEWHERE.slug)
    assert ELSEWHERE.answer.splitlines()[0] in await is_told(town, citizen)


async def test_a_tapped_suggestion_settles_its_question(tmp_path: Path, database_url: str) -> None:
    async with open_town(tmp_path, database_url, answer_confidence=1.0, suggest_confidence=0.1) as town:
        citizen = await town.follower()
        await citizen.says("书房")
        citizen.sees("您是不是想问")
        assert len(await ids_of(town)) == 1
        await citizen.says("1")
        assert await ids_of(town) == []
        await town.until("SELECT count(*) FROM unanswered WHERE state = 'picked' AND article_id IS NOT NULL")


async def test_an_offer_turned_down_waits_once(tmp_path: Path, database_url: str) -> None:
    async with open_town(tmp_path, database_url, answer_confidence=1.0, suggest_confidence=0.1) as town:
        citizen = await town.follower()
        await citizen.says("书房")
        await citizen.says("都不是")
        assert len(await ids_of(town)) == 1


async def says_when_the_clock_is_seen(citizen: Citizen, words: str) -> None:
    """Write until the service, which looks at the clock five times a second, believes the platform's time stamps."""
    async with asyncio.timeout(10):
        await citizen.says(words)
        while citizen.outcome["verdict"] != "reply":
            await citizen.says(words)


async def test_two_days_later_only_those_are_written_to_who_wrote_since(town: Town) -> None:
    citizen, neighbour = await town.follower(), await town.follower("赵大爷")
    await citizen.says(RIDDLE)
    await town.control("clock", advance=timedelta(hours=48).total_seconds())
    await says_when_the_clock_is_seen(neighbour, f"{RIDDLE}，谁管")
    await resolve(town, "as_sample", slug=ARTICLE.slug)
    assert "现在有答案了" in await is_told(town, neighbour)
    assert "现在有答案了" not in str(await citizen.inbox())
    await citizen.says("你好")
    citizen.sees(f"您之前问的“{RIDDLE}”，现在有答案了")


async def test_an_account_that_may_not_write_first_leaves_it_for_the_next_contact(
    tmp_path: Path, database_url: str
) -> None:
    async with open_town(tmp_path, database_url, account_kind="unverified_subscription") as town:
        citizen = await town.follower()
        await citizen.says(RIDDLE)
        await resolve(town, "as_sample", slug=ARTICLE.slug)
        await citizen.says("你好")
        citizen.sees(f"您之前问的“{RIDDLE}”，现在有答案了", ARTICLE.answer.splitlines()[0])
        await citizen.says("你好")
        assert RIDDLE not in citizen.heard
        assert await town.calls("/cgi-bin/message/custom/send") == []
