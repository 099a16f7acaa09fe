"""What the lanes' rows hold: typed bodies, and the outbox rows made from them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from store.outbox import NewDelivery

REPLY = 0  # priorities: replies go before case notices, and these before broadcasts
NOTICE = 5


class LaneName(StrEnum):
    """The lanes, one per interface of WeChat's."""

    CUSTOMER_MESSAGE = "customer_message"
    MEDIA = "media"


class MalformedBody(Exception):
    """The row's body isn't what its lane understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerText:
    """A text to a citizen whose window is open."""

    citizen_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchMedia:
    """A file to fetch: by its address if WeChat pushed one (pictures), else by its media id, good for three days."""

    attachment_id: int
    media_id: str = ""
    picture_url: str = ""


def text_delivery(
    body: CustomerText,
    now: datetime,
    *,
    due: datetime | None = None,
    expires: datetime | None = None,
    dedupe: str | None = None,
    priority: int = REPLY,
) -> NewDelivery:
    """Return the row that sends a text once, at `due` or now; WeChat has no key to recognise a second one by."""
    return NewDelivery(
        lane=LaneName.CUSTOMER_MESSAGE,
        priority=priority,
        body=_dump(body),
        due=due or now,
        expires=expires,
        created=now,
        citizen_id=body.citizen_id,
        dedupe=dedupe,
        repeatable=False,
    )


def media_delivery(body: FetchMedia, now: datetime, *, citizen_id: str) -> NewDelivery:
    """Return the row that fetches a file; a second fetch does no harm."""
    return NewDelivery(
        lane=LaneName.MEDIA,
        priority=REPLY,
        body=_dump(body),
        due=now,
        created=now,
        citizen_id=citizen_id,
        dedupe=f"attachment:{body.attachment_id}",
        repeatable=True,
    )


def load_text(body: str) -> CustomerText:
    """Read a row of the customer message lane.

    Raises:
        MalformedBody.
    """
    values = _load(body)
    try:
        return CustomerText(citizen_id=str(values["citizen_id"]), text=str(values["text"]))
    except KeyError as missing:
        raise MalformedBody(f"the body lacks {missing}") from None


def load_media(body: str) -> FetchMedia:
    """Read a row of the media lane.

    Raises:
        MalformedBody.
    """
    values = _load(body)
    attachment_id = values.get("attachment_id")
    if not isinstance(attachment_id, int):
        raise MalformedBody("the body lacks 'attachment_id'")
    return FetchMedia(
        attachment_id=attachment_id,
        media_id=str(values.get("media_id", "")),
        picture_url=str(values.get("picture_url", "")),
    )


def _dump(body: CustomerText | FetchMedia) -> str:
    return orjson.dumps(asdict(body)).decode()


def _load(body: str) -> dict[str, object]:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedBody("the body is no JSON") from None
    if not isinstance(values, dict):
        raise MalformedBody("the body is no JSON object")
    return values
