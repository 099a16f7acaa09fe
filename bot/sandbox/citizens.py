"""The pretend citizens, whether they follow, and their chats."""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.bubbles import Bubble, Draft, Sender, Via
from bot.sandbox.subscriptions import Subscribed
from bot.sandbox.windows import Windows
from bot.sandbox.wire import Json


@dataclass
class Citizen:
    """One WeChat user as this account sees them."""

    openid: str
    name: str
    followed: bool = False
    followed_at: float = 0.0
    scene: str | None = None
    remark: str = ""
    refuses_notices: bool = False
    refuses_messages: bool = False
    blacklisted: bool = False
    tags: set[int] = field(default_factory=set)
    subscribed: Subscribed = field(default_factory=Subscribed)
    masses: list[float] = field(default_factory=list)
    bubbles: list[Bubble] = field(default_factory=list)
    read_up_to: int = 0
    windows: Windows = field(default_factory=Windows)
    last_act: float = 0.0
    typing_until: float = 0.0
    page: str | None = None
    event_times: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def unread(self) -> int:
        return sum(1 for bubble in self.bubbles if bubble.sender != "citizen" and bubble.id > self.read_up_to)

    def as_json(self) -> Json:
        return {
            "openid": self.openid,
            "name": self.name,
            "followed": self.followed,
            "unread": self.unread,
            "page": self.page,
            "refuses_notices": self.refuses_notices,
            "refuses_messages": self.refuses_messages,
            "blacklisted": self.blacklisted,
            "tags": sorted(self.tags),
            "subscribed": self.subscribed.as_json(),
        }

    def forget(self) -> None:
        """Drop the chat and everything counted; name, follow state and scene stay."""
        self.bubbles.clear()
        self.windows.close()
        self.event_times.clear()
        self.subscribed.clear()
        self.masses.clear()
        self.last_act = self.typing_until = 0.0
        self.read_up_to, self.page = 0, None
        self.refuses_notices = self.refuses_messages = self.blacklisted = False

    def left(self) -> None:
        """Stop following: windows close, tags and grants are gone."""
        self.followed = False
        self.windows.close()
        self.tags.clear()
        self.subscribed.left()


class Crowd:
    """All citizens by openid, and the numbering of their bubbles."""

    def __init__(self) -> None:
        self._citizens: dict[str, Citizen] = {}
        self._numbers = itertools.count(1)

    def __iter__(self) -> Iterator[Citizen]:
        return iter(self._citizens.values())

    def find(self, openid: str) -> Citizen | None:
        return self._citizens.get(openid)

    def add(self, name: str, *, openid: str | None = None) -> Citizen:
        """A new citizen who doesn't follow yet; the openid has WeChat's shape unless given."""
        citizen = Citizen(openid or "o" + secrets.token_urlsafe(21)[:27], name)
        return self._citizens.setdefault(citizen.openid, citizen)

    def write(self, citizen: Citizen, draft: Draft, *, at: float, sender: Sender, via: Via) -> Bubble:
        """Put a bubble at the end of the citizen's chat."""
        bubble = Bubble(next(self._numbers), at, sender, via, draft.kind, draft.text, draft.links, draft.content)
        citizen.bubbles.append(bubble)
        return bubble
