"""Followers: who they are to WeChat, the list of all, remarks, and the blacklist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wechat.answers import OpenidPage, optional_number, optional_text, read_objects, read_openids
from bot.wechat.caller import Caller
from bot.wechat.errors import Unreachable
from bot.wechat.limits import check_characters, check_count
from bot.wechat.transport import Answer, Call

AT_ONCE = 100  # openids in one question
BLACKLISTED_AT_ONCE = 20
_LONGEST_REMARK = 29  # characters; WeChat says "fewer than 30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """What WeChat tells of a person; of one who doesn't follow, the openid alone. Names have been empty since 2021."""

    openid: str
    follows: bool
    followed_at: int = 0  # Unix seconds
    union_id: str = ""
    remark: str = ""
    tag_ids: tuple[int, ...] = ()
    way: str = ""  # ADD_SCENE_QR_CODE, ADD_SCENE_SEARCH …
    scene: str = ""  # of the QR code, if that was the way


class UserCalls:
    """Asks about followers; all of it may be repeated."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def find(self, openid: str) -> Follower:
        """Return what WeChat tells of one person.

        Raises:
            NotFollowing: the openid is none of this account.
        """
        self._caller.require("user_info")
        query = {"openid": openid, "lang": "zh_CN"}
        return _follower(await self._caller.call(Call(path="/cgi-bin/user/info", query=query, repeatable=True)))

    async def find_many(self, openids: Sequence[str]) -> Sequence[Follower]:
        """Return what WeChat tells of at most 100 people."""
        check_count("openids", openids, most=AT_ONCE)
        body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
        return [
            _follower(one)
            for one in read_objects(await self._call("/cgi-bin/user/info/batchget", body), "user_info_list")
        ]

    async def list(self, *, after: str = "") -> OpenidPage:
        """Return the followers in pieces of at most 10,000; `after` is the last piece's `following`."""
        self._caller.require("user_info")
        query = {"next_openid": after} if after else {}
        return read_openids(await self._caller.call(Call(path="/cgi-bin/user/get", query=query, repeatable=True)))

    async def set_remark(self, openid: str, remark: str) -> None:
        """Set the remark that staff see beside a follower on WeChat's own pages; empty takes it away."""
        check_characters("the remark", remark, least=0, most=_LONGEST_REMARK)
        await self._call("/cgi-bin/user/info/updateremark", {"openid": openid, "remark": remark})

    async def list_blacklisted(self, *, after: str = "") -> OpenidPage:
        """Return the blacklist in pieces; `after` is the last piece's `following`."""
        return read_openids(await self._call("/cgi-bin/tags/members/getblacklist", {"begin_openid": after}))

    async def blacklist(self, openids: Sequence[str]) -> None:
        """Put at most 20 people on the blacklist."""
        check_count("openids", openids, most=BLACKLISTED_AT_ONCE)
        await self._call("/cgi-bin/tags/members/batchblacklist", {"openid_list": [*openids]})

    async def pardon(self, openids: Sequence[str]) -> None:
        """Take at most 20 people off the blacklist."""
        check_count("openids", openids, most=BLACKLISTED_AT_ONCE)
        await self._call("/cgi-bin/tags/members/batchunblacklist", {"openid_list": [*openids]})

    async def _call(self, path: str, body: Mapping[str, object]) -> Answer:
        self._caller.require("user_info")
        return await self._caller.call(Call(path=path, body=body, repeatable=True))


def _follower(one: Mapping[str, object]) -> Follower:
    openid = optional_text(one, "openid")
    if not openid:
        raise Unreachable("an answer without the openid")
    tag_ids = one.get("tagid_list")
    number = optional_number(one, "qr_scene")
    return Follower(
        openid=openid,
        follows=optional_number(one, "subscribe") == 1,
        followed_at=optional_number(one, "subscribe_time"),
        union_id=optional_text(one, "unionid"),
        remark=optional_text(one, "remark"),
        tag_ids=tuple(int(tag) for tag in tag_ids) if isinstance(tag_ids, Sequence) else (),
        way=optional_text(one, "subscribe_scene"),
        scene=optional_text(one, "qr_scene_str") or (str(number) if number else ""),
    )
