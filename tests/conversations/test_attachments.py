"""Pictures, voice, stickers, links and places without context: a helpful sentence, and kept where it makes sense."""

import pytest

from tests.town import Town


async def test_a_photo_is_fetched_once_and_kept(town: Town) -> None:
    citizen = await town.follower()
    await citizen.does("sends_photo")
    citizen.sees("照片收到了", "打字告诉我")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept' AND kind = 'image' AND size > 0")
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'media' AND state = 'sent'")
    kept = [file for file in town.settings.files_dir.glob("??/*") if file.is_file()]
    assert len(kept) == 1


async def test_voice_and_video_are_kept_for_people(town: Town) -> None:
    citizen = await town.follower()
    await citizen.does("sends_voice")
    citizen.sees("语音收到了", "打字")
    await citizen.does("sends_video")
    citizen.sees("视频收到了")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'", 2)


@pytest.mark.parametrize(
    ("act", "words"),
    [("sends_sticker", "表情我看不到"), ("sends_link", "打不开网页"), ("shares_location", "收到了")],
)
async def test_other_kinds_get_a_sentence(town: Town, act: str, words: str) -> None:
    citizen = await town.follower()
    details: dict[str, object] = {}
    if act == "sends_link":
        details = {"title": "好文", "description": "看看", "url": "https://example.com/a"}
    if act == "shares_location":
        details = {"latitude": 34.75, "longitude": 113.62, "label": "人民路<b>菜市场</b>]]>", "scale": 15}
    await citizen.does(act, **details)
    citizen.sees(words)


async def test_where_the_phone_is_isnt_kept(town: Town) -> None:
    citizen = await town.follower()
    before = await town.database.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM inbox").scalar())
    await citizen.does("reports_location", latitude=34.75, longitude=113.62, precision=30)
    citizen.sees_nothing()
    after = await town.database.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM inbox").scalar())
    assert before == after
