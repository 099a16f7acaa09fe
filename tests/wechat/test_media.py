"""Downloads: by id and by address, capped, and from nobody but WeChat."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.wechat.api import WeChatApi
from bot.wechat.errors import MediaExpired, MediaUnusable, Unreachable
from store.database import Database
from tests.wechat.odd_server import OddServer, start_odd_server
from tests.wechat.platform import Platform, open_api, start_platform

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 100_000
MEDIA_GET = "/cgi-bin/media/get"


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with start_platform() as started:
        yield started


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    async with start_odd_server() as started:
        yield started


@pytest.fixture
def empty_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Downloads don't differ by database."""
    shutil.copy(sqlite_template, tmp_path / "wenming.db")
    return f"sqlite:///{tmp_path / 'wenming.db'}"


@pytest.fixture
def api(platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, platform.url, database)


@pytest.fixture
def odd_api(odd: OddServer, platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, odd.url, database)


class Sink:
    """Where the chunks of a download go."""

    def __init__(self) -> None:
        self.content = b""

    async def write(self, chunk: bytes) -> None:
        """Take a chunk."""
        self.content += chunk


async def test_a_medium_by_its_id(platform: Platform, api: WeChatApi) -> None:
    media_id, _ = platform.picture(JPEG)
    sink = Sink()
    got = await api.download_media(media_id, sink.write)
    assert (sink.content, got.size, got.content_type) == (JPEG, len(JPEG), "image/jpeg")


async def test_a_picture_by_its_address_without_a_token(platform: Platform, api: WeChatApi) -> None:
    _, address = platform.picture(JPEG)
    sink = Sink()
    await api.download_picture(address, sink.write)
    assert sink.content == JPEG
    assert platform.calls("/cgi-bin/stable_token") == []


async def test_a_video_by_the_address_that_its_id_gives(platform: Platform, api: WeChatApi) -> None:
    media_id, _ = platform.picture(b"\x00\x00\x00\x18ftypmp42", kind="video", name="a.mp4")
    sink = Sink()
    await api.download_media(media_id, sink.write)
    assert sink.content == b"\x00\x00\x00\x18ftypmp42"


async def test_a_medium_older_than_three_days_has_gone(platform: Platform, api: WeChatApi) -> None:
    media_id, _ = platform.picture(JPEG)
    await platform.control("clock", {"advance": 3 * 86_400})
    with pytest.raises(MediaExpired):
        await api.download_media(media_id, Sink().write)


async def test_a_token_rejected_at_a_download_is_replaced(platform: Platform, api: WeChatApi) -> None:
    media_id, _ = platform.picture(JPEG)
    await api.check_reachable()
    await platform.control("tokens", {})
    sink = Sink()
    await api.download_media(media_id, sink.write)
    assert sink.content == JPEG


@pytest.mark.parametrize("limit", [len(JPEG) - 1, 10])
async def test_what_is_too_large_is_broken_off(platform: Platform, api: WeChatApi, limit: int) -> None:
    media_id, address = platform.picture(JPEG)
    sink = Sink()
    with pytest.raises(MediaUnusable, match="larger"):
        await api.download_media(media_id, sink.write, limit=limit)
    with pytest.raises(MediaUnusable, match="larger"):
        await api.download_picture(address, sink.write, limit=limit)
    assert len(sink.content) <= 2 * limit
    await api.download_picture(address, sink.write, limit=len(JPEG))


async def test_what_is_too_large_without_saying_so_is_broken_off(platform: Platform, api: WeChatApi) -> None:
    media_id, _ = platform.picture(JPEG)
    await platform.fault("slow", MEDIA_GET, seconds=0.01)  # in chunks, without a length
    sink = Sink()
    with pytest.raises(MediaUnusable, match="larger"):
        await api.download_media(media_id, sink.write, limit=30_000)
    assert len(sink.content) <= 30_000


@pytest.mark.parametrize("kind", ["drop", "html"])
async def test_a_download_that_breaks_off_may_be_tried_again(platform: Platform, api: WeChatApi, kind: str) -> None:
    media_id, _ = platform.picture(JPEG)
    await platform.fault(kind, MEDIA_GET)
    with pytest.raises(Unreachable):
        await api.download_media(media_id, Sink().write)


async def test_half_a_medium_is_none(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.break_off(MEDIA_GET, JPEG, content_type="image/jpeg")
    with pytest.raises(Unreachable, match="broke off"):
        await odd_api.download_media("m", Sink().write)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("{}", MediaUnusable),
        ('{"video_url":7}', MediaUnusable),
        ('{"video_url":"http://169.254.169.254/latest"}', MediaUnusable),
        ('{"video_url":"file:///etc/passwd"}', MediaUnusable),
        ('{"errcode":40007,"errmsg":"invalid media_id"}', MediaExpired),
        ('{"errcode":4000', Unreachable),
        (" " * 100_000, Unreachable),
    ],
)
async def test_a_text_in_place_of_a_medium(
    odd: OddServer, odd_api: WeChatApi, answer: str, error: type[Exception]
) -> None:
    odd.answer(MEDIA_GET, answer)
    sink = Sink()
    with pytest.raises(error):
        await odd_api.download_media("m", sink.write)
    assert sink.content == b""


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost:8080/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.jpg",
        "http://example.org/mmbiz.qpic.cn",
        "http://mmbiz.qpic.cn.example.org/a.jpg",
        "http://evilqpic.cn/a.jpg",
        "http://mmbiz.qpic.cn@example.org/a.jpg",
        "http://user:password@mmbiz.qpic.cn/a.jpg",
        "http://mmbiz.qpic.cn:8080/a.jpg",
        "http://mmbiz.qpic.cn:99999999/a.jpg",
        "file:///etc/passwd",
        "ftp://mmbiz.qpic.cn/a.jpg",
        "//mmbiz.qpic.cn/a.jpg",
        "mmbiz.qpic.cn/a.jpg",
        "",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(odd_api: WeChatApi, odd: OddServer, address: str) -> None:
    with pytest.raises(MediaUnusable):
        await odd_api.download_picture(address, Sink().write)
    assert odd.seen == []


async def test_another_port_of_the_platforms_host_is_elsewhere(odd: OddServer, api: WeChatApi) -> None:
    odd.answer("/a.jpg", JPEG, content_type="image/jpeg")
    with pytest.raises(MediaUnusable, match=r"127\.0\.0\.1"):
        await api.download_picture(f"{odd.url}/a.jpg", Sink().write)
    assert odd.seen == []


async def test_a_redirect_within_the_platform_is_followed(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.redirect("/a.jpg", "/b.jpg")
    odd.answer("/b.jpg", JPEG, content_type="image/jpeg")
    sink = Sink()
    await odd_api.download_picture(f"{odd.url}/a.jpg", sink.write)
    assert sink.content == JPEG


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:1/b.jpg", "ftp://x.qpic.cn/b.jpg", ""])
async def test_a_redirect_to_elsewhere_is_not_followed(odd: OddServer, odd_api: WeChatApi, target: str) -> None:
    odd.redirect("/a.jpg", target)
    with pytest.raises(MediaUnusable):
        await odd_api.download_picture(f"{odd.url}/a.jpg", Sink().write)
    assert len(odd.seen) <= 3


async def test_a_medium_behind_a_redirect_is_taken_only_from_wechat(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.redirect(MEDIA_GET, "/b.jpg")
    odd.answer("/b.jpg", JPEG, content_type="image/jpeg")
    sink = Sink()
    await odd_api.download_media("m", sink.write)
    assert sink.content == JPEG
    odd.redirect(MEDIA_GET, "http://127.0.0.1:1/b.jpg")
    with pytest.raises(MediaUnusable, match="not one of WeChat's hosts"):
        await odd_api.download_media("m", sink.write)


async def test_redirects_in_a_circle_end(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.redirect("/a.jpg", "/a.jpg")
    with pytest.raises(MediaUnusable, match="redirects"):
        await odd_api.download_picture(f"{odd.url}/a.jpg", Sink().write)
    assert len(odd.seen) == 3


@pytest.mark.parametrize(("status", "error"), [(404, MediaUnusable), (403, MediaUnusable), (503, Unreachable)])
async def test_a_picture_that_has_gone_and_a_server_in_trouble(
    odd: OddServer, odd_api: WeChatApi, status: int, error: type[Exception]
) -> None:
    odd.answer("/a.jpg", b"", status=status)
    with pytest.raises(error):
        await odd_api.download_picture(f"{odd.url}/a.jpg", Sink().write)


async def test_a_page_in_place_of_a_picture(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/a.jpg", "<html>", content_type="text/html")
    with pytest.raises(MediaUnusable, match="text"):
        await odd_api.download_picture(f"{odd.url}/a.jpg", Sink().write)
