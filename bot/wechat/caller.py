"""How every call is made: the account's capability asked first, the shared token added, a rejected one replaced."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.wechat.accounts import Capabilities
from bot.wechat.errors import NotPermitted, TokenRejected
from bot.wechat.token import AccessToken
from bot.wechat.transport import Answer, Call, Transport

T = TypeVar("T")


class Caller:
    """What the families of calls share. One object a process."""

    def __init__(self, transport: Transport, token: AccessToken, capabilities: Capabilities) -> None:
        self.transport = transport
        self.token = token
        self.may = capabilities

    def require(self, capability: str) -> None:
        """Ask whether this kind of account may, before anything is sent; `capability` names a field of the table.

        Raises:
            NotPermitted.
        """
        if not getattr(self.may, capability):
            raise NotPermitted(f"this kind of account can't do this: {capability}")

    async def call(self, call: Call) -> Answer:
        """Send with the token and return WeChat's JSON object; raises as `Transport.send`."""
        return await self.with_token(lambda token: self.transport.send(call, token=token))

    async def with_token(self, attempt: Callable[[str], Awaitable[T]]) -> T:
        """Attempt with the shared token, and once more with another if WeChat rejects it, which it does unacted."""
        token = await self.token.get()
        try:
            return await attempt(token)
        except TokenRejected:
            return await attempt(await self.token.replace(token))
