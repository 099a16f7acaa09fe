"""Tags, the blacklist, and lists of followers."""

import pytest

from tests.sandbox.service import Json, Stage

TAGS = "/cgi-bin/tags"


async def tag(stage: Stage, name: str = "读书") -> int:
    return int((await stage.api(f"{TAGS}/create", {"tag": {"name": name}}))["tag"]["id"])


async def put(stage: Stage, number: int, openids: list[str]) -> int:
    body = {"openid_list": openids, "tagid": number}
    return int((await stage.api(f"{TAGS}/members/batchtagging", body))["errcode"])


async def test_tags_are_put_on_and_taken_off(stage: Stage) -> None:
    one, two = await stage.citizen("甲"), await stage.citizen("乙")
    number = await tag(stage)
    assert await put(stage, number, [one, two]) == 0
    kept = (await stage.fetch(f"{TAGS}/get"))["tags"]
    assert kept == [{"id": 2, "name": "星标组", "count": 0}, {"id": number, "name": "读书", "count": 2}]
    assert await stage.api(f"{TAGS}/getidlist", {"openid": one}) == {"tagid_list": [number]}
    wearers = await stage.api("/cgi-bin/user/tag/get", {"tagid": number, "next_openid": ""})
    assert wearers == {"count": 2, "data": {"openid": [one, two]}, "next_openid": two}
    off = {"openid_list": [one], "tagid": number}
    assert (await stage.api(f"{TAGS}/members/batchuntagging", off))["errcode"] == 0
    assert (await stage.fetch("/cgi-bin/user/info", openid=one))["tagid_list"] == []
    assert (await stage.api(f"{TAGS}/delete", {"tag": {"id": number}}))["errcode"] == 0
    assert (await stage.fetch("/cgi-bin/user/info", openid=two))["tagid_list"] == []


async def test_one_who_leaves_loses_the_tags(stage: Stage) -> None:
    openid, number = await stage.citizen(), await tag(stage)
    await put(stage, number, [openid])
    await stage.does(openid, "unfollows")
    await stage.does(openid, "follows")
    assert await stage.api(f"{TAGS}/getidlist", {"openid": openid}) == {"tagid_list": []}


async def test_at_most_fifty_are_tagged_at_once_and_all_or_none(stage: Stage) -> None:
    number = await tag(stage)
    openids = (await stage.post("/control/crowd", count=51))["openids"]
    assert await put(stage, number, openids) == 40032
    assert await put(stage, number, []) == 40032
    assert await put(stage, 777, openids[:1]) == 45159
    stranger = await stage.citizen(follows=False)
    assert await put(stage, number, [openids[0], stranger]) == 40003
    assert (await stage.fetch(f"{TAGS}/get"))["tags"][1]["count"] == 0
    assert await put(stage, number, openids[:50]) == 0


async def test_one_citizen_has_at_most_twenty_tags(stage: Stage) -> None:
    openid = await stage.citizen()
    numbers = [await tag(stage, f"题{number}") for number in range(21)]
    assert [await put(stage, number, [openid]) for number in numbers] == [0] * 20 + [45059]


@pytest.mark.parametrize(
    ("call", "body", "errcode"),
    [
        ("create", {"tag": {"name": ""}}, 45157),
        ("create", {"tag": {"name": "星标组"}}, 45157),
        ("create", {"tag": {"name": "长" * 31}}, 45158),
        ("create", {}, 40035),
        ("update", {"tag": {"id": 2, "name": "新"}}, 45058),
        ("update", {"tag": {"id": 101, "name": "新"}}, 45159),
        ("delete", {"tag": {"id": 2}}, 45058),
    ],
)
async def test_tags_against_the_rules(stage: Stage, call: str, body: Json, errcode: int) -> None:
    assert (await stage.api(f"{TAGS}/{call}", body))["errcode"] == errcode


async def test_the_blacklist_stops_what_is_sent(stage: Stage) -> None:
    openid = await stage.citizen()
    members = f"{TAGS}/members"
    assert (await stage.api(f"{members}/batchblacklist", {"openid_list": [openid]}))["errcode"] == 0
    listed = await stage.api(f"{members}/getblacklist", {"begin_openid": ""})
    assert listed == {"total": 1, "count": 1, "data": {"openid": [openid]}, "next_openid": openid}
    message = {"touser": openid, "msgtype": "text", "text": {"content": "好"}}
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 43019
    assert (await stage.api(f"{members}/batchunblacklist", {"openid_list": [openid]}))["errcode"] == 0
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 0
    assert (await stage.api(f"{members}/batchblacklist", {"openid_list": [openid] * 21}))["errcode"] == 40032


async def test_followers_come_in_pages(stage: Stage) -> None:
    openids = (await stage.post("/control/crowd", count=10_001))["openids"]
    await stage.citizen(follows=False)
    first = await stage.fetch("/cgi-bin/user/get")
    assert (first["total"], first["count"], first["next_openid"]) == (10_001, 10_000, openids[9_999])
    second = await stage.fetch("/cgi-bin/user/get", next_openid=first["next_openid"])
    assert second["data"] == {"openid": openids[10_000:]}
    last = await stage.fetch("/cgi-bin/user/get", next_openid=second["next_openid"])
    assert last == {"total": 10_001, "count": 0, "next_openid": ""}
    assert (await stage.fetch("/cgi-bin/user/get", next_openid="nobody"))["errcode"] == 40003


async def test_a_hundred_are_asked_about_at_once(stage: Stage) -> None:
    openids = (await stage.post("/control/crowd", count=100))["openids"]
    asked = {"user_list": [{"openid": openid} for openid in openids]}
    infos = (await stage.api("/cgi-bin/user/info/batchget", asked))["user_info_list"]
    assert [info["openid"] for info in infos] == openids
    asked["user_list"].append({"openid": openids[0]})
    assert (await stage.api("/cgi-bin/user/info/batchget", asked))["errcode"] == 40032


async def test_one_who_switched_messages_off_gets_none(stage: Stage) -> None:
    openid = await stage.citizen()
    kept = await stage.does(openid, "refuses", messages=True)
    assert (kept["refuses_messages"], kept["refuses_notices"]) == (True, False)
    message = {"touser": openid, "msgtype": "text", "text": {"content": "好"}}
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 48002
