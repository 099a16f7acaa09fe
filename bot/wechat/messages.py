"""What citizens and the platform send us and what we answer, as frozen values; wechatpy stops here.

Field names follow WeChat's documents in snake case. Times are Unix seconds as WeChat sends them, coordinates are
GCJ-02 degrees. Absent text is "", an absent number 0, so that nobody downstream needs to ask for None.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

_LAST_SECOND = 2**32 - 1  # of the year 2106: what four bytes hold
MESSAGE_KINDS = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What every push has: the account, the sender, WeChat's second of creation."""

    to_user: str
    openid: str
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Inbound):
    """One message of a citizen; `kind` is WeChat's MsgType, known (MESSAGE_KINDS) or not."""

    kind: str
    msg_id: int
    text: str = ""
    menu_id: str = ""  # bizmsgmenuid of a tapped link
    media_id: str = ""
    media_id_16k: str = ""
    thumb_media_id: str = ""
    picture_url: str = ""
    voice_format: str = ""
    recognition: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    scale: int = 0
    label: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    article_data_id: str = ""  # MsgDataId: sent from an article
    article_index: int = 0

    @property
    def dedupe_key(self) -> bytes:
        """Return 16 bytes that a retry repeats and no other push shares (MsgId alone repeats across citizens)."""
        return _key(self.created, f"msg:{self.openid}:{self.msg_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Inbound):
    """One event. `name` is WeChat's Event in lower case ("scan" for SCAN); `key` its EventKey, scene without prefix."""

    name: str
    key: str = ""
    ticket: str = ""
    menu_id: str = ""
    msg_id: str = ""  # MsgID or publish_id of a finished job
    status: str = ""
    details: Mapping[str, object] = field(default_factory=dict)  # the remaining fields as WeChat nests them

    @property
    def dedupe_key(self) -> bytes:
        """Return 16 bytes that a retry repeats; events carry no MsgId and may share a second."""
        tail = f":{self.msg_id}" if self.msg_id else ""
        return _key(self.created, f"evt:{self.openid}:{self.name}:{self.key}{tail}")


Push: TypeAlias = Message | Event


def _key(created: int, identity: str) -> bytes:
    """Return the second of creation and a hash, so that no openid stands outside the tables meant for it.

    New keys then stand beside each other in the database, which has few pages to write for many of them.
    """
    digest = hashlib.blake2b(f"{created}:{identity}".encode("utf-8", "replace"), digest_size=12).digest()
    return min(created, _LAST_SECOND).to_bytes(4) + digest


@dataclass(frozen=True, slots=True)
class Text:
    """A text reply. May hold `<a href>` links; citizens' own words in it must have gone through `xml.escape_text`."""

    content: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by media id."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice message by media id."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Video:
    """A video by media id."""

    media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Music:
    """A piece of music by address, with a cover by media id."""

    title: str
    description: str
    url: str
    hq_url: str
    thumb_media_id: str


@dataclass(frozen=True, slots=True)
class Article:
    """One card of a news reply."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class News:
    """Cards; WeChat takes one as an answer to a message, up to eight to a menu click."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the conversation to WeChat's own customer service, to one account of it if named."""

    account: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Answer `success`: the citizen sees nothing."""


Reply: TypeAlias = Text | Image | Voice | Video | Music | News | Transfer | Silence
SILENCE = Silence()
