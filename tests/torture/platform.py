"""WeChat's side of the kill test: it pushes until it is answered, and remembers every word that it got."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet

from bot.sandbox.citizens import Citizen
from bot.sandbox.config import SandboxConfig, switched
from bot.sandbox.faults import Fault
from bot.sandbox.journal import Exchange, Journal
from bot.sandbox.platform import Sandbox
from bot.sandbox.push import deliver
from bot.sandbox.replies import Desk, parsed, unsealed
from bot.sandbox.world import World
from tests.torture.messages import Act, Sent
from tests.town import AES_KEY, APP_ID, SECRET, TOKEN, free_port

PATIENCE_SECONDS = 90.0  # until a message must have been answered, however often the service is killed
PAUSE_SECONDS = 0.5  # between two attempts of a push that wasn't taken


class WholeJournal(Journal):
    """A journal that forgets nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.every: list[Exchange] = []

    def open(
        self, direction: Literal["push", "api"], method: str, url: str, *, at: float, openid: str | None = None
    ) -> Exchange:
        """Begin an exchange and keep it."""
        exchange = super().open(direction, method, url, at=at, openid=openid)
        self.every.append(exchange)
        return exchange


class Platform:
    """The sandbox with citizens whose messages are pushed again until somebody answers them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: list[Sent] = []
        self.finished = 0
        self._progress = asyncio.Condition()
        self._journal = WholeJournal()
        world.journal = self._journal

    def move_in(self, number: int) -> Citizen:
        """Add a citizen who doesn't follow yet."""
        return self.world.crowd.add(f"市民{number}", openid=None)

    def write(self, citizen: Citizen, act: Act, number: int) -> Sent:
        """Have a citizen do something; nothing is pushed yet."""
        sent = act(self.world, citizen, number)
        self.sent.append(sent)
        return sent

    async def push(self, sent: Sent) -> None:
        """Push a message until it is answered: whatever fails after three attempts is pushed again as it is."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not sent.is_answered and time.monotonic() < until:
            sent.outcomes.append(await deliver(self.world, sent.parcel))
        await self._note_finished()

    async def push_once(self, sent: Sent) -> None:
        """Push a message with the platform's own attempts and leave it at that."""
        sent.outcomes.append(await deliver(self.world, sent.parcel))
        await self._note_finished()

    async def until_finished(self, number: int) -> None:
        """Wait until so many messages are answered or given up."""
        async with self._progress:
            await self._progress.wait_for(lambda: self.finished >= number)

    async def _note_finished(self) -> None:
        async with self._progress:
            self.finished += 1
            self._progress.notify_all()

    def disturb(self, *, where: Literal["push", "api"], kind: str, rate: float, seconds: float | None = None) -> None:
        """Let a share of the exchanges go wrong from now on."""
        faults = self.world.faults
        faults.add(Fault(faults.next_id(), where, kind, rate=rate, seconds=seconds))

    def calm_down(self) -> None:
        """Let nothing go wrong any more."""
        self.world.faults.clear()

    def try_only(self, attempts: int) -> None:
        """Make only so many attempts of each push."""
        self.world.config = switched(self.world.config, {"attempts": attempts})

    async def advance_clock(self, seconds: float) -> None:
        """Move the platform's business clock and wait until the service has seen it, who looks five times a second."""
        self.world.clock.set_offset(self.world.clock.offset + seconds)
        await asyncio.sleep(0.3)

    def words_by_parcel(self) -> Mapping[str, list[str]]:
        """Return what was answered to each push, over all its attempts, twins and lost answers."""
        parcels = {sent.parcel.text: sent.parcel for sent in self.sent}
        words: dict[str, list[str]] = defaultdict(list)
        for exchange in self._journal.every:
            parcel = parcels.get(exchange.opened_request)
            if parcel is not None and exchange.status == 200:
                content = unsealed(exchange.response.encode(), self.world.config)
                reply = parsed(content, Desk(parcel, self.world.config, self.world.media, self.world.now()))
                words[parcel.text].append(str(reply.content["content"]) if reply else "")
        return words

    @property
    def attempts(self) -> int:
        """Count the POSTs of all pushes."""
        return sum(exchange.direction == "push" for exchange in self._journal.every)


@asynccontextmanager
async def open_platform(folder: Path, *, seed: int) -> AsyncIterator[tuple[Platform, dict[str, str]]]:
    """Run the platform; yield it with the settings of a service that belongs to it, database excepted."""
    port = free_port()
    config = SandboxConfig(
        callback=f"http://127.0.0.1:{port}/wechat",
        token=TOKEN,
        appid=APP_ID,
        secret=SECRET,
        aes_key=AES_KEY,
        mode="safe",
        pause=PAUSE_SECONDS,
        clock_file=folder / "clock",
    )
    sandbox = Sandbox(config)
    address = await sandbox.start(port=0)
    sandbox.world.faults.seed(seed)
    try:
        yield Platform(sandbox.world), _settings(folder, port=port, platform=address)
    finally:
        await sandbox.stop()


def _settings(folder: Path, *, port: int, platform: str) -> dict[str, str]:
    values: dict[str, Any] = {
        "ACCOUNT_KIND": "verified_service",
        "APP_ID": APP_ID,
        "APP_SECRET": SECRET,
        "CALLBACK_TOKEN": TOKEN,
        "AES_KEY": AES_KEY,
        **dict.fromkeys(("WECHAT_API_URL", "WECHAT_OPEN_URL", "WECHAT_MP_URL", "WECHAT_JS_URL"), platform),
        "PORT": port,
        "FILES_DIR": folder / "files",
        "CONTROL_SOCKET": folder / "control.sock",
        "SECRET_KEYS": Fernet.generate_key().decode(),
        "LIVE": "false",
        "SAMPLE_ARTICLES": "true",
        "CLOCK_OFFSET_FILE": folder / "clock",
        "ANSWER_CONFIDENCE": "1.0",  # only an article's very words are answered at once, others bring an offer
    }
    return {name: str(value) for name, value in values.items()}
