"""Photos that officers send: told by their content, capped in bytes and pixels, and made anew without metadata."""

import io
import warnings
from datetime import datetime
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.outbound.files import KeptFile, find_type
from store import attachments
from store.database import Connection

LARGEST: Final = 10_000_000  # bytes that are taken
_MOST_PIXELS: Final = 40_000_000  # a phone's largest; opened, four bytes each
_LONGEST_SIDE: Final = 2048  # pixels of what is sent: enough to read a form by
_QUALITY: Final = 85
_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class NoPhoto(ValueError):
    """It isn't a photo that can be sent: another type, too large, broken, or made to fill the memory."""


def clean_photo(content: bytes) -> bytes:
    """Return the photo as a JPEG without place, time, camera or anything else beside what is seen.

    Takes up to a second: not for the event loop.

    Raises:
        NoPhoto.
    """
    kind = find_type(content[:32])
    if kind not in _FORMATS or len(content) > LARGEST:
        raise NoPhoto(kind or "unknown")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own cap is lower
            return _made_anew(content, _FORMATS[kind])
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NoPhoto(type(error).__name__) from error


def _made_anew(content: bytes, expected: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=(expected,)) as photo:
        if photo.width * photo.height > _MOST_PIXELS:
            raise NoPhoto("too many pixels")
        photo.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        photo.load()
        upright = ImageOps.exif_transpose(photo)
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    flat = Image.new("RGB", upright.size, "white")
    seen = upright.convert("RGBA")
    flat.paste(seen, mask=seen.getchannel("A"))
    made = io.BytesIO()
    flat.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()


def discard_photo(conn: Connection, photo: KeptFile, *, citizen_id: str, now: datetime) -> None:
    """Have a kept file removed that wasn't sent after all, unless another needs it."""
    attachments.add_erased(conn, citizen_id, sha256=photo.sha256, now=now)
