"""Permanent material and the pictures inside articles."""

import json
from typing import Any

from bot.sandbox.api_call import ApiError, Call, Endpoint, File, Method, Run, ok
from bot.sandbox.api_media import MB, checked_upload
from bot.sandbox.media import Medium, suffix
from bot.sandbox.wire import Json
from bot.sandbox.world import World

ARTICLE_PICTURE_BYTES = MB
MOST = {"image": 100_000, "thumb": 100_000, "voice": 1000, "video": 1000}
PAGE = 20


def upload_picture(world: World, call: Call) -> Json:
    """A picture for the inside of articles: only its address comes back, and it counts nowhere."""
    if call.upload is None or not call.upload.content:
        raise ApiError(41005, "media data missing")
    if suffix(call.upload.name) not in ("jpg", "jpeg", "png"):
        raise ApiError(40005, "invalid file type")
    if len(call.upload.content) > ARTICLE_PICTURE_BYTES:
        raise ApiError(40009, "invalid image size")
    medium = world.media.put(call.upload.content, kind="picture", name=call.upload.name, now=world.now())
    return {"url": world.absolute(medium.path)}


def add(world: World, call: Call) -> Json:
    """Keep a file for good; a video needs its title and introduction."""
    upload, kind = checked_upload(call)
    if _count(world, kind) >= MOST[kind]:
        raise ApiError(45001, "media size out of limit")
    description = _description(call) if kind == "video" else {}
    medium = world.media.put(upload.content, kind=kind, name=upload.name, now=world.now(), is_lasting=True)
    world.library.material[medium.id] = medium
    world.library.descriptions[medium.id] = description
    shown = {"url": world.absolute(medium.path)} if kind in ("image", "thumb") else {}
    return {"media_id": medium.id, **shown, "item": []}


def _description(call: Call) -> Json:
    try:
        given: Any = json.loads(call.form.get("description", ""))
    except ValueError:
        given = None
    if not isinstance(given, dict) or not isinstance(given.get("title"), str) or not given["title"]:
        raise ApiError(40035, "invalid description")
    return {"title": given["title"], "introduction": str(given.get("introduction", ""))}


def get(world: World, call: Call) -> Json | File:
    medium = _material(world, call)
    if medium.kind == "video":
        description = world.library.descriptions[medium.id]
        return {
            "title": description["title"],
            "description": description["introduction"],
            "down_url": world.absolute(medium.path),
        }
    return File(medium.content, medium.content_type, f"{medium.id}.{suffix(medium.name)}")


def delete(world: World, call: Call) -> Json:
    medium = _material(world, call)
    del world.library.material[medium.id], world.library.descriptions[medium.id]
    world.media.withdraw(medium.id)
    return ok()


def count(world: World, _call: Call) -> Json:
    return {
        "voice_count": _count(world, "voice"),
        "video_count": _count(world, "video"),
        "image_count": _count(world, "image"),
        "news_count": len(world.library.drafts),
    }


def list_some(world: World, call: Call) -> Json:
    """A page of one kind, the newest first."""
    kind = call.json.get("type")
    if kind not in ("image", "voice", "video"):
        raise ApiError(40004, "invalid media type")
    first, most = page_bounds(call)
    fitting = [medium for medium in world.library.material.values() if medium.kind == kind][::-1]
    items = [_item(world, medium) for medium in fitting[first : first + most]]
    return {"total_count": len(fitting), "item_count": len(items), "item": items}


def _item(world: World, medium: Medium) -> Json:
    item: Json = {"media_id": medium.id, "name": medium.name, "update_time": int(medium.created)}
    return item | ({"url": world.absolute(medium.path)} if medium.kind == "image" else {})


def page_bounds(call: Call) -> tuple[int, int]:
    """`offset` and `count` of a listing; WeChat gives at most twenty."""
    first, most = call.json.get("offset"), call.json.get("count")
    if not isinstance(first, int) or not isinstance(most, int) or first < 0 or not 1 <= most <= PAGE:
        raise ApiError(40035, "invalid offset or count")
    return first, most


def _material(world: World, call: Call) -> Medium:
    found = world.library.material.get(str(call.json.get("media_id")))
    if found is None:
        raise ApiError(40007, "invalid media_id")
    return found


def _count(world: World, kind: str) -> int:
    return sum(medium.kind == kind for medium in world.library.material.values())


def _endpoint(run: Run, method: Method = "POST") -> Endpoint:
    return Endpoint(run=run, method=method, takes="json" if method == "POST" else "nothing", needs="material")


ENDPOINTS = {
    "/cgi-bin/media/uploadimg": Endpoint(run=upload_picture, method="POST", takes="file", needs="material"),
    "/cgi-bin/material/add_material": Endpoint(run=add, method="POST", takes="file", needs="material"),
    "/cgi-bin/material/get_material": _endpoint(get),
    "/cgi-bin/material/del_material": _endpoint(delete),
    "/cgi-bin/material/batchget_material": _endpoint(list_some),
    "/cgi-bin/material/get_materialcount": _endpoint(count, "GET"),
}
