"""WeChat's API as the service calls it: each method asks the account's capabilities first, then sends.

Errors are those of `bot/wechat/errors.py`. A rejected token is replaced once; a call that may be repeated is, with
pauses; a send whose answer is lost is never repeated here.
"""

from dataclasses import dataclass

from bot.wechat import menus
from bot.wechat.accounts import Capabilities
from bot.wechat.articles import ArticleCalls
from bot.wechat.caller import Caller
from bot.wechat.codes import CodeCalls
from bot.wechat.customer import CustomerCalls, Image, Text
from bot.wechat.errors import NoMenu, Unreachable
from bot.wechat.login import LoginCalls
from bot.wechat.mass import MassCalls
from bot.wechat.media import MEDIA_LIMIT, Downloaded, Downloads, Write
from bot.wechat.menus import Menu
from bot.wechat.notices import NoticeCalls
from bot.wechat.page_script import PageScriptCalls
from bot.wechat.tags import TagCalls
from bot.wechat.token import AccessToken
from bot.wechat.transport import Call, Transport
from bot.wechat.uploads import MediaKind, UploadCalls
from bot.wechat.users import UserCalls


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many calls of one interface a day allows."""

    daily_limit: int
    used: int
    remaining: int


class WeChatApi:
    """The calls: one object for each family of them, and here those that belong to none. One object a process."""

    def __init__(self, transport: Transport, token: AccessToken, capabilities: Capabilities) -> None:
        self._caller = caller = Caller(transport, token, capabilities)
        self._downloads = Downloads(transport)
        self.articles = ArticleCalls(caller)
        self.codes = CodeCalls(caller)
        self.customer = CustomerCalls(caller)
        self.login = LoginCalls(caller)
        self.mass = MassCalls(caller)
        self.media = UploadCalls(caller)
        self.notices = NoticeCalls(caller)
        self.page_script = PageScriptCalls(caller)
        self.tags = TagCalls(caller)
        self.users = UserCalls(caller)

    async def create_menu(self, menu: Menu) -> None:
        """Put the custom menu in place of the present one.

        Raises:
            ValueError: the menu breaks WeChat's limits.
        """
        self._caller.require("custom_menu")
        await self._caller.call(Call(path="/cgi-bin/menu/create", body=menus.to_json(menu), repeatable=True))

    async def get_menu(self) -> Menu | None:
        """Return the custom menu, None if there is none."""
        self._caller.require("custom_menu")
        try:
            return menus.from_json(await self._caller.call(Call(path="/cgi-bin/menu/get", repeatable=True)))
        except NoMenu:
            return None

    async def delete_menu(self) -> None:
        """Take the custom menu away."""
        self._caller.require("custom_menu")
        await self._caller.call(Call(path="/cgi-bin/menu/delete", repeatable=True))

    async def send_customer_text(self, openid: str, text: str) -> None:
        """Send a text to a citizen whose window is open; raises as `customer.send`."""
        await self.customer.send(openid, Text(text))

    async def send_customer_image(self, openid: str, media_id: str) -> None:
        """Send an uploaded image to a citizen whose window is open; raises as `customer.send`."""
        await self.customer.send(openid, Image(media_id))

    async def upload_image(self, content: bytes, *, content_type: str) -> str:
        """Give WeChat an image for three days and return its media id; raises as `media.upload`."""
        return await self.media.upload(MediaKind.IMAGE, content, content_type=content_type)

    async def download_media(self, media_id: str, write: Write, *, limit: int = MEDIA_LIMIT) -> Downloaded:
        """Stream what a citizen sent into `write`, at most `limit` bytes; throw all away if this raises."""
        self._caller.require("media")
        return await self._caller.with_token(
            lambda token: self._downloads.by_id(media_id, write, token=token, limit=limit)
        )

    async def download_picture(self, url: str, write: Write, *, limit: int = MEDIA_LIMIT) -> Downloaded:
        """Stream a pushed PicUrl into `write`; needs no capability and no token."""
        return await self._downloads.by_address(url, write, limit=limit)

    async def check_reachable(self) -> tuple[str, ...]:
        """Return the addresses that WeChat's pushes come from: proof that network, token and whitelist are right."""
        answer = await self._caller.call(Call(path="/cgi-bin/getcallbackip", repeatable=True))
        return tuple(str(address) for address in answer.get("ip_list", []))

    async def get_quota(self, path: str) -> Quota:
        """Return the day's quota of one interface, such as "/cgi-bin/message/custom/send"."""
        body = {"cgi_path": path}
        answer = await self._caller.call(Call(path="/cgi-bin/openapi/quota/get", body=body, repeatable=True))
        try:
            quota = answer["quota"]
            return Quota(daily_limit=int(quota["daily_limit"]), used=int(quota["used"]), remaining=int(quota["remain"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreachable("/cgi-bin/openapi/quota/get: an answer without a quota") from error
