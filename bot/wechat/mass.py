"""Mass messages to all followers, to those with a tag, or to a list of openids, and what became of them.

WeChat knows a repeat by `clientmsgid` for 24 hours: it answers 45065 with the first one's number, which is success.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.wechat.answers import read_number
from bot.wechat.caller import Caller
from bot.wechat.errors import AlreadyAccepted, BreaksLimit, Unreachable
from bot.wechat.limits import LONGEST_CLIENT_ID, check_bytes, check_count, check_given, check_number
from bot.wechat.transport import Answer, Call

FEWEST, MOST = 2, 10_000  # openids a call
SPEEDS = (800_000, 600_000, 450_000, 300_000, 100_000)  # people a minute, by WeChat's number of the speed
_MOST_IMAGES = 20


@dataclass(frozen=True, slots=True)
class MassText:
    """Words."""

    content: str


@dataclass(frozen=True, slots=True)
class MassArticles:
    """A bundle of articles: a draft. `despite_reprint`: also where WeChat finds it reprinted, if the author allows."""

    media_id: str
    despite_reprint: bool = False


@dataclass(frozen=True, slots=True)
class MassImages:
    """Pictures from the permanent material, with a sentence."""

    media_ids: tuple[str, ...]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class MassVoice:
    """A sound from the permanent material."""

    media_id: str


@dataclass(frozen=True, slots=True)
class MassVideo:
    """A film made ready for mass messages."""

    media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MassCard:
    """A card or coupon."""

    card_id: str


MassContent = MassText | MassArticles | MassImages | MassVoice | MassVideo | MassCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """WeChat took it. `again`: it had it already, from an earlier call under the same client id or like content.

    WeChat's number is None where it told none; `data_id` is the articles' number in its statistics.
    """

    msg_id: int | None
    data_id: int | None
    again: bool


class MassState(StrEnum):
    """What became of a mass message, in WeChat's words."""

    SENT = "SEND_SUCCESS"
    SENDING = "SENDING"
    FAILED = "SEND_FAIL"
    DELETED = "DELETE"


class MassCalls:
    """Sends, previews, looks, deletes. No send is repeated here: its caller does, under the same client id."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send_to_all(self, content: MassContent, *, client_id: str) -> Accepted:
        """Send to every follower, once a day at most; `client_id` has at most 32 bytes.

        Raises:
            BreaksLimit, Refused.
            TooSoon: the same was tried within the last minute.
            UncertainDelivery: the answer was lost; a repeat under the same client id within 24 hours is safe.
        """
        return await self._send_by_filter({"is_to_all": True}, content, client_id)

    async def send_to_tag(self, tag_id: int, content: MassContent, *, client_id: str) -> Accepted:
        """Send to the followers with a tag; raises as `send_to_all`."""
        return await self._send_by_filter({"is_to_all": False, "tag_id": tag_id}, content, client_id)

    async def send_to_list(self, openids: Sequence[str], content: MassContent, *, client_id: str) -> Accepted:
        """Send to 2 to 10,000 followers; raises as `send_to_all`."""
        self._caller.require("send_by_openid_list")
        check_count("openids", openids, least=FEWEST, most=MOST)
        return await self._send("/cgi-bin/message/mass/send", {"touser": [*openids], **to_json(content)}, client_id)

    async def preview(self, content: MassContent, *, openid: str = "", wechat_name: str = "") -> None:
        """Show the message to one person, by openid or by WeChat name; a hundred a day.

        Raises:
            BreaksLimit, Refused, UncertainDelivery.
        """
        self._caller.require("mass_message")
        if bool(openid) is bool(wechat_name):
            raise BreaksLimit("a preview goes to one openid or to one WeChat name")
        receiver = {"touser": openid} if openid else {"towxname": wechat_name}
        body = {**receiver, **_previewed(content)}
        await self._caller.call(Call(path="/cgi-bin/message/mass/preview", body=body, repeatable=False))

    async def delete(self, msg_id: int, *, article: int = 0) -> None:
        """Delete a sent bundle's article, counted from 1, or all of it; the cards in the chats stay."""
        check_number("the article", article, least=0, most=8)
        await self._post("/cgi-bin/message/mass/delete", {"msg_id": msg_id, "article_idx": article})

    async def get_state(self, msg_id: int) -> MassState:
        """Return what became of a message."""
        answer = await self._post("/cgi-bin/message/mass/get", {"msg_id": str(msg_id)})
        try:
            return MassState(str(answer.get("msg_status", "")).replace(" ", "_").upper())
        except ValueError as error:
            raise Unreachable("an answer with an unknown msg_status") from error

    async def get_speed(self) -> int:
        """Return how many people a minute WeChat sends to."""
        speed = read_number(await self._post("/cgi-bin/message/mass/speed/get", {}), "speed")
        if not 0 <= speed < len(SPEEDS):
            raise Unreachable("an answer with an unknown speed")
        return SPEEDS[speed]

    async def set_speed(self, people_a_minute: int) -> None:
        """Set how many people a minute WeChat sends to: one of `SPEEDS`.

        Raises:
            BreaksLimit.
        """
        if people_a_minute not in SPEEDS:
            raise BreaksLimit(f"WeChat sends to {', '.join(map(str, SPEEDS))} people a minute, not {people_a_minute}")
        await self._post("/cgi-bin/message/mass/speed/set", {"speed": SPEEDS.index(people_a_minute)})

    async def _send_by_filter(self, people: Mapping[str, object], content: MassContent, client_id: str) -> Accepted:
        body = {"filter": people, **to_json(content)}
        return await self._send("/cgi-bin/message/mass/sendall", body, client_id)

    async def _send(self, path: str, body: Mapping[str, object], client_id: str) -> Accepted:
        self._caller.require("mass_message")
        check_bytes("clientmsgid", client_id, most=LONGEST_CLIENT_ID)
        call = Call(path=path, body={**body, "clientmsgid": client_id}, repeatable=False)
        try:
            answer = await self._caller.call(call)
        except AlreadyAccepted as earlier:
            return Accepted(msg_id=earlier.msg_id, data_id=None, again=True)
        return Accepted(msg_id=_number(answer, "msg_id"), data_id=_number(answer, "msg_data_id"), again=False)

    async def _post(self, path: str, body: Mapping[str, object]) -> Answer:
        self._caller.require("mass_message")
        return await self._caller.call(Call(path=path, body=body, repeatable=True))


def to_json(content: MassContent) -> Mapping[str, object]:
    """Return the content in WeChat's form.

    Raises:
        BreaksLimit.
    """
    match content:
        case MassText(words):
            check_given("the text", words)
            return {"text": {"content": words}, "msgtype": "text"}
        case MassArticles(media_id, despite_reprint):
            ignore = int(despite_reprint)
            return {"mpnews": {"media_id": media_id}, "msgtype": "mpnews", "send_ignore_reprint": ignore}
        case MassImages(media_ids, sentence):
            check_count("pictures", media_ids, most=_MOST_IMAGES)
            images = {"media_ids": [*media_ids], "recommend": sentence, "need_open_comment": 0}
            return {"images": {**images, "only_fans_can_comment": 0}, "msgtype": "image"}
        case MassVoice(media_id):
            return {"voice": {"media_id": media_id}, "msgtype": "voice"}
        case MassVideo(media_id, title, description):
            video = {"media_id": media_id, "title": title, "description": description}
            return {"mpvideo": video, "msgtype": "mpvideo"}
        case MassCard(card_id):
            return {"wxcard": {"card_id": card_id}, "msgtype": "wxcard"}


def _previewed(content: MassContent) -> Mapping[str, object]:
    """Return the content for a preview, which shows one picture."""
    if isinstance(content, MassImages):
        check_count("pictures", content.media_ids, most=_MOST_IMAGES)
        return {"image": {"media_id": content.media_ids[0]}, "msgtype": "image"}
    return {name: value for name, value in to_json(content).items() if name != "send_ignore_reprint"}


def _number(answer: Answer, name: str) -> int | None:
    value = answer.get(name)
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None
