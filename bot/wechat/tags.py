"""Tags, by which WeChat groups an account's followers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wechat.answers import (
    OpenidPage,
    optional_number,
    optional_text,
    read_number,
    read_object,
    read_objects,
    read_openids,
    sent_once,
)
from bot.wechat.caller import Caller
from bot.wechat.limits import check_bytes, check_count
from bot.wechat.transport import Answer, Call

AT_ONCE = 50  # openids a call
_LONGEST_NAME = 30  # bytes: WeChat's page says characters, its error code bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag; `people` is how many bear it, 0 where WeChat didn't say."""

    id: int
    name: str
    people: int = 0


class TagCalls:
    """Makes, gives and takes tags. What may be done twice is repeated."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(self, name: str) -> Tag:
        """Make a tag.

        Raises:
            BreaksLimit, ContentRefused: the name is taken, too long, or there are 100 tags.
            UncertainDelivery: the answer was lost; `list` tells.
        """
        _check_name(name)
        answer = await self._call("/cgi-bin/tags/create", {"tag": {"name": name}}, repeatable=False)
        with sent_once():
            return _tag(read_object(answer, "tag"))

    async def list(self) -> Sequence[Tag]:
        """Return all tags."""
        self._caller.require("tags")
        answer = await self._caller.call(Call(path="/cgi-bin/tags/get", repeatable=True))
        return [_tag(one) for one in read_objects(answer, "tags")]

    async def rename(self, tag_id: int, name: str) -> None:
        """Give a tag another name; raises as `create`."""
        _check_name(name)
        await self._call("/cgi-bin/tags/update", {"tag": {"id": tag_id, "name": name}})

    async def delete(self, tag_id: int) -> None:
        """Take a tag away from everybody and delete it.

        Raises:
            ContentRefused: more than 100,000 people bear it.
            UncertainDelivery: the answer was lost; `list` tells.
        """
        await self._call("/cgi-bin/tags/delete", {"tag": {"id": tag_id}}, repeatable=False)

    async def give(self, tag_id: int, openids: Sequence[str]) -> None:
        """Give a tag to at most 50 followers, all or none; who bears it already keeps it."""
        check_count("openids", openids, most=AT_ONCE)
        await self._call("/cgi-bin/tags/members/batchtagging", {"openid_list": [*openids], "tagid": tag_id})

    async def take(self, tag_id: int, openids: Sequence[str]) -> None:
        """Take a tag from at most 50 followers, all or none."""
        check_count("openids", openids, most=AT_ONCE)
        await self._call("/cgi-bin/tags/members/batchuntagging", {"openid_list": [*openids], "tagid": tag_id})

    async def list_of(self, openid: str) -> tuple[int, ...]:
        """Return the ids of a follower's tags."""
        answer = await self._call("/cgi-bin/tags/getidlist", {"openid": openid})
        listed = answer.get("tagid_list")
        return tuple(int(one) for one in listed) if isinstance(listed, Sequence) else ()

    async def list_people(self, tag_id: int, *, after: str = "") -> OpenidPage:
        """Return the followers with a tag in pieces; `after` is the last piece's `following`."""
        return read_openids(await self._call("/cgi-bin/user/tag/get", {"tagid": tag_id, "next_openid": after}))

    async def _call(self, path: str, body: Mapping[str, object], *, repeatable: bool = True) -> Answer:
        self._caller.require("tags")
        return await self._caller.call(Call(path=path, body=body, repeatable=repeatable))


def _check_name(name: str) -> None:
    check_bytes("the tag's name", name, most=_LONGEST_NAME)


def _tag(one: Mapping[str, object]) -> Tag:
    return Tag(id=read_number(one, "id"), name=optional_text(one, "name"), people=optional_number(one, "count"))
