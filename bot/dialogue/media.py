"""Having what a citizen sent fetched after the commit: photos, voice, video."""

from bot.dialogue.turn import Turn
from bot.outbound.delivery import FetchMedia, media_delivery
from bot.wechat.messages import Message
from store import attachments, outbox

SORTS = {"image": "image", "voice": "voice", "video": "video", "shortvideo": "video"}


def keep(turn: Turn, message: Message) -> int | None:
    """Return the attachment that is to be fetched; None if this kind of account can't have it."""
    sort = SORTS[message.kind]
    by_address = message.picture_url if sort == "image" else ""
    if not by_address and not (turn.town.can.media and message.media_id):
        return None
    attachment_id = attachments.expect(turn.conn, turn.citizen_id, kind=sort, received=turn.now)
    media_id = message.media_id if turn.town.can.media else ""
    body = FetchMedia(attachment_id=attachment_id, media_id=media_id, picture_url=by_address)
    outbox.enqueue(turn.conn, media_delivery(body, turn.now, citizen_id=turn.citizen_id))
    turn.outgoing = True
    return attachment_id
