"""What a browser sent with a POST: read within limits, decoded strictly, without control characters.

Everything else about the words (missing, too long for the field, wrong type) is for the subject to say.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.multipart import MultipartReader

MOST_FIELDS = 1000
FIELD_BYTES = 64 * 1024
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


class BadForm(Exception):
    """A body that no page of ours sends: too large, not UTF-8, of another type. `status` is the answer's."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it came; name and type are the sender's words and prove nothing."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form in their order. An absent field reads as an empty one."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sent_files: Mapping[str, Sequence[SentFile]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.fields

    def text(self, name: str, *, most: int = 200, lines: bool = False) -> str:
        """Return one field, trimmed and cut after `most` + 1 characters, so that a check sees that it is too long."""
        return clean((self.fields.get(name) or ("",))[0], lines=lines)[: most + 1]

    def words(self, name: str, *, most: int = 2000) -> str:
        """Return the text of a field with lines."""
        return self.text(name, most=most, lines=True)

    def raw(self, name: str) -> str:
        """Return one field as it came: passwords."""
        return (self.fields.get(name) or ("",))[0]

    def list(self, name: str, *, most: int = 200) -> list[str]:
        """Return every field of this name that holds something."""
        values = [clean(value)[: most + 1] for value in self.fields.get(name, ())]
        return [value for value in values if value]

    def number(self, name: str) -> int | None:
        """Return a whole number of at most 18 digits, None for anything else."""
        text = self.text(name, most=20)
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None

    def ticked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return bool(self.raw(name))

    def files(self, name: str) -> Sequence[SentFile]:
        """Return the files chosen for a field; a field left empty has none."""
        return [one for one in self.sent_files.get(name, ()) if one.name or one.content]


def clean(text: str, *, lines: bool = False) -> str:
    """Return text without control characters, lone surrogates and marks that turn the direction of writing.

    Line ends become one blank, or `\\n` where a field has lines; combining forms become single characters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in text if one in "\n\t" or not _is_control(one))
    kept = unicodedata.normalize("NFC", kept).replace("\t", " ")
    return kept.strip() if lines else " ".join(kept.split("\n")).strip()


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING


async def read_form(request: web.Request, *, most_bytes: int) -> Form:
    """Read the body of a POST.

    Raises:
        BadForm: it is larger than `most_bytes`, or nothing that a page of ours sends.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadForm(415)
    if (request.content_length or 0) > most_bytes:
        raise BadForm(413)
    if request.content_type == _MULTIPART:
        return await _read_parts(request, most_bytes)
    if request.content_type != _URLENCODED and request.can_read_body:
        raise BadForm(415)
    body = await _read_body(request, most_bytes)
    return Form(_group(_decode(body)))


async def _read_body(request: web.Request, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most_bytes:
            raise BadForm(413)
    return bytes(body)


def _decode(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:  # UnicodeDecodeError is one
        raise BadForm from None


def _group(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


async def _read_parts(request: web.Request, most_bytes: int) -> Form:
    pairs: list[tuple[str, str]] = []
    files: dict[str, list[SentFile]] = {}
    left = most_bytes
    try:
        reader = await request.multipart()
        while (part := await _next_part(reader)) is not None:
            name, content = part.name or "", await _read_part(part, left)
            left -= len(content)
            if part.filename is not None:
                files.setdefault(name, []).append(SentFile(clean(part.filename)[:200], content))
            else:
                pairs.append((name, _decode_field(content)))
            if len(pairs) + len(files) > MOST_FIELDS:
                raise BadForm
    except (ValueError, HttpProcessingError):  # no boundary, broken parts, not UTF-8
        raise BadForm from None
    return Form(_group(pairs), files)


async def _next_part(reader: MultipartReader) -> BodyPartReader | None:
    part = await reader.next()
    if part is None:
        return None
    if not isinstance(part, BodyPartReader) or "Content-Encoding" in part.headers:
        raise BadForm
    return part


async def _read_part(part: BodyPartReader, most_bytes: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > most_bytes:
            raise BadForm(413)
    return bytes(content)


def _decode_field(content: bytes) -> str:
    if len(content) > FIELD_BYTES:
        raise BadForm(413)
    return content.decode("utf-8")
