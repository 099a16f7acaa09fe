"""QR codes with a scene, which following and scanning tell us."""

from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

from bot.wechat.answers import optional_number, optional_text, read_text, sent_once
from bot.wechat.caller import Caller
from bot.wechat.limits import check_characters, check_number
from bot.wechat.transport import Call

LONGEST_LIFE = 2_592_000  # seconds: 30 days
_LONGEST_SCENE = 64  # characters
_LAST_PERMANENT = 100_000
_LAST_TEMPORARY = 2**32 - 1
_MP = "https://mp.weixin.qq.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCode:
    """A code: its ticket, the address that it encodes, and its life in seconds, 0 for ever."""

    ticket: str
    url: str
    seconds: int


class CodeCalls:
    """Makes codes."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create_temporary(self, scene: str | int, *, seconds: int) -> SceneCode:
        """Make a code that lives so long, at most 30 days; a second one does no harm, so it is repeated.

        Raises:
            BreaksLimit, Refused, Unreachable.
        """
        check_number("the code's life", seconds, least=1, most=LONGEST_LIFE)
        name, value = _scene(scene, last=_LAST_TEMPORARY)
        action = "QR_SCENE" if name == "scene_id" else "QR_STR_SCENE"
        body = {"expire_seconds": seconds, "action_name": action, "action_info": {"scene": {name: value}}}
        return await self._create(body, repeatable=True)

    async def create_permanent(self, scene: str | int) -> SceneCode:
        """Make a code for ever, of which an account has at most 100,000.

        Raises:
            BreaksLimit, Refused.
            UncertainDelivery: the answer was lost; a code may have been made.
        """
        name, value = _scene(scene, last=_LAST_PERMANENT)
        action = "QR_LIMIT_SCENE" if name == "scene_id" else "QR_LIMIT_STR_SCENE"
        body = {"action_name": action, "action_info": {"scene": {name: value}}}
        with sent_once():
            return await self._create(body, repeatable=False)

    async def _create(self, body: Mapping[str, object], *, repeatable: bool) -> SceneCode:
        self._caller.require("scene_qr")
        answer = await self._caller.call(Call(path="/cgi-bin/qrcode/create", body=body, repeatable=repeatable))
        seconds = optional_number(answer, "expire_seconds")
        return SceneCode(ticket=read_text(answer, "ticket"), url=optional_text(answer, "url"), seconds=seconds)


def picture_address(ticket: str, *, base: str = _MP) -> str:
    """Return where WeChat shows a ticket's picture."""
    return str(URL(base).joinpath("cgi-bin/showqrcode").with_query({"ticket": ticket}))


def _scene(scene: str | int, *, last: int) -> tuple[str, str | int]:
    if isinstance(scene, int):
        check_number("the scene", scene, least=1, most=last)
        return "scene_id", scene
    check_characters("the scene", scene, most=_LONGEST_SCENE)
    return "scene_str", scene
