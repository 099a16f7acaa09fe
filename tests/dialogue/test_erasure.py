"""Leaving, asking, or a withdrawn authorisation: the person is gone from every table, and comes back as a stranger."""

import sqlite3
from pathlib import Path

from store.database import database_file
from tests.dialogue.pushing import RIDDLE, count, dump, push, words_of, write
from tests.town import Citizen, Town

SECRETS = (RIDDLE, "幸福路18号院", "13903710000")


async def _live_a_life(town: Town) -> Citizen:
    """Leave traces wherever a citizen can."""
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    await citizen.says("书房")
    await citizen.does("shares_location", latitude=34.75, longitude=113.62, label="幸福路18号院", scale=15)
    await citizen.does("sends_photo")
    await citizen.does("sends_voice")
    await citizen.says("我的电话13903710000怎么没人打")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'", 2)
    return citizen


def _has(content: object, secret: str) -> bool:
    if isinstance(content, bytes | memoryview):
        return secret.encode() in bytes(content)
    return secret in str(content)


async def _traces(town: Town, *secrets: str) -> list[str]:
    tables = await dump(town)
    found = [(name, cell) for name, rows in tables.items() for row in rows for cell in row]
    return [f"{name}: {cell!r}" for name, cell in found for secret in secrets if _has(cell, secret)]


def _raw_file(database_url: str) -> bytes:
    """Return the bytes of a SQLite file, everything in it that was only in the journal."""
    path = database_file(database_url)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    connection.close()
    return Path(path).read_bytes()


async def test_whoever_unfollows_is_in_no_table_any_more(town: Town) -> None:
    citizen = await _live_a_life(town)
    assert await _traces(town, citizen.openid, *SECRETS)
    await citizen.does("unfollows")
    citizen.sees_nothing()
    assert await _traces(town, citizen.openid, *SECRETS) == []
    assert await count(town, "citizens WHERE openid IS NULL AND NOT followed") == 1
    assert await count(town, "erasures WHERE cause = 'unfollowed'") == 1
    assert await count(town, "dialogues") == 0
    assert await count(town, "attachments WHERE state = 'erased'") == 2
    assert await count(town, "unanswered WHERE question IS NULL") >= 1
    if town.settings.database_url.startswith("sqlite"):
        raw = _raw_file(town.settings.database_url)
        assert [secret for secret in (citizen.openid, *SECRETS) if secret.encode() in raw] == []


async def test_a_withdrawn_authorisation_erases_the_person_named(town: Town) -> None:
    named, other = await _live_a_life(town), await town.follower()
    fields = {"OpenID": named.openid, "AppID": "wx1", "RevokeInfo": "1"}
    outcome = await town.control("event", event="user_authorization_revoke", fields=fields)
    assert outcome["verdict"] == "silent"
    assert await _traces(town, named.openid, *SECRETS) == []
    assert await count(town, "erasures WHERE cause = 'user_authorization_revoke'") == 1
    assert await count(town, "citizens") == 2  # the platform's own name is nobody's
    await other.says("菜单")
    other.sees("我能帮您")
    await named.says("1")  # its dialogue, which the service may still have in mind, is gone
    named.sees("没有要选的")
    assert await count(town, "citizens") == 3


async def test_a_withdrawal_that_names_nobody_known_changes_nothing(town: Town) -> None:
    await town.follower()
    outcome = await town.control("event", event="user_authorization_revoke", fields={"OpenID": "o-nobody"})
    assert outcome["verdict"] == "silent"
    assert await count(town, "erasures") == 0
    assert await count(town, "citizens WHERE openid IS NOT NULL") == 1


async def test_whoever_comes_back_starts_anew(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("删除我的资料")
    await citizen.does("unfollows")
    await citizen.follows()
    citizen.sees("文明小助手")
    await citizen.says("确认删除")
    citizen.sees("真要删除")  # the question before has been forgotten
    await citizen.says("确认删除")
    citizen.sees("都删掉了")
    assert await _traces(town, citizen.openid) == []
    await citizen.says("菜单")
    citizen.sees("我能帮您")
    assert await count(town, "citizens WHERE openid IS NULL") == 2
    assert await count(town, "citizens WHERE openid IS NOT NULL") == 1
    assert await count(town, "dialogues WHERE revision = 1") == 1


async def test_a_retry_of_an_erased_citizens_message_brings_nobody_back(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, RIDDLE)
    assert "答不上来" in words_of(await push(town, parcel))
    await citizen.does("unfollows")
    assert (await push(town, parcel)).verdict == "silent"
    assert await count(town, "inbox") == 3
    assert await count(town, "citizens WHERE openid IS NOT NULL") == 0
    assert await count(town, "unanswered") == 1
