"""What stands in a citizen's chat: one bubble for every message, reply, notice or verdict."""

import html
import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from bot.sandbox.clock import iso
from bot.sandbox.wire import Json

Sender = Literal["citizen", "account", "system"]
Via = Literal["push", "reply", "custom", "template", "subscribe", "once", "mass", "preview"]

ANCHOR = re.compile(r"""<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)</a>""", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Bubble:
    """`content` holds the kind's own fields (media_url, articles, latitude …); `links` are what can be tapped."""

    id: int
    at: float
    sender: Sender
    via: Via
    kind: str
    text: str
    links: tuple[Json, ...] = ()
    content: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "at": iso(self.at),
            "from": self.sender,
            "via": self.via,
            "kind": self.kind,
            "text": self.text,
            "links": list(self.links),
            **self.content,
        }


@dataclass(frozen=True)
class Draft:
    """A bubble before it has a number and a time."""

    kind: str
    text: str
    links: tuple[Json, ...] = ()
    content: Json = field(default_factory=dict)


def text_draft(text: str) -> Draft:
    """A text with its clickable parts found: `segments` alternate plain words and links by index."""
    links: list[Json] = []
    segments: list[Json] = []
    position = 0
    for anchor in ANCHOR.finditer(text):
        if anchor.start() > position:
            segments.append({"text": text[position : anchor.start()]})
        segments.append({"link": len(links), "text": anchor[3]})
        links.append(_link(html.unescape(anchor[1] or anchor[2] or ""), anchor[3]))
        position = anchor.end()
    if position < len(text):
        segments.append({"text": text[position:]})
    return Draft("text", text, tuple(links), {"segments": segments})


def menu_draft(head: str, tail: str, items: list[Json]) -> Draft:
    """A msgmenu message; every item sends its words back when tapped."""
    links = tuple(
        {"text": item["content"], "content": item["content"], "menu_id": str(item.get("id", ""))} for item in items
    )
    return Draft("msgmenu", head, links, {"head": head, "tail": tail})


def news_draft(articles: list[Json]) -> Draft:
    """Picture articles; each opens its page."""
    links = tuple({"text": article["title"], "url": article["url"]} for article in articles)
    return Draft("news", articles[0]["title"], links, {"articles": articles})


def _link(target: str, label: str) -> Json:
    parts: Any = urlsplit(target)
    if parts.scheme == "weixin" and parts.netloc == "bizmsgmenu":
        query = parse_qs(parts.query, keep_blank_values=True)
        return {
            "text": label,
            "content": query.get("msgmenucontent", [""])[0],
            "menu_id": query.get("msgmenuid", [""])[0],
        }
    return {"text": label, "url": target}
