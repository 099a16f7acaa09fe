"""Customer messages and the typing sign, inside the windows that the citizen's own acts open."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.api_call import ApiError, Call, Endpoint, citizen_of, follower_of, ok
from bot.sandbox.bubbles import Draft, menu_draft, news_draft, text_draft
from bot.sandbox.mass_contents import bundle, opened
from bot.sandbox.wire import Json
from bot.sandbox.world import World

TEXT_BYTES = 2048
TYPING_AFTER = 30.0  # seconds since the citizen's last act
TYPING_LASTS = 15.0


def send(world: World, call: Call) -> Json:
    """Check everything, spend one message of a window, show the bubble."""
    citizen = follower_of(world, call.json.get("touser"))
    kind = call.json.get("msgtype")
    if not isinstance(kind, str) or kind not in WRITERS:
        raise ApiError(40008, "invalid message type")
    draft = WRITERS[kind](world, _part(call.json, kind))
    now = world.now()
    if citizen.refuses_messages:
        raise ApiError(48002, "user block receive message")
    if not citizen.windows.is_open(now):
        raise ApiError(45015, "response out of time limit or subscription is canceled")
    if not citizen.windows.left(now):
        raise ApiError(45047, "out of response count limit")
    citizen.windows.spend(now)
    citizen.typing_until = 0.0
    world.write(citizen, _labelled(draft, call.json), sender="account", via="custom")
    return ok()


def typing(world: World, call: Call) -> Json:
    """The 正在输入 sign; only within 30 seconds of the citizen's last act, and not twice."""
    citizen, now = citizen_of(world, call.json.get("touser")), world.now()
    command = call.json.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise ApiError(45072, "command should be Typing or CancelTyping")
    if not citizen.followed or now - citizen.last_act > TYPING_AFTER:
        raise ApiError(45080, "client msg interaction is required before sending typing status")
    if command == "Typing" and citizen.typing_until > now:
        raise ApiError(45081, "typing already set")
    citizen.typing_until = now + TYPING_LASTS if command == "Typing" else 0.0
    world.stream.publish("typing", {"openid": citizen.openid, "typing": command == "Typing"})
    return ok()


def _labelled(draft: Draft, content: Json) -> Draft:
    """The draft with WeChat's sign that a machine wrote it, where the service says so."""
    context = content.get("aimsgcontext")
    if isinstance(context, dict) and context.get("is_ai_msg") == 1:
        return Draft(draft.kind, draft.text, draft.links, draft.content | {"ai": True})
    return draft


def _part(content: Json, name: str) -> Json:
    part = content.get(name)
    if not isinstance(part, dict):
        raise ApiError(40035, f"invalid {name}")
    return part


def _words(part: Json, name: str, errcode: int = 40035) -> str:
    value = part.get(name)
    if not isinstance(value, str) or not value:
        raise ApiError(errcode, f"invalid {name}")
    return value


def _maybe(part: Json, name: str) -> str:
    value = part.get(name, "")
    if not isinstance(value, str):
        raise ApiError(40035, f"invalid {name}")
    return value


def _text(_world: World, part: Json) -> Draft:
    content = _words(part, "content", 44004)
    _fits(content)
    return text_draft(content)


def _fits(text: str) -> None:
    if len(text.encode()) > TEXT_BYTES:
        raise ApiError(45002, "content size out of limit")


def _medium(kind: str) -> Callable[[World, Json], Draft]:
    def write(world: World, part: Json) -> Draft:
        medium = world.media.find_fresh(part.get("media_id"), now=world.now())
        if not medium or medium.kind != kind:
            raise ApiError(40007, "invalid media_id")
        content = {"media_id": medium.id, "media_url": medium.path}
        if kind == "video":
            content |= {"title": _maybe(part, "title"), "description": _maybe(part, "description")}
        return Draft(kind, content.get("title", ""), content=content)

    return write


def _music(world: World, part: Json) -> Draft:
    if not world.media.find_fresh(part.get("thumb_media_id"), now=world.now()):
        raise ApiError(40007, "invalid media_id")
    content = {
        "title": _maybe(part, "title"),
        "description": _maybe(part, "description"),
        "url": _words(part, "musicurl"),
        "hq_url": _words(part, "hqmusicurl"),
        "thumb_media_id": part["thumb_media_id"],
    }
    return Draft("music", content["title"], content=content)


def _news(_world: World, part: Json) -> Draft:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles or not all(isinstance(item, dict) for item in articles):
        raise ApiError(44003, "empty news data")
    if len(articles) > 1:
        raise ApiError(45008, "article size out of limit")
    names = ("title", "description", "picurl", "url")
    return news_draft([{name: _maybe(item, name) for name in names} for item in articles])


def _msgmenu(_world: World, part: Json) -> Draft:
    items: Any = part.get("list")
    if not isinstance(items, list) or not items:
        raise ApiError(40097, "invalid args")
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("content"), str) or "id" not in item:
            raise ApiError(40097, "invalid args")
    head, tail = _maybe(part, "head_content"), _maybe(part, "tail_content")
    _fits(head + tail)
    return menu_draft(head, tail, items)


def _page_card(kind: str, title: str, url: str) -> Callable[[World, Json], Draft]:
    """Messages that are a card of platform content: shown with their title and what they point at."""

    def write(_world: World, part: Json) -> Draft:
        target = _words(part, url)
        return Draft(kind, _maybe(part, title), content={"title": _maybe(part, title), url: target})

    return write


def _draft_articles(world: World, part: Json) -> Draft:
    """Articles of the drafts box; their pages open with the message."""
    found = world.library.drafts.get(_words(part, "media_id", 40007))
    if found is None:
        raise ApiError(40007, "invalid media_id")
    return bundle(opened(world, found.articles), kind="mpnews")


def _published_articles(world: World, part: Json) -> Draft:
    found = world.library.published(_words(part, "article_id", 53600))
    if found is None:
        raise ApiError(53600, "article id invalid")
    return bundle([article for _, article in found.standing], kind="mpnewsarticle")


WRITERS: dict[str, Callable[[World, Json], Draft]] = {
    "text": _text,
    "image": _medium("image"),
    "voice": _medium("voice"),
    "video": _medium("video"),
    "music": _music,
    "news": _news,
    "msgmenu": _msgmenu,
    "mpnews": _draft_articles,
    "mpnewsarticle": _published_articles,
    "wxcard": _page_card("wxcard", "title", "card_id"),
    "link": _page_card("link", "title", "url"),
    "miniprogrampage": _page_card("miniprogrampage", "title", "pagepath"),
}

ENDPOINTS = {
    "/cgi-bin/message/custom/send": Endpoint(run=send, method="POST", takes="json", needs="customer_message"),
    "/cgi-bin/message/custom/typing": Endpoint(run=typing, method="POST", takes="json", needs="customer_message"),
}
