"""Articles as the console lists them, and questions that two articles share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module

from sqlalchemy import Connection, insert, select

from store import article_list, articles
from store.article_content import plain
from store.article_list import SUBMITTED, Titled, Wanted
from store.articles import APPROVED, DRAFT, WITHDRAWN, NewArticle
from store.database import Database
from store.tables import article_samples

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
READING = NewArticle(
    slug="reading",
    ours=True,
    measure=21,
    subject="",
    title="书房几点开门？",
    answer="九点。",
    links=(),
    samples=("书房 几点开门", "开门时间"),
)


def stock(conn: Connection) -> int:
    """Put an article into each stage; return the id of the one that waits."""
    articles.add(conn, READING, status=APPROVED, editor="张三", now=NOW)
    waiting = articles.add(conn, replace(READING, slug="b", title="乙"), status=DRAFT, editor="李四", now=NOW)
    articles.submit(conn, waiting, now=NOW)
    over = replace(READING, slug="c", title="丙", valid_until=NOW - timedelta(days=1))
    articles.add(conn, over, status=WITHDRAWN, editor="李四", now=NOW + timedelta(days=1))
    return waiting


async def listed(database: Database, **wanted: object) -> list[str]:
    found = await database.read(article_list.find_page, Wanted(**wanted), now=NOW, most=10)  # type: ignore[arg-type]
    assert await database.read(article_list.count, Wanted(**wanted), now=NOW) == len(found)  # type: ignore[arg-type]
    return [one.slug for one in found]


async def test_what_waits_comes_first_then_the_newest(database: Database) -> None:
    await database.write(stock)
    assert await listed(database) == ["b", "c", "reading"]
    assert await listed(database, stage=SUBMITTED) == ["b"]
    assert await listed(database, stage=DRAFT) == []  # it waits, so that it isn't counted twice
    assert await listed(database, expired=True) == ["c"]
    assert await listed(database, editor="张三", words="九点 书房") == ["reading"]
    stages = await database.read(article_list.count_by_stage)
    assert {stage: number for stage, number in stages.items() if number} == {SUBMITTED: 1, APPROVED: 1, WITHDRAWN: 1}


async def test_a_decision_ends_the_waiting(database: Database) -> None:
    waiting = await database.write(stock)
    await database.write(articles.approve, [waiting], approver="王五", now=NOW)
    assert await listed(database, stage=SUBMITTED) == []
    assert await database.read(article_list.list_submitted) == []


async def test_a_changed_text_waits_no_more_but_other_questions_do_not_matter(database: Database) -> None:
    await database.write(stock)
    known = await database.read(articles.find_by_slug, "b")
    assert known is not None
    new = replace(READING, slug="b", title="乙", samples=("别的",))
    await database.write(articles.edit, known, new, editor="李四", now=NOW)
    assert await listed(database, stage=SUBMITTED) == ["b"]
    known = await database.read(articles.find_by_slug, "b")
    assert known is not None
    await database.write(articles.edit, known, replace(new, answer="十点。"), editor="李四", now=NOW)
    assert await listed(database, stage=SUBMITTED) == []


async def test_questions_are_the_same_whatever_marks_stand_in_them(database: Database) -> None:
    await database.write(articles.add, READING, status=APPROVED, editor="张三", now=NOW)
    titles = await database.read(article_list.list_titles)
    asked = ("书房几点开门", "开门时间？？", "别的")
    same = await database.read(article_list.find_same_questions, asked, but="new", titles=titles)
    owner = Titled("reading", "书房几点开门？")
    assert same == {"书房几点开门": owner, "开门时间？？": owner}
    assert await database.read(article_list.find_same_questions, asked, but="reading", titles=titles) == {}


async def test_the_migration_makes_questions_plain_as_the_program_does(database: Database) -> None:
    migration = import_module("store.migrations.versions.0006_scores")
    question = "AB c？?！!。，,、 书房"

    def migrate(conn: Connection) -> list[str]:
        article_id = articles.add(conn, replace(READING, samples=()), status=APPROVED, editor="张三", now=NOW)
        conn.execute(insert(article_samples).values(article_id=article_id, question=question))
        conn.execute(migration.make_plain())
        return list(conn.scalars(select(article_samples.c.plain)))

    assert await database.write(migrate) == [plain(question)] == ["abc书房"]
