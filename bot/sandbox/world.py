"""Everything that the pretend platform knows, in one place, handed to whatever acts on it."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import aiohttp

from bot.sandbox.accounts import CAPABILITIES, Capabilities
from bot.sandbox.bubbles import Bubble, Draft, Sender, Via
from bot.sandbox.citizens import Citizen, Crowd
from bot.sandbox.clock import SandboxClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.faults import KINDS, Fault, Faults, Where
from bot.sandbox.journal import Exchange, Journal
from bot.sandbox.library import Library
from bot.sandbox.mass import MassDesk
from bot.sandbox.media import MediaShelf
from bot.sandbox.quotas import Quotas
from bot.sandbox.robot import GroupRobot
from bot.sandbox.stream import Stream, Tasks
from bot.sandbox.subscriptions import Subscriptions
from bot.sandbox.tags import Tags
from bot.sandbox.tickets import QrTickets, Templates
from bot.sandbox.tokens import Logins, Tokens
from bot.sandbox.wire import Json


def _message_numbers() -> Iterator[int]:
    return itertools.count(24_000_000_000_000_000 + time.time_ns() // 1_000_000)


@dataclass
class World:
    """One pretend platform with one account; `base_url` is what absolute addresses begin with."""

    config: SandboxConfig
    clock: SandboxClock
    session: aiohttp.ClientSession
    base_url: str
    crowd: Crowd = field(default_factory=Crowd)
    media: MediaShelf = field(default_factory=MediaShelf)
    tokens: Tokens = field(default_factory=Tokens)
    logins: Logins = field(default_factory=Logins)
    tickets: QrTickets = field(default_factory=QrTickets)
    templates: Templates = field(default_factory=Templates)
    subscriptions: Subscriptions = field(default_factory=Subscriptions)
    mass: MassDesk = field(default_factory=MassDesk)
    library: Library = field(default_factory=Library)
    tags: Tags = field(default_factory=Tags)
    quotas: Quotas = field(default_factory=Quotas)
    robot: GroupRobot = field(default_factory=GroupRobot)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    stream: Stream = field(default_factory=Stream)
    tasks: Tasks = field(default_factory=Tasks)
    menu: Json | None = None
    script_ticket: tuple[str, float] = ("", 0.0)
    held: dict[str, list[asyncio.Event]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=_message_numbers)
    mass_numbers: Iterator[int] = field(default_factory=lambda: itertools.count(3_147_483_001))
    platform_openid: str = field(default_factory=lambda: "o" + secrets.token_urlsafe(21)[:27])

    def now(self) -> float:
        return self.clock.now()

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES[self.config.account]

    @property
    def shown_menu(self) -> Json | None:
        """The menu as citizens see it: none for an account that may not have one."""
        return self.menu if self.capabilities.menu else None

    def write(self, citizen: Citizen, draft: Draft, *, sender: Sender, via: Via) -> Bubble:
        """Put a bubble into the citizen's chat and show it on open pages."""
        bubble = self.crowd.write(citizen, draft, at=self.now(), sender=sender, via=via)
        self.stream.publish("bubble", {"openid": citizen.openid, "bubble": bubble.as_json()})
        return bubble

    def changed(self) -> None:
        """Tell open pages to read the state again."""
        self.stream.publish("state", {})

    def draw_faults(self, where: Where, *, kinds: Collection[str], path: str | None = None) -> dict[str, Fault]:
        """The troubles that hit this call; open pages see what is left of them."""
        hit = self.faults.draw(where, kinds=kinds, path=path)
        if hit:
            self.changed()
        return hit

    async def job_trouble(self, path: str) -> Fault | None:
        """Let a delay of this accepted call's work pass; the trouble if the work is to fail."""
        hit = self.draw_faults("job", kinds=KINDS["job"], path=path)
        if "delay" in hit:
            await asyncio.sleep(hit["delay"].lasting)
        return hit.get("fail")

    def show_exchange(self, exchange: Exchange) -> None:
        if self.stream.is_watched:
            self.stream.publish("exchange", exchange.as_json())

    def absolute(self, path: str) -> str:
        return self.base_url + path

    def forget(self) -> None:
        """Chats, troubles, windows, calls and counters are gone; config, citizens, menu and tokens stay."""
        for citizen in self.crowd:
            citizen.forget()
        self.faults.clear()
        self.journal.forget()
        self.quotas.forget()
        self.robot.forget()
        self.mass.forget()
        self.templates.accepted.clear()
        self.tokens.forced_at = float("-inf")
        self.tokens.forced_on.clear()
