"""The shapes of an API call: what arrives, what an endpoint is, how it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.citizens import Citizen
from bot.sandbox.wire import Json
from bot.sandbox.world import World

OK: Json = {"errcode": 0, "errmsg": "ok"}


class ApiError(Exception):
    """The call is refused with a code from WeChat's table."""

    def __init__(self, errcode: int, errmsg: str, **more: Any) -> None:
        super().__init__(errmsg)
        self.answer: Json = {"errcode": errcode, "errmsg": errmsg, **more}


@dataclass(frozen=True)
class Upload:
    """The file of a multipart call."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One API call as it arrived; `json` is {} where the endpoint takes none, `form` the texts of a multipart call."""

    path: str
    query: Mapping[str, str]
    remote: str
    json: Json = field(default_factory=dict)
    upload: Upload | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, errcode: int = 40035) -> str:
        """A text of the JSON body that must be there and not be empty."""
        value = self.json.get(name)
        if not isinstance(value, str) or not value:
            raise ApiError(errcode, f"invalid {name}")
        return value


@dataclass(frozen=True)
class File:
    """An answer that isn't JSON."""

    content: bytes
    content_type: str
    name: str


Run = Callable[[World, Call], Json | File]
Method = Literal["GET", "POST"]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One API path: who may call it, what it takes, what it does; `either` lets GET and POST both through."""

    run: Run
    method: Method
    takes: Literal["json", "file", "nothing"] = "nothing"
    needs: str | None = None
    token: bool = True
    either: bool = False


def ok(**more: Any) -> Json:
    """WeChat's plain yes, with what the endpoint adds."""
    return {**OK, **more}


def citizen_of(world: World, openid: object) -> Citizen:
    """The citizen with this openid; raises 40003."""
    citizen = world.crowd.find(openid) if isinstance(openid, str) else None
    if citizen is None:
        raise ApiError(40003, "invalid openid")
    return citizen


def follower_of(world: World, openid: object) -> Citizen:
    """The citizen if they follow the account and aren't on its blacklist; raises 40003, 43004 or 43019."""
    citizen = citizen_of(world, openid)
    if not citizen.followed:
        raise ApiError(43004, "require subscribe")
    if citizen.blacklisted:
        raise ApiError(43019, "require remove blacklist")
    return citizen
