"""What stays the same for all visits to the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.console.cookies import Cookies
from bot.console.csrf import Csrf
from bot.console.feed import Feed
from bot.console.page import Subject
from bot.dialogue.turn import Town
from bot.domain.passwords import Passwords
from bot.knowledge.library import Library
from bot.metrics import Metrics
from bot.outbound.files import ReceivedFiles
from bot.settings import Settings
from bot.wechat.api import WeChatApi
from store.database import Database
from store.sealing import Seal

if TYPE_CHECKING:
    from bot.console.rendering import Rendering


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the console is given by the composition root."""

    database: Database
    clock: Clock
    settings: Settings
    seal: Seal
    town: Town  # the office, what the account can do, which articles may be sent
    library: Library
    files: ReceivedFiles
    api: WeChatApi
    metrics: Metrics
    wake_senders: Callable[[], None]  # after outbox rows were written
    feed: Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The same with what the console has made of it. `visit.desk.means.library` and so on."""

    means: Means
    subjects: tuple[Subject, ...]
    rendering: Rendering
    csrf: Csrf
    cookies: Cookies
    passwords: Passwords  # one for all visits: it lets two at once think hard
