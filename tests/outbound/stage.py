"""A sandbox, a database and the lanes between them, as the service puts them together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from bot.clock import Clock
from bot.metrics import Metrics
from bot.outbound.delivery import CustomerAnswer, CustomerText, FetchMedia, media_delivery, text_delivery
from bot.outbound.files import ReceivedFiles
from bot.outbound.lanes import CustomerMessages, Lane, MediaFetches
from bot.outbound.sender import Sender
from bot.sandbox.citizens import Citizen
from bot.settings import AccountKind
from bot.wechat.api import WeChatApi
from store import attachments, citizens, outbox
from store.attachments import Attachment
from store.database import Database
from store.lanes import Limits
from store.outbox import NewDelivery
from store.tables import outbox as rows
from tests.wechat.platform import Platform, open_api, start_platform

PLENTY = Limits(per_second=1000, burst=1000, day_limit=1_000_000)


class Row(NamedTuple):
    """What became of a row."""

    state: str
    attempts: int
    errcode: int | None
    error: str | None
    due: datetime


def no_answer(conn: Connection, promised: CustomerAnswer) -> None:
    """Have nothing to tell about any question."""
    del conn, promised


def _row(conn: Connection, row_id: int) -> Row:
    columns = (rows.c.state, rows.c.attempts, rows.c.errcode, rows.c.error, rows.c.due)
    return Row(*conn.execute(select(*columns).where(rows.c.id == row_id)).one())


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a test of sending needs."""

    platform: Platform
    database: Database
    kind: AccountKind
    clock_file: Path
    files: ReceivedFiles
    metrics: Metrics

    def now(self) -> datetime:
        """Return the business time."""
        return Clock(self.clock_file).now()

    def api(self, *, answer_seconds: float = 5.0) -> WeChatApi:
        """Return the API client of one replica."""
        session, url = self.platform.session, self.platform.url
        return open_api(session, url, self.database, kind=self.kind, answer_seconds=answer_seconds)

    def sender(self, lane: Lane) -> Sender:
        """Return a sender of any lane."""
        return Sender(lane, self.database, clock=Clock(self.clock_file), metrics=self.metrics)

    def texts(self, *, answer_seconds: float = 5.0, limits: Limits = PLENTY) -> Sender:
        """Return a sender of customer messages, as one replica has it."""
        api = self.api(answer_seconds=answer_seconds)
        return self.sender(CustomerMessages(api, answers=no_answer, files=self.files, limits=limits))

    def media(self) -> Sender:
        """Return a sender of the media lane."""
        return self.sender(MediaFetches(self.api(), self.database, files=self.files, limits=PLENTY))

    async def enrol(self, citizen: Citizen) -> str:
        """Let the service know a citizen; return the citizen_id."""
        return await self.database.write(citizens.enrol, citizen.openid, now=self.now())

    async def promise(self, citizen_id: str, text: str, **given: object) -> int:
        """Put a text into the outbox and return its row."""
        delivery = text_delivery(CustomerText(citizen_id=citizen_id, text=text), self.now(), **given)  # type: ignore[arg-type]
        return await self.put(delivery)

    async def put(self, delivery: NewDelivery) -> int:
        """Put any row into the outbox."""
        row_id = await self.database.write(outbox.enqueue, delivery)
        assert row_id is not None
        return row_id

    async def expect(self, citizen_id: str, *, kind: str = "image", **body: str) -> tuple[int, int]:
        """Expect an attachment; return its id and its row in the outbox."""
        attachment_id = await self.database.write(attachments.expect, citizen_id, kind=kind, received=self.now())
        delivery = media_delivery(FetchMedia(attachment_id=attachment_id, **body), self.now(), citizen_id=citizen_id)
        return attachment_id, await self.put(delivery)

    async def attachment(self, attachment_id: int) -> Attachment:
        """Return what became of an attachment."""
        found = await self.database.read(attachments.find, attachment_id)
        assert found is not None
        return found

    async def row(self, row_id: int) -> Row:
        """Return what became of a row."""
        return await self.database.read(_row, row_id)

    async def advance(self, seconds: float) -> None:
        """Move the business clock and WeChat's; senders made from now on see it."""
        await self.platform.control("clock", {"advance": seconds})


@asynccontextmanager
async def set_stage(
    database: Database, folder: Path, *, kind: AccountKind = AccountKind.VERIFIED_SERVICE
) -> AsyncIterator[Stage]:
    """Start the sandbox and put the rest around it."""
    clock_file = folder / "clock"
    async with start_platform(kind=kind, clock_file=clock_file) as platform:
        yield Stage(platform, database, kind, clock_file, ReceivedFiles(folder / "files"), Metrics())


async def wait_for_text(stage: Stage, citizen: Citizen, *, number: int = 1) -> None:
    """Wait until the account has written so often to a citizen."""
    async with stage.platform.sandbox.world.stream.listen() as happenings, asyncio.timeout(20.0):
        while len(stage.platform.texts(citizen)) < number:
            await happenings.get()
