"""The lanes: what each needs to know before an attempt, and what an attempt is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from bot.outbound.delivery import CustomerAnswer, CustomerPhoto, FetchMedia, LaneName, load_media, load_message
from bot.outbound.files import KeptFile, ReceivedFiles, Write
from bot.outbound.reactions import CannotKeep
from bot.wechat.api import WeChatApi
from bot.wechat.errors import MediaExpired, MediaUnusable, NotPermitted, WeChatError
from store import attachments, citizens, help, outbox, unanswered
from store.attachments import Attachment, AttachmentState
from store.claims import Claimed
from store.database import Connection, Database
from store.lanes import Limits

Record = Callable[[Connection], object]  # what is written in the transaction that settles the row
Answers = Callable[[Connection, CustomerAnswer], str | None]  # an answer as it stands now, None if it can't be sent


class NotWanted(Exception):
    """The delivery has lost its sense: nobody to write to, or nothing to fetch any more."""


class PutOff(Exception):
    """The delivery must come after another, whose own time is `due`."""

    def __init__(self, due: datetime) -> None:
        super().__init__("comes after another")
        self.due = due


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A delivery ready to be attempted. `attempt` may be called once; it returns what to record beside "sent"."""

    attempt: Callable[[], Awaitable[Record | None]]
    if_refused: Record | None = None


class Lane(Protocol):
    """One interface. `width` rows are attempted at once, each within `attempt_seconds`.

    `even_quiet`: it goes on while the quiet switch is on, since it speaks to the office and not to citizens.
    """

    name: LaneName
    limits: Limits
    width: int
    attempt_seconds: float
    client_id_valid: timedelta
    even_quiet: bool

    def prepare(self, conn: Connection, claimed: Claimed) -> Prepared:
        """Look up what the attempt needs, in its own transaction; raises NotWanted, PutOff or MalformedBody."""

    async def tidy(self) -> None:
        """Clean up behind the lane, now and then."""


class CustomerMessages:
    """Texts and photos to citizens whose window is open. WeChat has no key to recognise a second one by."""

    name = LaneName.CUSTOMER_MESSAGE
    width = 40
    attempt_seconds = 75.0  # a token that must be replaced in between included
    client_id_valid = timedelta(0)
    even_quiet = False

    def __init__(self, api: WeChatApi, *, answers: Answers, files: ReceivedFiles, limits: Limits | None = None) -> None:
        self.limits = limits or Limits(per_second=100, burst=50, day_limit=500_000)
        self._api = api
        self._answers = answers
        self._files = files

    def prepare(self, conn: Connection, claimed: Claimed) -> Prepared:
        """Look the openid up; who has left or was erased gets nothing."""
        body = load_message(claimed.body)
        openid = citizens.find_recipient(conn, body.citizen_id)
        if openid is None:
            raise NotWanted("the citizen doesn't follow the account any more")
        if isinstance(body, CustomerAnswer):
            return self._prepare_answer(conn, body, openid)
        if body.conversation_id and (earlier := outbox.find_earlier_due(conn, claimed.id, citizen_id=body.citizen_id)):
            raise PutOff(earlier)  # what people say to each other arrives in the order in which they said it
        if isinstance(body, CustomerPhoto):
            return self._prepare_photo(conn, body, openid)
        return self._prepared(partial(self._send, openid, body.text), body.conversation_id)

    def _prepare_answer(self, conn: Connection, body: CustomerAnswer, openid: str) -> Prepared:
        """Read the article; what can't be told this way is left for the citizen's next contact."""
        forget_told = partial(unanswered.forget_told, row_id=body.asked_id)
        text = self._answers(conn, body)
        if text is None:
            forget_told(conn)
            raise NotWanted("the article isn't published any more, or the window has closed")
        return Prepared(attempt=partial(self._send, openid, text), if_refused=forget_told)

    def _prepare_photo(self, conn: Connection, body: CustomerPhoto, openid: str) -> Prepared:
        photo = attachments.find(conn, body.attachment_id)
        if photo is None or photo.state is not AttachmentState.KEPT:
            raise NotWanted("the photo was erased")
        return self._prepared(partial(self._send_photo, openid, photo), body.conversation_id)

    def _prepared(self, send: Callable[[], Awaitable[None]], conversation_id: int) -> Prepared:
        """Have the officers' pages told what became of a line of theirs."""
        if not conversation_id:
            return Prepared(attempt=partial(_after, send, None))
        note = partial(help.note_delivered, conversation_id=conversation_id)
        return Prepared(attempt=partial(_after, send, note), if_refused=note)

    async def _send_photo(self, openid: str, photo: Attachment) -> None:
        """Upload and send. An upload that failed is tried again, for it showed nobody anything."""
        content = await asyncio.to_thread(_read_photo, self._files.path(photo.sha256 or ""))
        media_id = await self._api.upload_image(content, content_type=photo.content_type or "")
        await self._api.send_customer_image(openid, media_id)

    async def _send(self, openid: str, text: str) -> None:
        await self._api.send_customer_text(openid, text)

    async def tidy(self) -> None:
        """Leave everything: photos are attachments, whose files the media lane removes."""


class MediaFetches:
    """Photos, voice and video to fetch and keep."""

    name = LaneName.MEDIA
    width = 10
    attempt_seconds = 150.0
    client_id_valid = timedelta(0)
    even_quiet = False

    def __init__(
        self, api: WeChatApi, database: Database, *, files: ReceivedFiles, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits(per_second=20, burst=20, day_limit=200_000)
        self._api = api
        self._database = database
        self._files = files

    def prepare(self, conn: Connection, claimed: Claimed) -> Prepared:
        """Look the attachment up; one that was erased or is here already isn't fetched."""
        body = load_media(claimed.body)
        attachment = attachments.find(conn, body.attachment_id)
        if attachment is None or attachment.state is not AttachmentState.EXPECTED:
            raise NotWanted("the attachment isn't expected any more")
        lose = partial(attachments.lose, attachment_id=attachment.id)
        return Prepared(attempt=partial(self._fetch, body, attachment), if_refused=lose)

    async def _fetch(self, body: FetchMedia, attachment: Attachment) -> Record:
        try:
            kept = await self._fetch_from_any(body, attachment.kind)
        except OSError as error:
            raise CannotKeep(f"a received file can't be written: {error.strerror or type(error).__name__}") from error
        return partial(_note_kept, attachment_id=attachment.id, kept=kept)

    async def _fetch_from_any(self, body: FetchMedia, kind: str) -> KeptFile:
        """Take a picture from its address, which costs no quota, and only otherwise by its media id."""
        failure: WeChatError | None = None
        for source in self._sources(body):
            try:
                return await self._files.receive(source, kind=kind)
            except (MediaUnusable, MediaExpired, NotPermitted) as error:
                failure = failure or error
        raise failure or MediaUnusable("neither an address nor a media id")

    def _sources(self, body: FetchMedia) -> list[Callable[[Write], Awaitable[object]]]:
        found: list[Callable[[Write], Awaitable[object]]] = []
        if body.picture_url:
            found.append(partial(self._api.download_picture, body.picture_url))
        if body.media_id:
            found.append(partial(self._api.download_media, body.media_id))
        return found

    async def tidy(self) -> None:
        """Remove the files of erased citizens, and what killed processes left half-written."""
        await asyncio.to_thread(self._files.sweep)
        for name in await self._database.read(attachments.list_files_to_remove):
            if await asyncio.to_thread(self._files.remove, name):
                await self._database.write(attachments.note_removed, name)


async def _after(send: Callable[[], Awaitable[None]], record: Record | None) -> Record | None:
    await send()
    return record


def _read_photo(path: Path) -> bytes:
    """Return a file's content.

    Raises:
        MediaUnusable: it isn't there, or can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaUnusable(f"the photo can't be read: {error.strerror or type(error).__name__}") from error


def _note_kept(conn: Connection, *, attachment_id: int, kept: KeptFile) -> None:
    attachments.keep(conn, attachment_id, sha256=kept.sha256, content_type=kept.content_type, size=kept.size)
