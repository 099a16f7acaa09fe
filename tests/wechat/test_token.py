"""The access token: fetched once for all callers and replicas, replaced when rejected, no quota burnt."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from cryptography.fernet import Fernet
from sqlalchemy import Connection, select, update

from bot.wechat.api import WeChatApi
from bot.wechat.errors import Misconfigured, TokenRejected, Unreachable
from bot.wechat.token import FORCED_PER_DAY, LEASE
from store import leases
from store.database import Database, open_database, wall_clock
from store.sealing import Seal
from store.tables import leases as rows
from tests.wechat.odd_server import start_odd_server
from tests.wechat.platform import (
    CUSTOM_SEND,
    STABLE_TOKEN,
    Platform,
    open_api,
    open_token,
    open_transport,
    start_platform,
)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with start_platform() as started:
        yield started


@pytest.fixture
def api(platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, platform.url, database)


def _row(conn: Connection) -> tuple[bytes, str]:
    sealed, forced = conn.execute(select(rows.c.sealed, rows.c.forced)).one()
    return sealed, forced


def _move_end(conn: Connection, seconds: float) -> None:
    """Let the shared token end so many seconds from now."""
    conn.execute(update(rows).values(value_until=wall_clock(conn) + timedelta(seconds=seconds)))


async def test_many_callers_cause_one_fetch(platform: Platform, database: Database) -> None:
    token = open_token(open_transport(platform.session, platform.url), database)
    got = await asyncio.gather(*(token.get() for _ in range(200)))
    assert len(set(got)) == 1
    assert len(platform.calls(STABLE_TOKEN)) == 1


async def test_the_token_lies_sealed_in_the_database(platform: Platform, database: Database) -> None:
    token = await open_token(open_transport(platform.session, platform.url), database).get()
    sealed, _ = await database.read(_row)
    assert token.encode() not in sealed


async def test_replicas_share_one_token(platform: Platform, database: Database, empty_url: str) -> None:
    """Two processes on PostgreSQL; on SQLite, which one process writes, two objects that share its database."""
    second = open_database(empty_url) if empty_url.startswith("postgresql") else database
    transport = open_transport(platform.session, platform.url)
    replicas = [open_token(transport, one) for one in (database, second, database, second)]
    got = await asyncio.gather(*(replica.get() for replica in replicas for _ in range(20)))
    assert len(set(got)) == 1
    assert len(platform.calls(STABLE_TOKEN)) == 1
    if second is not database:
        await second.close()


async def test_a_rotation_under_200_sends_is_survived_with_one_fetch(platform: Platform, api: WeChatApi) -> None:
    people = [platform.follower(f"{number}号") for number in range(200)]
    await api.send_customer_text(people[0].openid, "你好")
    await platform.control("tokens", {})  # WeChat forgets all tokens, as after a change of the secret
    await asyncio.gather(*(api.send_customer_text(one.openid, "再见") for one in people))
    assert len(platform.calls(STABLE_TOKEN)) == 2
    assert all(platform.texts(one)[-1] == "再见" for one in people)
    assert platform.forced() == 0


async def test_a_replica_with_an_old_token_takes_the_new_one_from_the_database(
    platform: Platform, database: Database
) -> None:
    first, second = (open_api(platform.session, platform.url, database) for _ in range(2))
    citizen = platform.follower()
    for api in (first, second):
        await api.send_customer_text(citizen.openid, "一")
    await platform.control("tokens", {})
    for api in (first, second):
        await api.send_customer_text(citizen.openid, "二")
    assert platform.texts(citizen) == ["一", "一", "二", "二"]
    assert len(platform.calls(STABLE_TOKEN)) == 2


async def test_a_token_near_its_end_is_renewed(platform: Platform, database: Database) -> None:
    transport = open_transport(platform.session, platform.url)
    await open_token(transport, database).get()
    await database.write(_move_end, 290.0)
    await open_token(transport, database).get()
    assert len(platform.calls(STABLE_TOKEN)) == 2


async def test_a_token_near_its_end_serves_while_wechat_is_away(platform: Platform, database: Database) -> None:
    transport = open_transport(platform.session, platform.url)
    token = await open_token(transport, database).get()
    await database.write(_move_end, 200.0)
    await platform.fault("html", STABLE_TOKEN)
    assert await open_token(transport, database).get() == token


async def test_a_token_near_its_end_serves_while_another_replica_renews_it(
    platform: Platform, database: Database
) -> None:
    transport = open_transport(platform.session, platform.url)
    token = await open_token(transport, database).get()
    await database.write(_move_end, 200.0)
    await database.write(leases.take_lease, LEASE, owner="another", seconds=60.0)
    assert await open_token(transport, database).get() == token
    assert len(platform.calls(STABLE_TOKEN)) == 1


async def test_a_token_that_wechat_rejects_but_gives_out_again_is_forced_once(
    platform: Platform, database: Database, api: WeChatApi
) -> None:
    citizen = platform.follower()
    await platform.fault("error", CUSTOM_SEND, errcode=40001, times=1)
    await api.send_customer_text(citizen.openid, "你好")
    assert platform.texts(citizen) == ["你好"]
    assert platform.forced() == 1
    _, forced = await database.read(_row)
    assert forced.count(".") == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_token_that_stays_rejected_ends_in_a_clear_error(
    platform: Platform, database: Database, errcode: int
) -> None:
    citizen = platform.follower()
    await platform.fault("error", CUSTOM_SEND, errcode=errcode)
    replicas = [open_api(platform.session, platform.url, database) for _ in range(3)]
    for api in replicas:
        for _ in range(5):
            with pytest.raises(TokenRejected):
                await api.send_customer_text(citizen.openid, "你好")
    assert platform.forced() == 1  # the next would come within 30 seconds
    assert len(platform.calls(STABLE_TOKEN)) <= 2 + 2 * len(replicas)


def _use_up(conn: Connection, *, number: int) -> None:
    hours_ago = [wall_clock(conn).timestamp() - 3600.0 - one for one in range(number)]
    conn.execute(update(rows).values(forced=str(hours_ago)))


@pytest.mark.parametrize(("used", "forced"), [(FORCED_PER_DAY - 1, 1), (FORCED_PER_DAY, 0)])
async def test_a_days_forced_refreshes_are_not_exceeded(
    platform: Platform, database: Database, used: int, forced: int
) -> None:
    token = open_token(open_transport(platform.session, platform.url), database)
    bad = await token.get()
    await database.write(_use_up, number=used)
    if forced:
        assert await token.replace(bad) != bad
    else:
        with pytest.raises(TokenRejected, match="used up"):
            await token.replace(bad)
    assert platform.forced() == forced


async def test_a_revoked_secret_burns_no_quota(platform: Platform, database: Database) -> None:
    token = open_token(open_transport(platform.session, platform.url), database, secret="old" * 10)
    failures = await asyncio.gather(*(token.get() for _ in range(100)), return_exceptions=True)
    failures += [failure for _ in range(100) for failure in await asyncio.gather(token.get(), return_exceptions=True)]
    assert all(isinstance(failure, Misconfigured) and "APP_SECRET" in str(failure) for failure in failures)
    assert len(platform.calls(STABLE_TOKEN)) == 1


async def test_a_secret_that_wechat_calls_a_wrong_credential(platform: Platform, database: Database) -> None:
    await platform.fault("error", STABLE_TOKEN, errcode=40001)
    with pytest.raises(Misconfigured, match="APP_SECRET"):
        await open_token(open_transport(platform.session, platform.url), database).get()


async def test_a_forced_refresh_whose_answer_is_lost_is_not_repeated(platform: Platform, database: Database) -> None:
    async def answer(request: web.Request) -> web.Response:
        forced.append((await request.json())["force_refresh"])
        if forced[-1]:
            return web.Response(status=502, text="<html>")
        return web.json_response({"access_token": "NEW" if True in forced else "OLD", "expires_in": 7200})

    forced: list[bool] = []
    async with start_odd_server() as odd:
        odd.answers[STABLE_TOKEN] = answer
        token = open_token(open_transport(platform.session, odd.url), database)
        assert await token.get() == "OLD"
        with pytest.raises(Unreachable):
            await token.replace("OLD")
        assert await token.replace("OLD") == "NEW"
    assert forced == [False, False, True, False]


async def test_a_database_that_is_away_is_no_answer_of_wechats(platform: Platform) -> None:
    nowhere = open_database("postgresql+asyncpg://wenming@127.0.0.1:1/none")
    with pytest.raises(Unreachable, match="database"):
        await open_token(open_transport(platform.session, platform.url), nowhere).get()
    await nowhere.close()


async def test_the_whitelist_is_named(platform: Platform, database: Database) -> None:
    await platform.control("config", {"ip_whitelist": ["192.0.2.1"]})
    with pytest.raises(Misconfigured, match="whitelist"):
        await open_token(open_transport(platform.session, platform.url), database).get()


async def test_a_short_outage_is_bridged_and_a_long_one_named(platform: Platform, database: Database) -> None:
    transport = open_transport(platform.session, platform.url)
    await platform.fault("html", STABLE_TOKEN, times=2)
    await open_token(transport, database).get()
    await database.write(_move_end, -1.0)
    await platform.fault("truncate", STABLE_TOKEN)
    with pytest.raises(Unreachable, match="stable_token"):
        await open_token(transport, database).get()


async def test_after_an_outage_the_next_caller_asks_again(platform: Platform, database: Database) -> None:
    token = open_token(open_transport(platform.session, platform.url), database)
    await platform.fault("html", STABLE_TOKEN, times=3)
    with pytest.raises(Unreachable):
        await token.get()
    assert await token.get()


async def test_a_token_sealed_with_a_key_that_has_gone_is_fetched_anew(platform: Platform, database: Database) -> None:
    transport = open_transport(platform.session, platform.url)
    token = await open_token(transport, database, seal=Seal([Fernet.generate_key().decode()])).get()
    assert await open_token(transport, database).get() == token
    assert len(platform.calls(STABLE_TOKEN)) == 2


async def test_a_caller_that_is_cancelled_lets_the_next_one_in(platform: Platform, database: Database) -> None:
    token = open_token(open_transport(platform.session, platform.url), database)
    await platform.fault("delay", STABLE_TOKEN, seconds=1.5, times=1)
    impatient = asyncio.create_task(token.get())
    while not platform.sandbox.world.journal.after(0):  # noqa: ASYNC110 - no event tells that a request has begun
        await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    async with asyncio.timeout(10.0):
        assert await token.get()
