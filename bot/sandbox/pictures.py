"""Small valid files made by hand: a sample photo, a voice note, a video, and a picture for a QR ticket."""

import hashlib
import struct
import zlib
from collections.abc import Callable

Pixel = tuple[int, int, int]

AMR_HEADER = b"#!AMR\n"
AMR_SILENT_FRAME = bytes.fromhex("0c") + bytes(13)  # 20 ms at 4.75 kbit/s
FRAMES_A_SECOND = 50
MODULES = 29


def png(width: int, height: int, colour: Callable[[int, int], Pixel]) -> bytes:
    """A PNG whose pixels the function tells by column and row."""
    rows = b"".join(b"\0" + bytes(part for x in range(width) for part in colour(x, y)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    )


def sample_photo() -> bytes:
    """A street under a blue sky with a green bin, 240 × 180."""
    return png(240, 180, _street)


def sample_voice(seconds: int) -> bytes:
    """Silence as an AMR file of the given length."""
    return AMR_HEADER + AMR_SILENT_FRAME * (FRAMES_A_SECOND * seconds)


def sample_video() -> bytes:
    """The opening box of an MP4 file and an empty media box: enough to be stored and recognised."""
    brand = b"isom" + struct.pack(">I", 512) + b"isommp42"
    return _box(b"ftyp", brand) + _box(b"mdat", b"")


def ticket_picture(ticket: str) -> bytes:
    """A picture that looks like a QR code; the phone page reads the ticket from its address, not from the dots."""
    dots = hashlib.shake_256(ticket.encode()).digest(MODULES * MODULES)
    scale, quiet = 8, 4
    size = (MODULES + 2 * quiet) * scale

    def colour(x: int, y: int) -> Pixel:
        column, row = x // scale - quiet, y // scale - quiet
        if not (0 <= column < MODULES and 0 <= row < MODULES):
            return (255, 255, 255)
        corner = _finder(column, row)
        dark = corner if corner is not None else dots[row * MODULES + column] < 128
        return (0, 0, 0) if dark else (255, 255, 255)

    return png(size, size, colour)


def _finder(column: int, row: int) -> bool | None:
    """Whether the module is dark if it belongs to one of the three corner squares, else None."""
    for left, top in ((0, 0), (MODULES - 7, 0), (0, MODULES - 7)):
        x, y = column - left, row - top
        if -1 <= x <= 7 and -1 <= y <= 7:
            ring = max(abs(x - 3), abs(y - 3))
            return ring in (0, 1, 3)
    return None


def _street(x: int, y: int) -> Pixel:
    if 150 <= x < 190 and 85 <= y < 140:
        return (46, 125, 50) if y > 92 else (27, 94, 32)
    if y < 90:
        return (135 + y // 2, 195 + y // 3, 235)
    if y < 130:
        return (189, 189, 180)
    return (96, 96, 100) if (x // 24) % 2 or not 150 <= y < 154 else (240, 240, 240)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content
