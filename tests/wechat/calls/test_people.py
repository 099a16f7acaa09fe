"""Tags, followers and QR codes: what is sent, what is read, and lists in pieces."""

import pytest

from bot.wechat.answers import OpenidPage
from bot.wechat.api import WeChatApi
from bot.wechat.codes import picture_address
from bot.wechat.errors import BreaksLimit, ContentRefused, Unreachable
from bot.wechat.tags import Tag
from bot.wechat.users import Follower
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import Platform

OK = '{"errcode":0,"errmsg":"ok"}'


async def test_a_tag_is_made_given_listed_taken_and_deleted(platform: Platform, api: WeChatApi) -> None:
    one, two = platform.follower("王阿姨"), platform.follower("李师傅")
    tag = await api.tags.create("读书")
    await api.tags.give(tag.id, [one.openid, two.openid])
    assert tag.id in await api.tags.list_of(one.openid)
    page = await api.tags.list_people(tag.id)
    assert set(page.openids) == {one.openid, two.openid}
    await api.tags.rename(tag.id, "读书日")
    await api.tags.take(tag.id, [two.openid])
    assert Tag(id=tag.id, name="读书日", people=1) in await api.tags.list()
    assert tag.id in (await api.users.find(one.openid)).tag_ids
    await api.tags.delete(tag.id)
    assert tag.id not in [left.id for left in await api.tags.list()]


async def test_a_taken_name_is_refused_with_what_is_wrong(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/tags/create", '{"errcode":45157,"errmsg":"invalid tag name"}')
    with pytest.raises(ContentRefused, match="taken"):
        await odd_api.tags.create("读书")
    assert odd.last_json() == {"tag": {"name": "读书"}}


async def test_tagging_as_wechat_wants_it(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/tags/members/batchtagging", OK)
    await odd_api.tags.give(134, ["o1", "o2"])
    assert odd.last_json() == {"openid_list": ["o1", "o2"], "tagid": 134}


async def test_followers_come_in_pieces_until_nothing_follows(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/user/get", '{"total":2,"count":2,"data":{"openid":["a","b"]},"next_openid":"b"}')
    first = await odd_api.users.list()
    assert first == OpenidPage(total=2, openids=("a", "b"), following="b")
    assert odd.queries[-1] == {}
    odd.answer("/cgi-bin/user/get", '{"total":2,"count":0,"next_openid":"b"}')
    assert (await odd_api.users.list(after=first.following)).following == ""
    assert odd.queries[-1] == {"next_openid": "b"}


async def test_a_follower_and_one_who_left(platform: Platform, api: WeChatApi) -> None:
    here, left = platform.follower("王阿姨"), platform.follower("李师傅")
    left.followed = False
    await api.users.set_remark(here.openid, "常来的王阿姨")
    found = await api.users.find(here.openid)
    assert (found.follows, found.remark) == (True, "常来的王阿姨")
    assert await api.users.find(left.openid) == Follower(openid=left.openid, follows=False)


async def test_many_followers_at_once(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(
        "/cgi-bin/user/info/batchget",
        '{"user_info_list":[{"subscribe":1,"openid":"a","subscribe_time":7,"tagid_list":[2,100],"qr_scene":5,'
        '"subscribe_scene":"ADD_SCENE_QR_CODE","qr_scene_str":""},{"subscribe":0,"openid":"b"}]}',
    )
    assert await odd_api.users.find_many(["a", "b"]) == [
        Follower(openid="a", follows=True, followed_at=7, tag_ids=(2, 100), way="ADD_SCENE_QR_CODE", scene="5"),
        Follower(openid="b", follows=False),
    ]
    assert odd.last_json() == {
        "user_list": [{"openid": "a", "lang": "zh_CN"}, {"openid": "b", "lang": "zh_CN"}],
    }


async def test_the_blacklist(odd: OddServer, odd_api: WeChatApi) -> None:
    for name in ("batchblacklist", "batchunblacklist"):
        odd.answer(f"/cgi-bin/tags/members/{name}", OK)
    await odd_api.users.blacklist(["a"])
    await odd_api.users.pardon(["a"])
    assert odd.last_json() == {"openid_list": ["a"]}
    odd.answer("/cgi-bin/tags/members/getblacklist", '{"total":1,"count":1,"data":{"openid":["a"]},"next_openid":""}')
    assert await odd_api.users.list_blacklisted(after="x") == OpenidPage(total=1, openids=("a",), following="")
    assert odd.last_json() == {"begin_openid": "x"}


async def test_codes_with_a_scene(platform: Platform, api: WeChatApi) -> None:
    made = await api.codes.create_temporary("checkin:7", seconds=3600)
    ticket = platform.sandbox.world.tickets.find(made.ticket)
    assert ticket is not None
    assert (ticket.scene, made.seconds) == ("checkin:7", 3600)
    assert (await api.codes.create_permanent(7)).seconds == 0
    assert platform.sandbox.world.tickets.permanent == 1


async def test_each_scene_has_its_action(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/qrcode/create", '{"ticket":"T/+=","url":"http://weixin.qq.com/q/x"}')
    await odd_api.codes.create_temporary(7, seconds=60)
    assert odd.last_json() == {
        "expire_seconds": 60,
        "action_name": "QR_SCENE",
        "action_info": {"scene": {"scene_id": 7}},
    }
    await odd_api.codes.create_permanent("入口")
    assert odd.last_json() == {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "入口"}}}
    assert picture_address("T/+=") == "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=T/%2B%3D"


@pytest.mark.parametrize("answer", ["{}", '{"tags":7}', '{"tags":[7]}', '{"tags":[{"name":"a"}]}'])
async def test_an_answer_of_another_shape_is_none(odd: OddServer, odd_api: WeChatApi, answer: str) -> None:
    odd.answer("/cgi-bin/tags/get", answer)
    with pytest.raises(Unreachable):
        await odd_api.tags.list()


async def test_what_breaks_a_limit_is_not_sent(odd: OddServer, odd_api: WeChatApi) -> None:
    people = [f"o{number}" for number in range(101)]
    for attempt in (
        odd_api.tags.create("长" * 11),
        odd_api.tags.create(""),
        odd_api.tags.give(1, people[:51]),
        odd_api.tags.take(1, []),
        odd_api.users.find_many(people),
        odd_api.users.blacklist(people[:21]),
        odd_api.users.set_remark("o", "长" * 30),
        odd_api.codes.create_temporary("a", seconds=2_592_001),
        odd_api.codes.create_temporary("a" * 65, seconds=60),
        odd_api.codes.create_permanent(100_001),
        odd_api.codes.create_permanent(0),
    ):
        with pytest.raises(BreaksLimit):
            await attempt
    assert odd.seen == []
