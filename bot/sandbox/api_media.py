"""Temporary media: upload and download."""

from bot.sandbox.api_call import ApiError, Call, Endpoint, File, Upload
from bot.sandbox.media import suffix
from bot.sandbox.wire import Json
from bot.sandbox.world import World

MB = 1024 * 1024
# Bytes allowed, file endings allowed, and the code for too many bytes.
LIMITS: dict[str, tuple[int, frozenset[str], int]] = {
    "image": (10 * MB, frozenset({"bmp", "png", "jpeg", "jpg", "gif"}), 40009),
    "voice": (2 * MB, frozenset({"amr", "mp3"}), 40010),
    "video": (10 * MB, frozenset({"mp4"}), 40011),
    "thumb": (64 * 1024, frozenset({"jpg", "jpeg"}), 40012),
}


def checked_upload(call: Call) -> tuple[Upload, str]:
    """The file of an upload and its kind, within the kind's limits."""
    kind = call.query.get("type", "")
    if kind not in LIMITS:
        raise ApiError(40004, "invalid media type")
    if call.upload is None or not call.upload.content:
        raise ApiError(41005, "media data missing")
    most, endings, too_big = LIMITS[kind]
    if suffix(call.upload.name) not in endings:
        raise ApiError(40005, "invalid file type")
    if len(call.upload.content) > most:
        raise ApiError(too_big, f"invalid {kind} size")
    return call.upload, kind


def upload(world: World, call: Call) -> Json:
    file, kind = checked_upload(call)
    medium = world.media.put(file.content, kind=kind, name=file.name, now=world.now())
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.id, "created_at": int(medium.created)}


def download(world: World, call: Call) -> Json | File:
    """The bytes; a video is answered with an address instead."""
    medium = world.media.find_fresh(call.query.get("media_id"), now=world.now())
    if medium is None:
        raise ApiError(40007, "invalid media_id")
    if medium.kind == "video":
        return {"video_url": world.absolute(medium.path)}
    ending = suffix(medium.name)
    name = f"{medium.id}.{ending}" if ending else medium.id
    return File(medium.content, medium.content_type, name)


ENDPOINTS = {
    "/cgi-bin/media/upload": Endpoint(run=upload, method="POST", takes="file", needs="material"),
    "/cgi-bin/media/get": Endpoint(run=download, method="GET", needs="material"),
}
