"""Notices by template: template messages, subscription notices, and the one-time notice with its consent page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.wechat.answers import optional_number, optional_text, read_objects
from bot.wechat.caller import Caller
from bot.wechat.errors import BreaksLimit
from bot.wechat.limits import LONGEST_CLIENT_ID, check_bytes, check_characters, check_given, check_number
from bot.wechat.transport import Answer, Call

_MP = "https://mp.weixin.qq.com"
_LONGEST_TITLE = 15  # characters, of a one-time notice
_LONGEST_CONTENT = 200
_LONGEST_RESERVED = 128  # bytes
_LAST_SCENE = 10_000

# Characters that a value may have, by the kind in its field's name: "thing1" is a thing.
VALUE_LENGTHS: Mapping[str, int] = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "phrase": 5,
}
_NAME_IN_HAN, _NAME_IN_LETTERS = 10, 20

Values = Mapping[str, str]  # by the template's fields


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniProgram:
    """Where a tap on a notice leads instead of to an address."""

    app_id: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMessage:
    """A template message. `client_id` (≤ 32 bytes): the same one to the same citizen counts once in ten minutes."""

    template_id: str
    values: Values
    client_id: str
    url: str = ""
    mini_program: MiniProgram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionNotice:
    """A notice that the citizen subscribed to; WeChat has no key to recognise a repeat by."""

    template_id: str
    values: Values
    page: str = ""
    mini_program: MiniProgram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTimeNotice:
    """The one notice that a citizen allowed on WeChat's consent page for this scene."""

    template_id: str
    scene: int
    title: str
    content: str
    url: str = ""
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the consent page asks for; `reserved` comes back to `redirect` unchanged."""

    template_id: str
    scene: int
    redirect: str
    reserved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template of the account; its content has lines such as "时间:{{time2.DATA}}"."""

    id: str
    title: str
    content: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the values in their order."""
        return tuple(re.findall(r"\{\{\s*(\w+)\.DATA\s*\}\}", self.content))


class NoticeCalls:
    """Sends notices and lists templates."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def send_template(self, openid: str, message: TemplateMessage) -> int:
        """Send a template message and return its number, 0 if WeChat told none.

        A lost answer may be followed by the same message within ten minutes; the repeat is the caller's.

        Raises:
            BreaksLimit, Refused, UncertainDelivery.
        """
        self._caller.require("template_message")
        check_bytes("client_msg_id", message.client_id, most=LONGEST_CLIENT_ID)
        body = {
            "touser": openid,
            "template_id": message.template_id,
            **_target(url=message.url, mini_program=message.mini_program),
            "data": _data(message.values),
            "client_msg_id": message.client_id,
        }
        return optional_number(await self._send("/cgi-bin/message/template/send", body), "msgid")

    async def send_subscription(self, openid: str, notice: SubscriptionNotice) -> None:
        """Send a subscription notice; what became of it comes as subscribe_msg_sent_event.

        Raises:
            BreaksLimit, Refused, UncertainDelivery.
        """
        self._caller.require("subscription_notice")
        target = {"page": notice.page} if notice.page else {}
        body = {
            "touser": openid,
            "template_id": notice.template_id,
            **target,
            **_target(url="", mini_program=notice.mini_program),
            "data": _data(notice.values),
        }
        await self._send("/cgi-bin/message/subscribe/bizsend", body)

    async def send_one_time(self, openid: str, notice: OneTimeNotice) -> None:
        """Send a one-time notice.

        Raises:
            BreaksLimit, Refused, UncertainDelivery.
        """
        self._caller.require("one_time_notice")
        check_number("scene", notice.scene, least=0, most=_LAST_SCENE)
        check_characters("the title", notice.title, most=_LONGEST_TITLE)
        check_characters("the content", notice.content, most=_LONGEST_CONTENT)
        content = {"value": notice.content, **({"color": notice.color} if notice.color else {})}
        body = {
            "touser": openid,
            "template_id": notice.template_id,
            **({"url": notice.url} if notice.url else {}),
            "scene": str(notice.scene),
            "title": notice.title,
            "data": {"content": content},
        }
        await self._send("/cgi-bin/message/template/subscribe", body)

    def consent_address(self, consent: Consent, *, base: str = _MP) -> str:
        """Return WeChat's page where a citizen allows one notice.

        Raises:
            BreaksLimit.
        """
        self._caller.require("one_time_notice")
        check_number("scene", consent.scene, least=0, most=_LAST_SCENE)
        check_bytes("reserved", consent.reserved, most=_LONGEST_RESERVED)
        check_given("the address to return to", consent.redirect)
        query = {
            "action": "get_confirm",
            "appid": self._caller.token.credentials.app_id,
            "scene": str(consent.scene),
            "template_id": consent.template_id,
            "redirect_url": consent.redirect,
            "reserved": consent.reserved,
        }
        return f"{base.rstrip('/')}/mp/subscribemsg?{urlencode(query)}#wechat_redirect"

    async def list_templates(self) -> Sequence[Template]:
        """Return the account's templates for template messages."""
        self._caller.require("template_message")
        call = Call(path="/cgi-bin/template/get_all_private_template", repeatable=True)
        listed = read_objects(await self._caller.call(call), "template_list")
        return [_template(one, id_field="template_id") for one in listed]

    async def list_subscription_templates(self) -> Sequence[Template]:
        """Return the account's templates for subscription notices."""
        self._caller.require("subscription_notice")
        listed = read_objects(
            await self._caller.call(Call(path="/wxaapi/newtmpl/gettemplate", repeatable=True)), "data"
        )
        return [_template(one, id_field="priTmplId") for one in listed]

    async def _send(self, path: str, body: Mapping[str, object]) -> Answer:
        return await self._caller.call(Call(path=path, body=body, repeatable=False))


def check_value(name: str, value: str) -> None:
    """Check one value against the limit of its kind; kinds without a known limit must only not be empty.

    Raises:
        BreaksLimit.
    """
    kind = re.sub(r"\d+$", "", name)
    if kind == "name":
        check_characters(name, value, most=_NAME_IN_LETTERS if value.isascii() else _NAME_IN_HAN)
    elif kind in VALUE_LENGTHS:
        check_characters(name, value, most=VALUE_LENGTHS[kind])
    elif not value:
        raise BreaksLimit(f"{name} has no value")


def _data(values: Values) -> Mapping[str, object]:
    for name, value in values.items():
        check_value(name, value)
    return {name: {"value": value} for name, value in values.items()}


def _target(*, url: str, mini_program: MiniProgram | None) -> Mapping[str, object]:
    target: dict[str, object] = {"url": url} if url else {}
    if mini_program is not None:
        target["miniprogram"] = {"appid": mini_program.app_id, "pagepath": mini_program.page}
    return target


def _template(one: Mapping[str, object], *, id_field: str) -> Template:
    content = optional_text(one, "content")
    return Template(id=optional_text(one, id_field), title=optional_text(one, "title"), content=content)
