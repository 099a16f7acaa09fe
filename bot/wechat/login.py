"""Page login (OAuth): WeChat tells our page which citizen has opened it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from bot.wechat.answers import optional_number, optional_text, read_text
from bot.wechat.caller import Caller
from bot.wechat.errors import CODES, Misconfigured, TokenRejected, UncertainDelivery, Unreachable
from bot.wechat.limits import check_bytes, check_given
from bot.wechat.transport import Answer, Call

_OPEN = "https://open.weixin.qq.com"
_LONGEST_STATE = 128  # bytes
_WRONG_SECRET = 40125


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLogin:
    """Who opened the page. `virtual`: WeChat's stand-in for a person who hasn't agreed; nothing may rest on it."""

    openid: str
    virtual: bool
    union_id: str = ""


class LoginCalls:
    """The address to send a browser to, and the code that it comes back with."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def authorize_address(self, redirect: str, *, state: str, base: str = _OPEN) -> str:
        """Return where to send the browser, which comes back to `redirect` with `code` and `state`, unasked.

        WeChat wants the parameters in this order.

        Raises:
            BreaksLimit: the state has more than 128 bytes.
        """
        self._caller.require("oauth")
        check_given("the address to return to", redirect)
        check_bytes("the state", state, most=_LONGEST_STATE)
        query = {
            "appid": self._caller.token.credentials.app_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{base.rstrip('/')}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"

    async def exchange(self, code: str) -> PageLogin:
        """Return who a code stands for; it works once, for five minutes.

        Raises:
            LoginUnusable: wrong, used or too old.
            Unreachable: the answer was lost, and the code with it: send the browser round again.
        """
        self._caller.require("oauth")
        answer = await self._ask(code)
        return PageLogin(
            openid=read_text(answer, "openid"),
            virtual=optional_number(answer, "is_snapshotuser") == 1,
            union_id=optional_text(answer, "unionid"),
        )

    async def _ask(self, code: str) -> Answer:
        credentials = self._caller.token.credentials
        query = {"appid": credentials.app_id, "secret": credentials.app_secret, "code": code}
        query["grant_type"] = "authorization_code"
        try:
            return await self._caller.transport.send(
                Call(path="/sns/oauth2/access_token", query=query, repeatable=False)
            )
        except TokenRejected as error:  # here 40001 means the secret
            raise Misconfigured(error.errcode, error.errmsg, advice=CODES[_WRONG_SECRET][1]) from error
        except UncertainDelivery as lost:
            raise Unreachable(str(lost)) from lost
