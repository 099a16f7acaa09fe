"""Officers' photos: what is taken, what is refused, and that nothing but the picture is left."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.pictures import LARGEST, NoPhoto, clean_photo, discard_photo
from bot.outbound.files import ReceivedFiles
from store import attachments
from store.database import Database

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """Return the file of an image."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return the image of a file."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def test_metadata_is_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = 6, "Spy Camera"
    exif.get_ifd(GPS)[1] = "N"
    photo = encoded(Image.new("RGB", (60, 40), "red"), "JPEG", exif=exif, comment=b"secret")
    assert b"Spy Camera" in photo
    clean = clean_photo(photo)
    assert b"Spy Camera" not in clean
    assert b"secret" not in clean
    assert not opened(clean).getexif()
    assert opened(clean).size == (40, 60)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_goes_out_is_a_jpeg(form: str) -> None:
    assert opened(clean_photo(encoded(Image.new("RGB", (10, 10), "blue"), form))).format == "JPEG"


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "1", "CMYK", "I;16"])
def test_every_way_to_store_colours(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(clean_photo(encoded(Image.new(mode, (8, 8)), form))).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    clean = opened(clean_photo(encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")))
    assert clean.getpixel((4, 4)) == (255, 255, 255)


def test_large_photos_are_made_smaller() -> None:
    assert opened(clean_photo(encoded(Image.new("RGB", (4096, 1024)), "JPEG"))).size == (2048, 512)


def bomb() -> bytes:
    """Return a small PNG that claims to be 50000 by 50000."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0 no more",
        encoded(Image.new("RGB", (200, 200), "red"), "PNG")[:60],
        bomb(),
        b"\xff\xd8\xff" + b"\0" * LARGEST,
    ],
    ids=["empty", "svg", "gif", "pdf", "broken", "cut", "bomb", "large"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(NoPhoto):
        clean_photo(content)


async def test_a_photo_that_wasnt_sent_is_removed(database: Database, tmp_path: Path) -> None:
    files = ReceivedFiles(tmp_path)
    kept = await files.keep(clean_photo(encoded(Image.new("RGB", (8, 8)), "PNG")), kind="image")
    assert files.path(kept.sha256).exists()
    assert await database.read(attachments.list_files_to_remove) == []
    await database.write(discard_photo, kept, citizen_id="c1", now=NOW)
    assert await database.read(attachments.list_files_to_remove) == [kept.sha256]
