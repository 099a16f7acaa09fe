"""The drafts box: bundles of articles before they are published or sent."""

import re

from bot.sandbox.api_call import ApiError, Call, Endpoint, Method, Run, ok
from bot.sandbox.api_material import page_bounds
from bot.sandbox.library import Draft
from bot.sandbox.wire import Json
from bot.sandbox.world import World

MOST_ARTICLES = 8
TITLE_CHARACTERS = 64
AUTHOR_CHARACTERS = 16
DIGEST_CHARACTERS = 128
CONTENT_CHARACTERS = 20_000
CONTENT_BYTES = 1024 * 1024
ADDRESS_BYTES = 1024
TEXTS = ("title", "author", "digest", "content", "content_source_url", "thumb_media_id")
PICTURE = re.compile(r"""<img\s[^>]*?src\s*=\s*["']([^"']+)["'][^>]*>""", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b.*?(</script>|$)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]+>")
DIGEST_SHOWN = 54


def add(world: World, call: Call) -> Json:
    articles = call.json.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(44003, "empty news data")
    if len(articles) > MOST_ARTICLES:
        raise ApiError(45008, "article size out of limit")
    return {"media_id": world.library.keep([checked(world, one) for one in articles], now=world.now()).media_id}


def get(world: World, call: Call) -> Json:
    draft = _draft(world, call)
    return {"news_item": _shown(draft.articles), "create_time": int(draft.updated), "update_time": int(draft.updated)}


def update(world: World, call: Call) -> Json:
    """Replace one article of a draft."""
    draft, index = _draft(world, call), call.json.get("index")
    if not isinstance(index, int) or not 0 <= index < len(draft.articles):
        raise ApiError(40114, "invalid index value")
    draft.articles[index], draft.updated = checked(world, call.json.get("articles")), world.now()
    return ok()


def delete(world: World, call: Call) -> Json:
    del world.library.drafts[_draft(world, call).media_id]
    return ok()


def count(world: World, _call: Call) -> Json:
    return {"total_count": len(world.library.drafts)}


def list_some(world: World, call: Call) -> Json:
    """A page of the box, the last changed first; no_content leaves the bodies out."""
    first, most = page_bounds(call)
    drafts = sorted(world.library.drafts.values(), key=lambda draft: draft.updated, reverse=True)
    bare = call.json.get("no_content") == 1
    items = [
        {
            "media_id": draft.media_id,
            "content": {"news_item": _shown(draft.articles, bare=bare)},
            "update_time": int(draft.updated),
        }
        for draft in drafts[first : first + most]
    ]
    return {"total_count": len(drafts), "item_count": len(items), "item": items}


def checked(world: World, article: object) -> Json:
    """One article as WeChat keeps it: its cover is permanent material, foreign pictures and scripts are gone."""
    if not isinstance(article, dict):
        raise ApiError(44003, "empty news data")
    if article.get("article_type", "news") != "news":
        raise ApiError(45109, "this api is not supported")
    texts = {name: article.get(name, "") for name in TEXTS}
    if not all(isinstance(value, str) for value in texts.values()):
        raise ApiError(40035, "invalid article")
    _check_lengths(texts)
    if texts["thumb_media_id"] not in world.library.material:
        raise ApiError(40007, "invalid media_id")
    content = _cleaned(world, texts["content"])
    digest = texts["digest"] or TAG.sub("", content).strip()[:DIGEST_SHOWN]
    flags = {name: int(article.get(name) == 1) for name in ("need_open_comment", "only_fans_can_comment")}
    cover = world.absolute(world.library.material[texts["thumb_media_id"]].path)
    return texts | flags | {"content": content, "digest": digest, "thumb_url": cover, "url": ""}


def _check_lengths(texts: dict[str, str]) -> None:
    if not texts["title"] or len(texts["title"]) > TITLE_CHARACTERS:
        raise ApiError(45003, "title size out of limit")
    if len(texts["author"]) > AUTHOR_CHARACTERS:
        raise ApiError(45110, "author size out of limit")
    if len(texts["digest"]) > DIGEST_CHARACTERS:
        raise ApiError(45004, "description size out of limit")
    if not texts["content"].strip():
        raise ApiError(44004, "empty content")
    if len(texts["content"]) >= CONTENT_CHARACTERS or len(texts["content"].encode()) >= CONTENT_BYTES:
        raise ApiError(45002, "content size out of limit")
    if len(texts["content_source_url"].encode()) > ADDRESS_BYTES:
        raise ApiError(45005, "url size out of limit")


def _cleaned(world: World, content: str) -> str:
    """WeChat drops scripts, and pictures that don't come from its own uploads."""
    own = world.absolute("/media/")
    return PICTURE.sub(lambda found: found[0] if found[1].startswith(own) else "", SCRIPT.sub("", content))


def _shown(articles: list[Json], *, bare: bool = False) -> list[Json]:
    return [{name: value for name, value in one.items() if not (bare and name == "content")} for one in articles]


def _draft(world: World, call: Call) -> Draft:
    found = world.library.drafts.get(str(call.json.get("media_id")))
    if found is None:
        raise ApiError(40007, "invalid media_id")
    return found


def _endpoint(run: Run, method: Method = "POST") -> Endpoint:
    return Endpoint(run=run, method=method, takes="json" if method == "POST" else "nothing", needs="material")


ENDPOINTS = {
    "/cgi-bin/draft/add": _endpoint(add),
    "/cgi-bin/draft/get": _endpoint(get),
    "/cgi-bin/draft/update": _endpoint(update),
    "/cgi-bin/draft/delete": _endpoint(delete),
    "/cgi-bin/draft/batchget": _endpoint(list_some),
    "/cgi-bin/draft/count": Endpoint(run=count, method="GET", needs="material", either=True),
}
