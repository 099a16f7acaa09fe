"""Fetching what citizens sent: kept once, lost with a reason, erased for good."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.settings import AccountKind
from store import attachments
from store.attachments import AttachmentState
from store.database import Database
from store.tables import outbox as rows
from tests.outbound.stage import Stage, set_stage

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"j" * 50_000
AMR = b"#!AMR\n\x3c" + b"a" * 1000
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"v" * 1000
MEDIA_GET = "/cgi-bin/media/get"
LONG_AGO = 1_000_000_000


@pytest.fixture
async def who(stage: Stage) -> str:
    """The citizen_id of somebody who follows."""
    return await stage.enrol(stage.platform.follower())


def stored(stage: Stage) -> list[Path]:
    return [path for path in stage.files.path("00").parent.parent.rglob("*") if path.is_file()]


async def test_a_picture_is_kept_without_using_quota(stage: Stage, who: str) -> None:
    media_id, address = stage.platform.picture(JPEG)
    attachment_id, row_id = await stage.expect(who, media_id=media_id, picture_url=address)
    assert await stage.media().run_once() == 1
    kept = await stage.attachment(attachment_id)
    assert (kept.state, kept.content_type, kept.size) == (AttachmentState.KEPT, "image/jpeg", len(JPEG))
    assert kept.sha256 is not None
    assert stage.files.path(kept.sha256).read_bytes() == JPEG
    assert (await stage.row(row_id)).state == "sent"
    assert stage.platform.calls(MEDIA_GET) == []


@pytest.mark.parametrize(
    ("kind", "content", "name", "content_type"),
    [
        ("voice", AMR, "a.amr", "audio/amr"),
        ("video", MP4, "a.mp4", "video/mp4"),
        ("image", JPEG, "a.jpg", "image/jpeg"),
    ],
)
async def test_media_are_fetched_by_their_id(
    stage: Stage, who: str, kind: str, content: bytes, name: str, content_type: str
) -> None:
    media_id, _ = stage.platform.picture(content, kind=kind, name=name)
    attachment_id, _ = await stage.expect(who, kind=kind, media_id=media_id)
    await stage.media().run_once()
    kept = await stage.attachment(attachment_id)
    assert (kept.state, kept.content_type, kept.size) == (AttachmentState.KEPT, content_type, len(content))


async def test_a_picture_whose_address_has_gone_is_fetched_by_its_id(stage: Stage, who: str) -> None:
    media_id, address = stage.platform.picture(JPEG)
    attachment_id, _ = await stage.expect(who, media_id=media_id, picture_url=address + "gone")
    await stage.media().run_once()
    assert (await stage.attachment(attachment_id)).state is AttachmentState.KEPT


async def lost(stage: Stage, attachment_id: int, row_id: int) -> str:
    """Return why an attachment was lost."""
    assert (await stage.attachment(attachment_id)).state is AttachmentState.LOST
    row = await stage.row(row_id)
    assert row.state == "refused"
    assert stored(stage) == []
    return str(row.error)


async def test_too_large(stage: Stage, who: str) -> None:
    media_id, _ = stage.platform.picture(b"\xff\xd8\xff" + bytes(10_000_000))
    expected = await stage.expect(who, media_id=media_id)
    await stage.media().run_once()
    assert "larger than 10000000 bytes" in await lost(stage, *expected)


@pytest.mark.parametrize("content", [b"#!/bin/sh\nrm -rf /\n", b"\x7fELF" + bytes(100), b"<svg onload=alert(1)>", b""])
async def test_wrong_type(stage: Stage, who: str, content: bytes) -> None:
    media_id, address = stage.platform.picture(content)
    expected = await stage.expect(who, media_id=media_id, picture_url=address)
    await stage.media().run_once()
    assert "an unknown format where image was expected" in await lost(stage, *expected)


async def test_older_than_three_days(stage: Stage, who: str) -> None:
    media_id, _ = stage.platform.picture(AMR, kind="voice", name="a.amr")
    expected = await stage.expect(who, kind="voice", media_id=media_id)
    await stage.advance(3 * 86_400)
    await stage.media().run_once()
    assert "three days" in await lost(stage, *expected)


@pytest.mark.parametrize("body", [{}, {"picture_url": "http://169.254.169.254/latest"}, {"media_id": "unknown"}])
async def test_nowhere_to_fetch_it_from(stage: Stage, who: str, body: dict[str, Any]) -> None:
    expected = await stage.expect(who, **body)
    await stage.media().run_once()
    await lost(stage, *expected)


async def test_an_account_without_media_keeps_pictures_and_loses_voice(database: Database, tmp_path: Path) -> None:
    async with set_stage(database, tmp_path, kind=AccountKind.UNVERIFIED_SUBSCRIPTION) as stage:
        who = await stage.enrol(stage.platform.follower())
        _, address = stage.platform.picture(JPEG)
        picture, _ = await stage.expect(who, media_id="m", picture_url=address)
        voice, _ = await stage.expect(who, kind="voice", media_id="m")
        await stage.media().run_once()
        assert (await stage.attachment(picture)).state is AttachmentState.KEPT
        assert (await stage.attachment(voice)).state is AttachmentState.LOST
        assert stage.platform.sandbox.world.journal.calls(None) == []


@pytest.mark.parametrize("kind", ["drop", "html", "error"])
async def test_trouble_is_waited_out(stage: Stage, who: str, kind: str) -> None:
    media_id, _ = stage.platform.picture(AMR, kind="voice", name="a.amr")
    attachment_id, row_id = await stage.expect(who, kind="voice", media_id=media_id)
    await stage.platform.fault(kind, MEDIA_GET, times=2)
    for _ in range(3):
        await stage.media().run_once()
        await stage.advance(10)
    assert (await stage.attachment(attachment_id)).state is AttachmentState.KEPT
    assert (await stage.row(row_id)).attempts >= 2  # a cut connection is tried once more by aiohttp itself


async def test_killed_in_a_fetch_it_is_fetched_again(stage: Stage, who: str) -> None:
    def abandon(conn: Connection) -> None:
        conn.execute(update(rows).values(state="attempting", lease_until=rows.c.created, attempts=1))

    _, address = stage.platform.picture(JPEG)
    attachment_id, row_id = await stage.expect(who, picture_url=address)
    await stage.database.write(abandon)
    await stage.media().run_once()
    assert (await stage.attachment(attachment_id)).state is AttachmentState.KEPT
    assert (await stage.row(row_id)).state == "sent"


async def test_a_full_disk_loses_nothing(stage: Stage, who: str) -> None:
    _, address = stage.platform.picture(JPEG)
    attachment_id, row_id = await stage.expect(who, picture_url=address)
    folder = stage.files.path("00").parent.parent
    folder.write_bytes(b"")  # a file stands where the directory should: nothing can be written
    await stage.media().run_once()
    assert (await stage.row(row_id)).state == "ready"
    assert (await stage.attachment(attachment_id)).state is AttachmentState.EXPECTED
    folder.unlink()
    await stage.advance(301)
    await stage.media().run_once()
    assert (await stage.attachment(attachment_id)).state is AttachmentState.KEPT


async def test_what_was_erased_before_the_fetch_is_not_fetched(stage: Stage, who: str) -> None:
    _, address = stage.platform.picture(JPEG)
    _, row_id = await stage.expect(who, picture_url=address)
    await stage.database.write(attachments.erase_citizen, who)
    await stage.media().run_once()
    assert (await stage.row(row_id)).state == "cancelled"
    assert stored(stage) == []


async def test_what_was_erased_after_the_fetch_loses_its_file(stage: Stage, who: str) -> None:
    _, address = stage.platform.picture(JPEG)
    attachment_id, _ = await stage.expect(who, picture_url=address)
    await stage.media().run_once()
    await stage.database.write(attachments.erase_citizen, who)
    age(stage)
    await stage.media().run_once()
    assert stored(stage) == []
    erased = await stage.attachment(attachment_id)
    assert (erased.state, erased.sha256, erased.size) == (AttachmentState.ERASED, None, None)


async def test_a_file_that_another_citizen_sent_too_stays(stage: Stage, who: str) -> None:
    other = await stage.enrol(stage.platform.follower("李师傅"))
    _, address = stage.platform.picture(JPEG)
    await stage.expect(who, picture_url=address)
    theirs, _ = await stage.expect(other, picture_url=address)
    await stage.media().run_once()
    await stage.database.write(attachments.erase_citizen, who)
    age(stage)
    await stage.media().run_once()
    kept = await stage.attachment(theirs)
    assert kept.sha256 is not None
    assert stored(stage) == [stage.files.path(kept.sha256)]


async def test_what_was_erased_during_the_fetch_loses_its_file_too(stage: Stage, who: str) -> None:
    """The fetch's last write finds the row erased and leaves the file's name, so that it can be removed."""
    attachment_id = await stage.database.write(attachments.expect, who, kind="image", received=stage.now())
    await stage.database.write(attachments.erase_citizen, who)
    kept = await stage.database.write(
        attachments.keep, attachment_id, sha256="ab" * 32, content_type="image/jpeg", size=1
    )
    assert not kept
    assert await stage.database.read(attachments.list_files_to_remove) == ["ab" * 32]
    await stage.media().run_once()
    assert await stage.database.read(attachments.list_files_to_remove) == []


def age(stage: Stage) -> None:
    """Let all files be old enough that no fetch can still be about to name them."""
    for path in stored(stage):
        os.utime(path, (LONG_AGO, LONG_AGO))
