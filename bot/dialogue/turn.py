"""One turn of a conversation: what was said, what it means, and what a capability may do about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.dialogue.context import Context
from bot.knowledge.findings import Article, Finding
from bot.knowledge.sensitive import Sighting
from bot.settings import Settings
from bot.texts import Office
from bot.wechat.accounts import Capabilities
from bot.wechat.messages import Message, Push, Reply
from store.database import Connection
from store.sealing import Seal


class Intent(StrEnum):
    """What a whole message can mean by itself; the phrases stand in store/start/words.toml."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    ABUSE = "abuse"
    MENU = "menu"
    HELP = "help"
    CANCEL = "cancel"
    BACK = "back"
    PERSON = "person"
    ROBOT = "robot"
    YES = "yes"
    NO = "no"
    MORE = "more"
    NONE_OF_THESE = "none_of_these"
    PRIVACY = "privacy"
    PRIVACY_NOTICE = "privacy_notice"
    EXPORT = "export"
    CONSENT = "consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    ERASE = "erase"
    CONFIRM_ERASE = "confirm_erase"
    ASK = "ask"
    TOPICS = "topics"
    REPORT = "report"
    SIGNUP = "signup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """Phase one's result: read-only thoughts about a message, made before the transaction."""

    intent: Intent | None = None
    article: Article | None = None  # picked by a link or a number, or the answer found
    finding: Finding | None = None
    more: tuple[Finding, ...] = ()  # of further questions in the same message
    again: bool = False  # it goes on from the last answer, and that answer is all there is
    gone: bool = False  # an article was picked that is no longer published
    sensitive: Sighting | None = None  # a person must see this at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """What stays the same for all turns: the office, the account, the common subjects."""

    settings: Settings
    seal: Seal
    office: Office
    can: Capabilities
    topics: Callable[[], tuple[Article, ...]]
    related: Callable[[Article], tuple[Article, ...]]
    statuses: tuple[str, ...]  # of articles that may be sent
    menu_entries: tuple[tuple[str, str], ...] = ()  # (label, menu id) of every working button


@dataclass(slots=True, kw_only=True)
class Turn:
    """Phase two: a capability reads it, writes through `conn`, replaces `context` and returns the reply."""

    conn: Connection
    town: Town
    push: Push
    understanding: Understanding
    citizen_id: str
    context: Context
    now: datetime
    has_news: bool = False  # a question missed earlier may have its answer now
    erased: bool = field(default=False, init=False)  # a capability erased the citizen: nothing is to be remembered
    outgoing: bool = field(default=False, init=False)  # outbox rows were written: wake the sender

    @property
    def intent(self) -> Intent | None:
        """Return what the whole message means by itself."""
        return self.understanding.intent

    @property
    def office(self) -> Office:
        """Return how citizens reach people."""
        return self.town.office

    def forget_thread(self) -> None:
        """Drop what was going on, but not an answer that is still owed."""
        self.context = self.context.only_owed()

    def is_text(self) -> bool:
        """Tell whether the citizen wrote words."""
        return isinstance(self.push, Message) and self.push.kind == "text"


@dataclass(frozen=True, slots=True)
class Button:
    """A button of the bottom menu; `key` is an Intent's value."""

    group: str  # of texts.MENU_GROUPS
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing that citizens can do here. `act` returns None if the turn isn't its own."""

    name: str
    act: Callable[[Turn], Reply | None]
    buttons: tuple[Button, ...] = ()
