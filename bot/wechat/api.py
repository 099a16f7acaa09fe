"""WeChat's API as the service calls it: each method asks the account's capabilities first, then sends.

Errors are those of `bot/wechat/errors.py`. A rejected token is replaced once; a call that may be repeated is, with
pauses; a send whose answer is lost is never repeated here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.wechat import menus
from bot.wechat.accounts import Capabilities
from bot.wechat.errors import NoMenu, NotPermitted, TokenRejected, Unreachable
from bot.wechat.media import MEDIA_LIMIT, Downloaded, Downloads, Write, file_name
from bot.wechat.menus import Menu
from bot.wechat.token import AccessToken
from bot.wechat.transport import Answer, Call, Transport, Upload

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many calls of one interface a day allows."""

    daily_limit: int
    used: int
    remaining: int


class WeChatApi:
    """The calls. One object a process."""

    def __init__(self, transport: Transport, token: AccessToken, capabilities: Capabilities) -> None:
        self._transport = transport
        self._token = token
        self._may = capabilities
        self._downloads = Downloads(transport)

    async def create_menu(self, menu: Menu) -> None:
        """Put the custom menu in place of the present one.

        Raises:
            ValueError: the menu breaks WeChat's limits.
        """
        self._require(self._may.custom_menu, "custom_menu")
        await self._call(Call(path="/cgi-bin/menu/create", body=menus.to_json(menu), repeatable=True))

    async def get_menu(self) -> Menu | None:
        """Return the custom menu, None if there is none."""
        self._require(self._may.custom_menu, "custom_menu")
        try:
            return menus.from_json(await self._call(Call(path="/cgi-bin/menu/get", repeatable=True)))
        except NoMenu:
            return None

    async def delete_menu(self) -> None:
        """Take the custom menu away."""
        self._require(self._may.custom_menu, "custom_menu")
        await self._call(Call(path="/cgi-bin/menu/delete", repeatable=True))

    async def send_customer_text(self, openid: str, text: str) -> None:
        """Send a text to a citizen whose window is open.

        Raises:
            UncertainDelivery: the answer was lost; WeChat has no key to recognise a repeat by.
        """
        self._require(self._may.customer_message, "customer_message")
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        await self._call(Call(path="/cgi-bin/message/custom/send", body=body, repeatable=False))

    async def send_customer_image(self, openid: str, media_id: str) -> None:
        """Send an uploaded image to a citizen whose window is open; raises as `send_customer_text`."""
        self._require(self._may.customer_message, "customer_message")
        body = {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}
        await self._call(Call(path="/cgi-bin/message/custom/send", body=body, repeatable=False))

    async def upload_image(self, content: bytes, *, content_type: str) -> str:
        """Give WeChat an image for three days and return its media id; a second upload does no harm.

        Raises:
            MediaUnusable: of a type that WeChat doesn't take.
        """
        self._require(self._may.media, "media")
        upload = Upload(field="media", name=file_name(content_type), content_type=content_type, content=content)
        call = Call(path="/cgi-bin/media/upload", query={"type": "image"}, upload=upload, repeatable=True)
        media_id = (await self._call(call)).get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise Unreachable("/cgi-bin/media/upload: an answer without a media id")
        return media_id

    async def download_media(self, media_id: str, write: Write, *, limit: int = MEDIA_LIMIT) -> Downloaded:
        """Stream what a citizen sent into `write`, at most `limit` bytes; throw all away if this raises."""
        self._require(self._may.media, "media")
        return await self._with_token(lambda token: self._downloads.by_id(media_id, write, token=token, limit=limit))

    async def download_picture(self, url: str, write: Write, *, limit: int = MEDIA_LIMIT) -> Downloaded:
        """Stream a pushed PicUrl into `write`; needs no capability and no token."""
        return await self._downloads.by_address(url, write, limit=limit)

    async def check_reachable(self) -> tuple[str, ...]:
        """Return the addresses that WeChat's pushes come from: proof that network, token and whitelist are right."""
        answer = await self._call(Call(path="/cgi-bin/getcallbackip", repeatable=True))
        return tuple(str(address) for address in answer.get("ip_list", []))

    async def get_quota(self, path: str) -> Quota:
        """Return the day's quota of one interface, such as "/cgi-bin/message/custom/send"."""
        body = {"cgi_path": path}
        answer = await self._call(Call(path="/cgi-bin/openapi/quota/get", body=body, repeatable=True))
        try:
            quota = answer["quota"]
            return Quota(daily_limit=int(quota["daily_limit"]), used=int(quota["used"]), remaining=int(quota["remain"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreachable("/cgi-bin/openapi/quota/get: an answer without a quota") from error

    async def _call(self, call: Call) -> Answer:
        return await self._with_token(lambda token: self._transport.send(call, token=token))

    async def _with_token(self, attempt: Callable[[str], Awaitable[T]]) -> T:
        """Attempt with the shared token, and once more with another if WeChat rejects it, which it does unacted."""
        token = await self._token.get()
        try:
            return await attempt(token)
        except TokenRejected:
            return await attempt(await self._token.replace(token))

    def _require(self, permitted: bool, capability: str) -> None:
        if not permitted:
            raise NotPermitted(f"this kind of account can't do this: {capability}")
