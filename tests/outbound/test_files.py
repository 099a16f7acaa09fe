"""Received files: told by their content, whole or not at all, never executable."""

import hashlib
import os
import stat
from pathlib import Path

import pytest

from bot.outbound.files import Fill, ReceivedFiles, Write, find_type
from bot.wechat.errors import MediaUnusable

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"j" * 5000
LONG_AGO = 1_000_000_000


def chunks(content: bytes, *, size: int = 7) -> Fill:
    async def fill(write: Write) -> None:
        for start in range(0, len(content), size):
            await write(content[start : start + size])

    return fill


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_named_by_its_content(tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path / "files")
    kept = await files.receive(chunks(JPEG), kind="image")
    assert kept.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert (kept.content_type, kept.size) == ("image/jpeg", len(JPEG))
    assert everything(tmp_path) == [files.path(kept.sha256)]
    assert files.path(kept.sha256).read_bytes() == JPEG


async def test_the_same_content_twice_is_one_file(tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path)
    assert await files.receive(chunks(JPEG), kind="image") == await files.receive(chunks(JPEG, size=4096), kind="image")
    assert len(everything(tmp_path)) == 1


async def test_nothing_is_executable_or_open_to_others(tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path)
    kept = await files.receive(chunks(JPEG), kind="image")
    mode = stat.S_IMODE(files.path(kept.sha256).stat().st_mode)
    assert mode & 0o137 == 0


@pytest.mark.parametrize(
    ("content", "kind", "content_type"),
    [
        (JPEG, "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n0000", "image", "image/png"),
        (b"GIF87a00", "image", "image/gif"),
        (b"GIF89a00", "image", "image/gif"),
        (b"RIFF0000WEBPVP8 ", "image", "image/webp"),
        (b"#!AMR\n\x3c", "voice", "audio/amr"),
        (b"#!AMR-WB\n\x3c", "voice", "audio/amr"),
        (b"ID3\x03\x00", "voice", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "voice", "audio/mpeg"),
        (b"\xff\xf3\x40\xc0", "voice", "audio/mpeg"),
        (b"\x00\x00\x00\x18ftypmp42", "video", "video/mp4"),
    ],
)
async def test_each_kept_format_is_told_by_its_first_bytes(
    tmp_path: Path, content: bytes, kind: str, content_type: str
) -> None:
    kept = await ReceivedFiles(tmp_path).receive(chunks(content, size=3), kind=kind)
    assert kept.content_type == content_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x7fELF\x02\x01\x01",
        b"MZ\x90\x00",
        b"#!/bin/sh\n",
        b"<html>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"RIFF0000WAVE",
        b"\xff\xd8",
        b"\xff\xf1\x50\x80",  # AAC
        b" " + JPEG,
    ],
)
async def test_nothing_else_is_kept(tmp_path: Path, content: bytes) -> None:
    files = ReceivedFiles(tmp_path)
    assert find_type(content) is None
    for kind in ("image", "voice", "video"):
        with pytest.raises(MediaUnusable, match=f"where {kind} was expected"):
            await files.receive(chunks(content), kind=kind)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("kind", ["voice", "video", "document"])
async def test_a_picture_where_something_else_was_expected(tmp_path: Path, kind: str) -> None:
    with pytest.raises(MediaUnusable, match="image/jpeg"):
        await ReceivedFiles(tmp_path).receive(chunks(JPEG), kind=kind)
    assert everything(tmp_path) == []


async def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    async def fill(write: Write) -> None:
        await write(JPEG)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await ReceivedFiles(tmp_path).receive(fill, kind="image")
    assert everything(tmp_path) == []


async def test_what_a_killed_process_left_is_swept_and_what_is_being_received_is_not(tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path)
    kept = await files.receive(chunks(JPEG), kind="image")
    (old, new) = (tmp_path / "incoming" / name for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (LONG_AGO, LONG_AGO))
    assert files.sweep() == 1
    assert sorted(everything(tmp_path)) == sorted([new, files.path(kept.sha256)])


async def test_a_file_that_has_just_come_is_not_removed(tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path)
    kept = await files.receive(chunks(JPEG), kind="image")
    assert not files.remove(kept.sha256)
    os.utime(files.path(kept.sha256), (LONG_AGO, LONG_AGO))
    assert files.remove(kept.sha256)
    assert files.remove(kept.sha256)  # again: it is gone
    assert everything(tmp_path) == []
