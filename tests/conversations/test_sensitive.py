"""Messages that a person must see at once: what the citizen reads, and what the duty officer's group receives."""

import asyncio
import logging
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from bot import texts
from bot.settings import AccountKind
from tests.dialogue.pushing import count, push, start, words_of, write
from tests.town import Citizen, Town, free_port, open_town


class Talk(NamedTuple):
    """What is said, what the reply must name, how the duty officer's alert is headed, and what only sounds alike."""

    said: str
    named: tuple[str, ...]
    heading: str
    trap: str


TALKS = {
    "self_harm": Talk("我不想活了，药都攒好了", ("12356", "110", "120"), "轻生", "跳楼价清仓的喇叭太吵，谁管"),
    "violence": Talk("我老公又打我，脸都肿了", ("110", "12338"), "暴力", "家暴讲座几点开始"),
    "child_abuse": Talk("隔壁天天往死里打孩子", ("110", "12345", "12338"), "孩子", "孩子打疫苗去哪"),
    "crowd": Talk("业主们拉横幅把售楼部围了", ("110", "12345"), "聚集", "大扫除几点集合"),
    "petition": Talk("再不解决我就去北京上访", ("12345", "信访接待窗口"), "上访", "信访局几点上班"),
    "corruption": Talk("村支书把扶贫款装自己腰包了", ("12388",), "腐败", "廉政教育基地在哪"),
    "danger": Talk("家里着火了，老人困在二楼", ("119",), "危险", "消防演练几点"),
}
RIDDLE = "量子纠缠的数学推导过程"


@pytest.mark.parametrize("kind", TALKS)
async def test_each_kind_and_its_trap(town: Town, kind: str) -> None:
    talk = TALKS[kind]
    citizen = await town.follower()
    await citizen.says(talk.trap)
    assert texts.DUTY_OFFICER_SEES not in citizen.heard
    await citizen.says(talk.said)
    citizen.sees(*talk.named, texts.DUTY_OFFICER_SEES)
    (alert,) = await town.alerts(1)
    assert talk.heading in alert.partition("\n")[0]
    assert talk.said in alert
    assert citizen.heard[:100] in alert
    assert citizen.openid not in alert
    await citizen.says("大扫除哪天搞")
    citizen.sees("星期五")


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("楼下电动车着火了，浓烟往上冒", {"119"}),
        ("我爸突然倒地不省人事", {"120"}),
        ("前面出车祸了，有人被压在车底", {"119", "120", "122"}),
        ("老人走丢了，八十二岁", {"110"}),
        ("救命", {"110"}),
    ],
)
async def test_danger_names_the_numbers_that_help(town: Town, said: str, numbers: set[str]) -> None:
    citizen = await town.follower()
    await citizen.says(said)
    lines = [line for line in citizen.heard.splitlines() if line.startswith("· ")]
    assert {
        number for number in ("110", "119", "120", "122") if any(f"打 {number}" in line for line in lines)
    } == numbers


async def test_the_talk_goes_on_where_it_was(tmp_path: Path, database_url: str) -> None:
    async with open_town(tmp_path, database_url, answer_confidence=1.0, suggest_confidence=0.1) as town:
        citizen = await town.follower()
        await citizen.says("书房")
        citizen.sees("您是不是想问")
        await citizen.says("我不想活了")
        citizen.sees("12356")
        await citizen.says("1")
        citizen.sees("书房")
        await citizen.says("删除我的资料")
        await citizen.says("有人要跳河了！")
        citizen.sees("120")
        await citizen.says("确认删除")
        citizen.sees("都删掉了")


async def test_a_message_that_comes_many_times_alerts_once(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, "我不想活了")
    outcomes = await asyncio.gather(*(start(town, parcel) for _ in range(5)))
    outcomes.append(await push(town, parcel))
    assert {words_of(outcome) for outcome in outcomes} == {words_of(outcomes[0])}
    await town.alerts(1)
    assert await count(town, "outbox WHERE lane = 'robot'") == 1


async def test_the_same_words_alert_again_only_after_ten_minutes(town: Town) -> None:
    citizen, other = await town.follower(), await town.follower("李师傅")
    await citizen.says("我不想活了")
    await citizen.says("我不想活了！！")
    assert "12356" in citizen.heard
    await _advance(town, 300)
    await citizen.says("我 不想活了")
    assert len(await town.alerts(1)) == 1
    await citizen.says("我不想活了，药都攒好了")
    await other.says("我不想活了")
    assert len(await town.alerts(3)) == 3
    await _advance(town, 301)
    await citizen.says("我不想活了")
    assert len(await town.alerts(4)) == 4
    assert await count(town, "outbox WHERE lane = 'robot'") == 4


async def _advance(town: Town, seconds: int) -> None:
    """Move the clock and wait until the service, which reads it now and then, has seen it."""
    heard = "SELECT max(received) FROM inbox"
    witness = await town.follower("赵伯")
    before = await town.database.read(lambda conn: conn.scalar(text(heard)))
    await town.control("clock", advance=seconds)
    async with asyncio.timeout(10):
        while _apart(await town.database.read(lambda conn: conn.scalar(text(heard))), before) < seconds - 1:
            await witness.says("菜单")


def _apart(later: Any, earlier: Any) -> float:
    """Return the seconds between two instants as the database gives them."""
    apart = later - earlier
    return float(apart.total_seconds() if hasattr(apart, "total_seconds") else apart / 1e6)


async def test_whoever_alerts_again_and_again_waits_behind_others(town: Town) -> None:
    citizen = await town.follower()
    for number in range(5):
        await citizen.says(f"我不想活了，第{number}次说了")
    await citizen.says("再不解决我就去北京上访")
    ranks = "SELECT priority FROM outbox WHERE lane = 'robot' ORDER BY id"
    rows = await town.database.read(lambda conn: list(conn.scalars(text(ranks))))
    assert rows == [0, 0, 0, 5, 5, 5]


async def test_long_words_are_cut_and_nobody_is_called_by_name(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("<@all>我不想活了" + "真的" * 200)
    (alert,) = await town.alerts(1)
    assert "＜@all>我不想活了" in alert
    assert "<@" not in alert
    assert len(alert.encode()) <= 2048
    assert alert.count("真的") < 100


async def test_quiet_gives_the_one_sentence_and_alerts_all_the_same(town: Town) -> None:
    citizen = await town.follower()
    await town.command("quiet_on", reason="会议期间")
    await citizen.says("有人拿刀砍人了")
    assert citizen.heard == texts.QUIET
    (alert,) = await town.alerts(1)
    assert "有人拿刀砍人了" in alert
    assert texts.QUIET in alert


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_every_kind_of_account(tmp_path: Path, sqlite_url: str, kind: AccountKind) -> None:
    async with open_town(tmp_path, sqlite_url, account_kind=kind) as town:
        citizen = await town.follower()
        await citizen.says("我不想活了")
        citizen.sees("12356")
        assert len(await town.alerts(1)) == 1


async def test_without_a_robot_the_log_is_told(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_town(tmp_path, database_url, duty_robot_url=None) as town:
        citizen = await town.follower()
        await citizen.says("我不想活了")
        citizen.sees("12356")
        assert texts.DUTY_OFFICER_SEES not in citizen.heard
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'cancelled' AND body = '{}'")
        (line,) = [record for record in caplog.records if record.name == "wenming.duty"]
        assert (line.levelno, vars(line)["kind"]) == (logging.WARNING, "self_harm")
        assert vars(line)["reference"]
        assert "我不想活了" not in str(vars(line))
        assert citizen.openid not in str(vars(line))
        assert 'wenming_alerts_total{end="logged",kind="self_harm"} 1.0' in (await town.get("/metrics"))[1]


async def test_a_stop_between_the_commit_and_the_alert_loses_nothing(tmp_path: Path, database_url: str) -> None:
    async with open_town(tmp_path, database_url, duty_robot_url=f"http://127.0.0.1:{free_port()}/") as town:
        citizen = await town.follower()
        await citizen.says("我不想活了")
        citizen.sees("12356")
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'ready' AND attempts > 0")
        await town.control("clock", advance=600)
    async with open_town(tmp_path, database_url) as town:
        (alert,) = await town.alerts(1)
        assert "我不想活了" in alert
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'sent' AND body = '{}'")


GOODBYE = "我不想活了，药都攒好了"


async def test_who_leaves_at_once_is_not_overlooked(tmp_path: Path, database_url: str) -> None:
    """The alert waits, its citizen unfollows: it goes out all the same, says so, and then nothing of it is left."""
    async with open_town(tmp_path, database_url, duty_robot_url=f"http://127.0.0.1:{free_port()}/") as town:
        citizen = await town.follower()
        await citizen.says("再不解决我就去北京上访")
        await citizen.says(GOODBYE)
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'ready' AND attempts > 0", 2)
        await _leave(citizen)
        assert await count(town, "outbox WHERE lane = 'robot' AND state = 'cancelled' AND body = '{}'") == 1
        assert await count(town, "outbox WHERE lane = 'robot' AND state <> 'cancelled' AND body <> '{}'") == 1
        await town.control("clock", advance=600)
    async with open_town(tmp_path, database_url) as town:
        (alert,) = await town.alerts(1)
        assert GOODBYE in alert
        assert "公众号里已经找不到" in alert
        assert citizen.openid not in alert
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'sent' AND body = '{}'")
        assert await count(town, f"outbox WHERE body LIKE '%{GOODBYE}%'") == 0


@pytest.mark.parametrize("kind", TALKS)
async def test_only_what_is_about_a_life_outlasts_an_erasure(tmp_path: Path, sqlite_url: str, kind: str) -> None:
    async with open_town(tmp_path, sqlite_url, duty_robot_url=f"http://127.0.0.1:{free_port()}/") as town:
        citizen = await town.follower()
        await citizen.says(TALKS[kind].said)
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'ready' AND attempts > 0")
        await citizen.says("删除我的信息")
        await citizen.says("确认删除")
        citizen.sees("都删掉了")
        spared = kind in {"self_harm", "violence", "child_abuse", "danger"}
        assert await count(town, "outbox WHERE lane = 'robot' AND body <> '{}'") == spared
        assert await count(town, "outbox WHERE lane = 'robot' AND state = 'cancelled'") == (not spared)


async def _leave(citizen: Citizen) -> None:
    await citizen.does("unfollows")
    citizen.sees_nothing()


async def test_a_sent_alert_leaves_no_words_in_the_outbox(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("我不想活了")
    await town.alerts(1)
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'sent' AND body = '{}'")


async def test_ordinary_words_alert_nobody(town: Town) -> None:
    citizen = await town.follower()
    for talk in TALKS.values():
        await citizen.says(talk.trap)
    await citizen.says(RIDDLE)
    assert await count(town, "outbox WHERE lane = 'robot'") == 0
