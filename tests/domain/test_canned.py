"""Words to answer with: checked, changed by one person at a time, removed."""

from datetime import UTC, datetime
from functools import partial

import pytest

from bot.domain import canned
from bot.domain.articles import Refused, bring_start_content
from bot.domain.help import LONGEST_ANSWER
from store import canned as stored
from store import wordings
from store.database import Database
from store.wordings import AVOID, Wording

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


async def add(database: Database, title: str = "谢谢", body: str = "谢谢您，已经转给街道了。") -> int:
    return await database.write(canned.add, title=title, body=body, by="xiaoli", now=NOW)


async def test_one_is_added_changed_and_removed(database: Database) -> None:
    first = await add(database, title="  谢  谢 ", body=" 谢谢您。\n")
    (kept,) = await database.read(stored.list_all)
    assert (kept.id, kept.title, kept.body, kept.version, kept.editor) == (first, "谢 谢", "谢谢您。", 1, "xiaoli")
    change = partial(canned.change, version=1, title="感谢", body="多谢。", by="wang", now=NOW)
    await database.write(change, first)
    with pytest.raises(canned.Stale) as stale:
        await database.write(change, first)
    assert stale.value.now is not None
    assert (stale.value.now.body, stale.value.now.version) == ("多谢。", 2)
    with pytest.raises(canned.Stale):
        await database.write(canned.remove, first, version=1)
    await database.write(canned.remove, first, version=2)
    await database.write(canned.remove, first, version=2)  # gone is gone
    assert await database.read(stored.list_all) == []


@pytest.mark.parametrize(
    ("title", "body", "why"),
    [
        (" ", "好", "标题"),
        ("好", " ", "答案"),
        ("长" * (canned.LONGEST_TITLE + 1), "好", "30"),
        ("好", "长" * (LONGEST_ANSWER + 1), "600"),
        ("谢谢", "再来一个", "谢谢"),
        ("规矩", "这是坏词", "别这么写"),
    ],
)
async def test_what_cant_be_kept(database: Database, title: str, body: str, why: str) -> None:
    await add(database)
    rule = Wording(phrase="坏词", kind=AVOID, blocks=True, advice="别这么写")
    await database.write(wordings.put, rule, editor="xiaoli", now=NOW)
    with pytest.raises(Refused, match=why):
        await add(database, title=title, body=body)
    assert len(await database.read(stored.list_all)) == 1


async def test_its_own_title_is_no_obstacle(database: Database) -> None:
    first = await add(database)
    await database.write(canned.change, first, version=1, title="谢谢", body="好的。", by="wang", now=NOW)


async def test_a_sentence_can_be_looked_at_before_it_is_sent(database: Database) -> None:
    await database.write(bring_start_content, now=NOW)
    assert await database.read(canned.remarks, "您好") == []
