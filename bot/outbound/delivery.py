"""What the lanes' rows hold: typed bodies, and the outbox rows made from them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import orjson

from store.outbox import NewDelivery
from store.unanswered import DEDUPE as ANSWER_DEDUPE

REPLY = 0  # priorities: replies go before case notices, and these before broadcasts
NOTICE = 5


class LaneName(StrEnum):
    """The lanes, one per interface."""

    CUSTOMER_MESSAGE = "customer_message"
    MEDIA = "media"
    ROBOT = "robot"


class MalformedBody(Exception):
    """The row's body isn't what its lane understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerText:
    """A text to a citizen whose window is open; of a conversation, whose officers see what became of it, or of none."""

    citizen_id: str
    text: str
    conversation_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswer:
    """An answer found later, to a citizen whose window is open; its article is read when the message leaves."""

    citizen_id: str
    question: str  # as it is repeated to the citizen
    article_id: int
    asked_id: int  # the row of `unanswered`


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPhoto:
    """A photo of the office's to a citizen whose window is open; the file is uploaded when the message leaves."""

    citizen_id: str
    attachment_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchMedia:
    """A file to fetch: by its address if WeChat pushed one (pictures), else by its media id, good for three days."""

    attachment_id: int
    media_id: str = ""
    picture_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAlert:
    """What the duty officer must see: no openid, the citizen's words cut short, and what they were answered."""

    kind: str
    citizen: str  # enough of the citizen_id to find the person by
    said: str
    answered: str
    reference: str  # of the message, as in the log
    raised: str  # in the town's time, for people to read


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


def photo_delivery(body: CustomerPhoto, now: datetime, *, expires: datetime, dedupe: str) -> NewDelivery:
    """Return the row that uploads a photo and sends it once."""
    return NewDelivery(
        lane=LaneName.CUSTOMER_MESSAGE,
        priority=REPLY,
        body=_dump(body),
        due=now,
        expires=expires,
        created=now,
        citizen_id=body.citizen_id,
        dedupe=dedupe,
        repeatable=False,
    )


def answer_delivery(body: CustomerAnswer, now: datetime) -> NewDelivery:
    """Return the row that tells an answer found later; a question gets one message, ever."""
    return NewDelivery(
        lane=LaneName.CUSTOMER_MESSAGE,
        priority=NOTICE,
        body=_dump(body),
        due=now,
        created=now,
        citizen_id=body.citizen_id,
        dedupe=f"{ANSWER_DEDUPE}{body.asked_id}",
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


def alert_delivery(body: DutyAlert, now: datetime, *, citizen_id: str, dedupe: str, priority: int) -> NewDelivery:
    """Return the row that alerts the duty officer. A second alert does little harm, a lost one may cost a life."""
    return NewDelivery(
        lane=LaneName.ROBOT,
        priority=priority,
        body=_dump(body),
        due=now,
        created=now,
        citizen_id=citizen_id,
        dedupe=dedupe,
        repeatable=True,
    )


def load_message(body: str) -> CustomerText | CustomerAnswer | CustomerPhoto:
    """Read a row of the customer message lane.

    Raises:
        MalformedBody.
    """
    values = _load(body)
    try:
        citizen_id, conversation_id = str(values["citizen_id"]), _number(values.get("conversation_id", 0))
        if "article_id" in values:
            return CustomerAnswer(
                citizen_id=citizen_id,
                question=str(values["question"]),
                article_id=_number(values["article_id"]),
                asked_id=_number(values["asked_id"]),
            )
        if "attachment_id" in values:
            attachment_id = _number(values["attachment_id"])
            return CustomerPhoto(citizen_id=citizen_id, attachment_id=attachment_id, conversation_id=conversation_id)
        return CustomerText(citizen_id=citizen_id, text=str(values["text"]), conversation_id=conversation_id)
    except KeyError as missing:
        raise MalformedBody(f"the body lacks {missing}") from None
    except ValueError:
        raise MalformedBody("the body's ids are no numbers") from None


def _number(value: object) -> int:
    return int(str(value))


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


def load_alert(body: str) -> DutyAlert:
    """Read a row of the robot lane.

    Raises:
        MalformedBody.
    """
    values = _load(body)
    try:
        return DutyAlert(**{name: str(values[name]) for name in DutyAlert.__slots__})
    except KeyError as missing:
        raise MalformedBody(f"the body lacks {missing}") from None


def _dump(body: CustomerText | CustomerAnswer | CustomerPhoto | FetchMedia | DutyAlert) -> str:
    return orjson.dumps(asdict(body)).decode()


def _load(body: str) -> dict[str, object]:
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedBody("the body is no JSON") from None
    if not isinstance(values, dict):
        raise MalformedBody("the body is no JSON object")
    return values
