"""The transcript: what citizens write stands beside the answer, cut at 2,000 characters; of anything else no words."""

from sqlalchemy import text

from tests.dialogue.pushing import RIDDLE, push, write
from tests.town import Town


async def _said(town: Town) -> list[tuple[str, str | None]]:
    query = text("SELECT kind, said FROM inbox ORDER BY id")
    return [(row.kind, row.said) for row in await town.database.read(lambda conn: conn.execute(query).all())]


async def test_words_are_kept_as_they_were_written(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("大扫除 <b>哪天</b>搞🧹")
    await citizen.does("sends_photo")
    await citizen.does("shares_location", latitude=34.75, longitude=113.62, label="幸福路", scale=15)
    assert await _said(town) == [
        ("event:subscribe", None),
        ("text", "大扫除 <b>哪天</b>搞🧹"),
        ("image", None),
        ("location", None),
    ]


async def test_a_very_long_message_is_cut(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("话" * 3000)
    assert (await _said(town))[-1] == ("text", "话" * 2000)


async def test_a_tapped_link_says_its_words(town: Town) -> None:
    citizen = await town.follower()
    await citizen.taps(0)
    kind, said = (await _said(town))[-1]
    assert kind == "text"
    assert said


async def test_a_retry_adds_nothing(town: Town) -> None:
    citizen = await town.follower()
    parcel = write(town, citizen, RIDDLE)
    for _ in range(3):
        await push(town, parcel)
    assert [said for _, said in await _said(town)].count(RIDDLE) == 1


async def test_the_words_that_erase_arent_kept(town: Town) -> None:
    citizen = await town.follower()
    await citizen.says("删除我的信息")
    await citizen.says("确认删除")
    citizen.sees("都删掉了")
    assert [said for _, said in await _said(town)] == [None, None, None]
