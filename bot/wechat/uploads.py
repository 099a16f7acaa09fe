"""Media up to WeChat: temporary ones for three days, permanent material, and pictures for articles."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import orjson

from bot.wechat.answers import optional_number, optional_text, read_objects, read_text, sent_once
from bot.wechat.caller import Caller
from bot.wechat.errors import MediaUnusable
from bot.wechat.limits import check_bytes, check_number
from bot.wechat.transport import Answer, Call, Upload

_MB = 1024 * 1024
_PAGE = 20  # materials in one piece of the list
_LONGEST_TITLE = 64  # bytes, of a permanent video
_LONGEST_INTRODUCTION = 360
_HEAD = 16  # bytes, enough to know a file's type


class MediaKind(StrEnum):
    """What WeChat distinguishes."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    THUMB = "thumb"  # a small picture that stands for a video or a piece of music


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most bytes of a kind, and its content types."""

    most: int
    types: frozenset[str]


LIMITS: Mapping[MediaKind, Limit] = {
    MediaKind.IMAGE: Limit(most=10 * _MB, types=frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp"})),
    MediaKind.VOICE: Limit(most=2 * _MB, types=frozenset({"audio/amr", "audio/mpeg"})),
    MediaKind.VIDEO: Limit(most=10 * _MB, types=frozenset({"video/mp4"})),
    MediaKind.THUMB: Limit(most=64 * 1024, types=frozenset({"image/jpeg"})),
}
ARTICLE_PICTURE = Limit(most=_MB, types=frozenset({"image/jpeg", "image/png"}))

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}
# How the bytes of a type begin, and after how many bytes.
_BEGINNINGS: Mapping[str, tuple[int, tuple[bytes, ...]]] = {
    "image/jpeg": (0, (b"\xff\xd8\xff",)),
    "image/png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "image/gif": (0, (b"GIF87a", b"GIF89a")),
    "image/bmp": (0, (b"BM",)),
    "audio/amr": (0, (b"#!AMR",)),
    "audio/mpeg": (0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")),
    "video/mp4": (4, (b"ftyp",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A permanent material; `url` only of pictures."""

    media_id: str
    url: str = ""
    name: str = ""
    updated: int = 0  # Unix seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialPage:
    """A piece of the list of one kind."""

    total: int
    materials: tuple[Material, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialCounts:
    """How many materials the account has."""

    voices: int
    videos: int
    images: int
    bundles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What a permanent video is shown with."""

    title: str
    introduction: str


Content = bytes | Path  # a path's file is streamed, and must not change meanwhile


class UploadCalls:
    """Uploads. Size and type are checked first: by the claimed type, and by how the bytes begin."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def upload(self, kind: MediaKind, content: Content, *, content_type: str) -> str:
        """Give WeChat a medium for three days and return its id; a second upload does no harm, so it is repeated.

        Raises:
            MediaUnusable: too large, or of a type that WeChat doesn't take.
        """
        self._caller.require("media")
        upload = await _checked(content, content_type, LIMITS[kind])
        call = Call(path="/cgi-bin/media/upload", query={"type": kind.value}, upload=upload, repeatable=True)
        answer = await self._caller.call(call)
        return optional_text(answer, "thumb_media_id") or read_text(answer, "media_id")

    async def upload_article_picture(self, content: Content, *, content_type: str) -> str:
        """Give WeChat a picture for an article's text and return its address; no material is used up.

        Raises:
            MediaUnusable: more than 1 MB, or neither JPEG nor PNG.
        """
        self._caller.require("articles")
        upload = await _checked(content, content_type, ARTICLE_PICTURE)
        call = Call(path="/cgi-bin/media/uploadimg", upload=upload, repeatable=True)
        return read_text(await self._caller.call(call), "url")

    async def add_material(
        self, kind: MediaKind, content: Content, *, content_type: str, caption: Caption | None = None
    ) -> Material:
        """Keep a medium with WeChat for ever; a video needs its caption.

        Raises:
            MediaUnusable: too large, or of a type that WeChat doesn't take.
            BreaksLimit: the caption is missing or too long.
            UncertainDelivery: the answer was lost; `list_materials` tells.
        """
        self._caller.require("articles")
        fields = _description(kind, caption)
        upload = await _checked(content, content_type, LIMITS[kind], fields=fields)
        query = {"type": kind.value}
        call = Call(path="/cgi-bin/material/add_material", query=query, upload=upload, repeatable=False)
        answer = await self._caller.call(call)
        with sent_once():
            return Material(media_id=read_text(answer, "media_id"), url=optional_text(answer, "url"))

    async def delete_material(self, media_id: str) -> None:
        """Delete a permanent material; articles that show it lose it."""
        await self._post("/cgi-bin/material/del_material", {"media_id": media_id}, repeatable=False)

    async def list_materials(self, kind: MediaKind, *, offset: int = 0, count: int = _PAGE) -> MaterialPage:
        """Return a piece of the list of pictures, voices or videos, the newest first."""
        check_number("count", count, least=1, most=_PAGE)
        body = {"type": kind.value, "offset": offset, "count": count}
        answer = await self._post("/cgi-bin/material/batchget_material", body)
        materials = tuple(_material(one) for one in read_objects(answer, "item"))
        return MaterialPage(total=optional_number(answer, "total_count"), materials=materials)

    async def count_materials(self) -> MaterialCounts:
        """Return how many of each kind there are."""
        self._caller.require("articles")
        answer = await self._caller.call(Call(path="/cgi-bin/material/get_materialcount", repeatable=True))
        return MaterialCounts(
            voices=optional_number(answer, "voice_count"),
            videos=optional_number(answer, "video_count"),
            images=optional_number(answer, "image_count"),
            bundles=optional_number(answer, "news_count"),
        )

    async def _post(self, path: str, body: Mapping[str, object], *, repeatable: bool = True) -> Answer:
        self._caller.require("articles")
        return await self._caller.call(Call(path=path, body=body, repeatable=repeatable))


async def _checked(
    content: Content, content_type: str, limit: Limit, *, fields: Mapping[str, str] | None = None
) -> Upload:
    if content_type not in limit.types:
        raise MediaUnusable(f"{content_type or 'an unknown type'} can't be uploaded here")
    size, head = await asyncio.to_thread(_look_at, content)
    if not 1 <= size <= limit.most:
        raise MediaUnusable(f"a file of {size} bytes; 1 to {limit.most} are allowed")
    after, beginnings = _BEGINNINGS[content_type]
    if not head[after:].startswith(beginnings):
        raise MediaUnusable(f"the file isn't {content_type}, whatever its name says")
    name = f"upload.{_ENDINGS[content_type]}"  # WeChat looks at the ending
    return Upload(name=name, content_type=content_type, content=content, size=size, fields=fields or {})


def _look_at(content: Content) -> tuple[int, bytes]:
    if isinstance(content, bytes):
        return len(content), content[:_HEAD]
    try:
        with content.open("rb") as file:
            return content.stat().st_size, file.read(_HEAD)
    except OSError as error:
        raise MediaUnusable(f"the file can't be read: {error.strerror or type(error).__name__}") from error


def _description(kind: MediaKind, caption: Caption | None) -> Mapping[str, str]:
    if kind is not MediaKind.VIDEO:
        return {}
    title, introduction = (caption.title, caption.introduction) if caption else ("", "")
    check_bytes("the video's title", title, most=_LONGEST_TITLE)
    check_bytes("the video's introduction", introduction, least=0, most=_LONGEST_INTRODUCTION)
    return {"description": orjson.dumps({"title": title, "introduction": introduction}).decode()}


def _material(one: Mapping[str, object]) -> Material:
    return Material(
        media_id=read_text(one, "media_id"),
        url=optional_text(one, "url"),
        name=optional_text(one, "name"),
        updated=optional_number(one, "update_time"),
    )
