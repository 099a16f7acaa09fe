"""Media up: streamed from a file or from memory, capped, and of the type that they claim."""

from pathlib import Path

import pytest
from aiohttp import web

from bot.wechat.api import WeChatApi
from bot.wechat.errors import BreaksLimit, MediaUnusable
from bot.wechat.uploads import LIMITS, Caption, Material, MaterialCounts, MediaKind
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import Platform

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 200
PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 200
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"v" * 200
AMR = b"#!AMR\n" + b"a" * 200
UPLOAD = "/cgi-bin/media/upload"
ADD = "/cgi-bin/material/add_material"


@pytest.mark.parametrize(
    ("kind", "content", "content_type"),
    [
        (MediaKind.IMAGE, JPEG, "image/jpeg"),
        (MediaKind.VOICE, AMR, "audio/amr"),
        (MediaKind.VIDEO, MP4, "video/mp4"),
        (MediaKind.THUMB, JPEG, "image/jpeg"),
    ],
)
async def test_each_kind_arrives_whole(
    platform: Platform, api: WeChatApi, kind: MediaKind, content: bytes, content_type: str
) -> None:
    media_id = await api.media.upload(kind, content, content_type=content_type)
    world = platform.sandbox.world
    medium = world.media.find_fresh(media_id, now=world.now())
    assert medium is not None
    assert (medium.kind, medium.content) == (kind.value, content)


async def test_a_file_is_streamed_anew_for_each_try(platform: Platform, api: WeChatApi, tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(PNG + b"x" * 3_000_000)
    await platform.fault("drop", UPLOAD, times=2)
    media_id = await api.media.upload(MediaKind.IMAGE, file, content_type="image/png")
    world = platform.sandbox.world
    medium = world.media.find_fresh(media_id, now=world.now())
    assert medium is not None
    assert medium.content == file.read_bytes()


async def test_what_wechat_would_not_take_is_not_sent(odd: OddServer, odd_api: WeChatApi, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(JPEG + b"x" * LIMITS[MediaKind.IMAGE].most)
    media = odd_api.media
    for attempt in (
        media.upload(MediaKind.IMAGE, large, content_type="image/jpeg"),
        media.upload(MediaKind.IMAGE, b"", content_type="image/jpeg"),
        media.upload(MediaKind.IMAGE, PNG, content_type="image/jpeg"),
        media.upload(MediaKind.IMAGE, b"<svg/>", content_type="image/svg+xml"),
        media.upload(MediaKind.VOICE, MP4, content_type="video/mp4"),
        media.upload(MediaKind.IMAGE, tmp_path / "none.jpg", content_type="image/jpeg"),
        media.upload(MediaKind.THUMB, JPEG + b"x" * 65_536, content_type="image/jpeg"),
        media.upload_article_picture(PNG + b"x" * 1_048_576, content_type="image/png"),
        media.upload_article_picture(b"GIF89a" + b"x" * 20, content_type="image/gif"),
    ):
        with pytest.raises(MediaUnusable):
            await attempt
    with pytest.raises(BreaksLimit, match="title"):
        await media.add_material(MediaKind.VIDEO, MP4, content_type="video/mp4")
    assert odd.seen == []


async def test_an_article_picture_gets_an_address(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/media/uploadimg", '{"url":"http://mmbiz.qpic.cn/x"}')
    assert await odd_api.media.upload_article_picture(PNG, content_type="image/png") == "http://mmbiz.qpic.cn/x"
    assert PNG in odd.bodies[-1]
    assert b'name="media"; filename="upload.png"' in odd.bodies[-1]


async def test_a_permanent_video_carries_its_caption(odd: OddServer, odd_api: WeChatApi) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text='{"media_id":"M","url":""}')

    odd.answers[ADD] = answer
    caption = Caption(title="短片", introduction="一分钟")
    made = await odd_api.media.add_material(MediaKind.VIDEO, MP4, content_type="video/mp4", caption=caption)
    assert made == Material(media_id="M")
    assert odd.queries[-1] == {"type": "video"}
    assert '{"title":"短片","introduction":"一分钟"}'.encode() in odd.bodies[-1]


async def test_materials_are_listed_counted_and_deleted(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(
        "/cgi-bin/material/batchget_material",
        '{"total_count":9,"item_count":1,"item":[{"media_id":"M","name":"a.jpg","update_time":7,"url":"http://x"}]}',
    )
    page = await odd_api.media.list_materials(MediaKind.IMAGE, offset=8, count=1)
    assert odd.last_json() == {"type": "image", "offset": 8, "count": 1}
    assert (page.total, page.materials) == (9, (Material(media_id="M", url="http://x", name="a.jpg", updated=7),))
    with pytest.raises(BreaksLimit):
        await odd_api.media.list_materials(MediaKind.IMAGE, count=21)
    odd.answer(
        "/cgi-bin/material/get_materialcount", '{"voice_count":1,"video_count":2,"image_count":3,"news_count":4}'
    )
    assert await odd_api.media.count_materials() == MaterialCounts(voices=1, videos=2, images=3, bundles=4)
    odd.answer("/cgi-bin/material/del_material", '{"errcode":0}')
    await odd_api.media.delete_material("M")
    assert odd.last_json() == {"media_id": "M"}
