"""What the tests of live help share: the town's clock, officers and their verbs, a conversation as it stands."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.app import describe_office
from bot.clock import TOWN, Clock
from bot.domain import help as verbs
from bot.jobs.help import OverdueHelp
from store import citizens, help
from store.help import Conversation, Line
from tests.town import Citizen, Town

TUESDAY = "2026-12-01 10:00"  # people are there


async def is_at(town: Town, moment: str) -> None:
    """Set the business clock to a moment of the town's time."""
    target = datetime.fromisoformat(moment).replace(tzinfo=TOWN).timestamp()
    await town.control("clock", offset=target - time.time())


async def passes(town: Town, *, minutes: float = 0, hours: float = 0) -> None:
    """Move the business clock on."""
    await town.control("clock", advance=60 * minutes + 3600 * hours)


def now(town: Town) -> datetime:
    """Return the business time."""
    return Clock(town.settings.clock_offset_file).now()


async def overdue(town: Town) -> int:
    """Run the job that looks after live help once."""
    clock = Clock(town.settings.clock_offset_file)
    return await OverdueHelp(town.database, clock=clock, office=describe_office(town.settings)).run_once()


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody at the desk, by what the pages call."""

    town: Town
    staff_id: int

    async def does(self, verb: Callable[..., Any], conversation: Conversation, *rest: object, **about: object) -> Any:
        """Call a verb as the pages do."""
        who = {"staff_id": self.staff_id, "now": now(self.town)}
        return await self.town.database.write(verb, conversation.id, *rest, **who, **about)

    async def types(self, conversation: Conversation, words: str) -> None:
        """Leave words in the draft."""
        await self.town.database.write(verbs.save_draft, conversation.id, words, staff_id=self.staff_id)

    async def claims(self, conversation: Conversation) -> None:
        """Claim it."""
        await self.does(verbs.claim, conversation)

    async def says(self, conversation: Conversation, words: str, *, once: str = "") -> int:
        """Send words."""
        line: int = await self.does(verbs.answer, conversation, words, once=once or words)
        return line


async def conversation_of(town: Town, citizen: Citizen) -> Conversation:
    """Return the citizen's last conversation."""
    who = await town.database.read(citizens.find_by_openid, citizen.openid)
    assert who is not None
    found = await town.database.read(help.find_open_of, who)
    if found is None:
        found = next(one for one in await town.database.read(help.list_closed) if one.citizen_id == who)
    return found


async def lines_of(town: Town, citizen: Citizen) -> list[Line]:
    """Return the lines of the citizen's last conversation."""
    return await town.database.read(help.lines, (await conversation_of(town, citizen)).id)


async def said_in(town: Town, citizen: Citizen) -> list[tuple[str, str, str | None]]:
    """Return who said what in it."""
    return [(str(one.who), one.kind, one.body) for one in await lines_of(town, citizen)]


async def received(citizen: Citizen) -> list[str]:
    """Return what the account wrote to the citizen by itself."""
    return [bubble["text"] for bubble in await citizen.inbox() if bubble.get("via") == "custom"]
