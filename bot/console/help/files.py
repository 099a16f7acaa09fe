"""Photos and voice in a conversation: sent by an officer, and shown to whoever may see the conversation."""

import asyncio

from aiohttp import web

from bot.console.help.acting import act
from bot.console.help.shown import CONVERSATION
from bot.console.visit import Visit
from bot.domain import help as live
from bot.domain.help import Refused
from bot.domain.permissions import may_see
from bot.domain.pictures import NoPhoto, clean_photo, discard_photo
from store import help, help_view
from store.attachments import AttachmentState

_ENDINGS = {"audio/amr": "amr", "audio/mpeg": "mp3", "video/mp4": "mp4"}


async def send_photo(visit: Visit, conversation_id: int, content: bytes, *, once: str) -> bool:
    """Send a photo to the citizen, made anew without metadata; False if it isn't one that can be sent.

    Raises:
        Refused, Taken, Missing.
    """
    means, officer = visit.desk.means, visit.staff
    try:
        cleaned = await asyncio.to_thread(clean_photo, content)
    except NoPhoto:
        return False
    kept = await means.files.keep(cleaned, kind="image")
    try:
        await act(
            visit,
            conversation_id,
            lambda conn: live.answer_photo(
                conn, conversation_id, kept, staff_id=officer.staff_id, once=once, now=visit.now
            ),
            "help_photo_sent",
        )
    except Refused:
        found = await visit.read(help.find, conversation_id)
        citizen_id = found.citizen_id if found else ""
        await means.database.write(discard_photo, kept, citizen_id=citizen_id, now=visit.now)
        raise
    return True


async def show_file(visit: Visit) -> web.StreamResponse:
    """Give a photo, or a voice or video, that stands in this very conversation."""
    conversation_id, attachment_id = visit.number("id"), visit.number("attachment")
    if not may_see(visit.staff, None):
        raise visit.missing(CONVERSATION, conversation_id)
    found = (await visit.read(help_view.attachments_in, conversation_id)).get(attachment_id)
    if found is None or found.state is not AttachmentState.KEPT or not found.sha256 or not found.content_type:
        raise visit.missing("attachment", f"{conversation_id}/{attachment_id}")
    path = visit.desk.means.files.path(found.sha256)
    if not await asyncio.to_thread(path.is_file):
        raise visit.missing("attachment", f"{conversation_id}/{attachment_id}")
    ending = _ENDINGS.get(found.content_type)
    disposition = f'attachment; filename="{attachment_id}.{ending}"' if visit.query("save") and ending else "inline"
    headers = {
        "Content-Type": found.content_type,
        "Content-Disposition": disposition,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)
