"""What a mass message may carry, checked and turned into the bubble that followers see."""

from collections.abc import Callable, Sequence
from typing import Any

from bot.sandbox.api_call import ApiError
from bot.sandbox.bubbles import Draft, news_draft, text_draft
from bot.sandbox.wire import Json
from bot.sandbox.world import World

TEXT_BYTES = 2048
MOST_PICTURES = 20


def mass_draft(world: World, content: Json) -> tuple[str, Draft]:
    """The kind and the bubble; raises what WeChat answers to a content that can't be sent."""
    kind = content.get("msgtype")
    if not isinstance(kind, str) or kind not in WRITERS:
        raise ApiError(40008, "invalid message type")
    part = content.get(kind)
    if not isinstance(part, dict):
        raise ApiError(40035, f"invalid {kind}")
    return kind, WRITERS[kind](world, part)


def opened(world: World, articles: Sequence[Json]) -> list[Json]:
    """Copies of the articles, each with a page of its own."""
    copies = [dict(article) for article in articles]
    for article in copies:
        article["url"] = world.absolute(world.library.open_page(article))
    return copies


def bundle(articles: Sequence[Json], *, kind: str = "news") -> Draft:
    """Articles as a chat shows them: cover, title and digest, each opening its page."""
    shown = [
        {"title": one["title"], "description": one["digest"], "picurl": one["thumb_url"], "url": one["url"]}
        for one in articles
    ]
    draft = news_draft(shown)
    return Draft(kind, draft.text, draft.links, draft.content)


def _text(_world: World, part: Json) -> Draft:
    content = part.get("content")
    if not isinstance(content, str) or not content:
        raise ApiError(44004, "empty content")
    if len(content.encode()) > TEXT_BYTES:
        raise ApiError(45002, "content size out of limit")
    return text_draft(content)


def _articles(world: World, part: Json) -> Draft:
    """A bundle from the drafts box; the pages open when it is sent."""
    found = world.library.drafts.get(str(part.get("media_id")))
    if found is None:
        raise ApiError(40007, "invalid media_id")
    return bundle(opened(world, found.articles))


def _picture(world: World, part: Json) -> Draft:
    return _medium(world, part.get("media_id"), "image")


def _pictures(world: World, part: Json) -> Draft:
    names: Any = part.get("media_ids")
    if not isinstance(names, list) or not 1 <= len(names) <= MOST_PICTURES:
        raise ApiError(40007, "invalid media_id")
    drafts = [_medium(world, name, "image") for name in names]
    recommend = part.get("recommend", "")
    content = {**drafts[0].content, "pictures": [draft.content["media_url"] for draft in drafts]}
    return Draft("image", str(recommend), content=content)


def _voice(world: World, part: Json) -> Draft:
    return _medium(world, part.get("media_id"), "voice")


def _video(world: World, part: Json) -> Draft:
    draft = _medium(world, part.get("media_id"), "video")
    title, description = str(part.get("title", "")), str(part.get("description", ""))
    return Draft("video", title, content=draft.content | {"title": title, "description": description})


def _medium(world: World, name: object, kind: str) -> Draft:
    medium = world.media.find_fresh(name, now=world.now())
    if medium is None or medium.kind != kind:
        raise ApiError(40007, "invalid media_id")
    return Draft(kind, "", content={"media_id": medium.id, "media_url": medium.path})


def _card(_world: World, part: Json) -> Draft:
    if not isinstance(part.get("card_id"), str) or not part["card_id"]:
        raise ApiError(40078, "invalid card status")
    return Draft("wxcard", "", content={"title": "", "card_id": part["card_id"]})


WRITERS: dict[str, Callable[[World, Json], Draft]] = {
    "text": _text,
    "mpnews": _articles,
    "image": _picture,
    "images": _pictures,
    "voice": _voice,
    "mpvideo": _video,
    "wxcard": _card,
}
