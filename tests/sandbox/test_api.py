"""The API's frame: tokens, permissions, quotas, JSON rules, menu, media, users."""

import io
import json
from typing import Any

import pytest
from aiohttp import FormData

from tests.sandbox.conftest import Staging
from tests.sandbox.service import APPID, SECRET, Json, Stage

ASK = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
IPS = "/cgi-bin/getcallbackip"


async def with_token(stage: Stage, token: str, path: str = IPS) -> int:
    async with stage.client.get(f"{stage.base_url}{path}", params={"access_token": token}) as response:
        return int(json.loads(await response.text()).get("errcode", 0))


async def ordinary(stage: Stage, **changes: str) -> Json:
    async with stage.client.get(f"{stage.base_url}/cgi-bin/token", params=ASK | changes) as response:
        return dict(json.loads(await response.text()))


async def stable(stage: Stage, **changes: Any) -> Json:
    return await stage.post("/cgi-bin/stable_token", **(ASK | changes))


async def test_a_new_ordinary_token_leaves_the_old_one_five_minutes(stage: Stage) -> None:
    first, second = await ordinary(stage), await ordinary(stage)
    assert first["expires_in"] == 7200
    assert first["access_token"] != second["access_token"]
    assert await with_token(stage, first["access_token"]) == 0
    await stage.post("/control/clock", advance=301)
    assert await with_token(stage, first["access_token"]) == 42001
    assert await with_token(stage, second["access_token"]) == 0
    await stage.post("/control/clock", advance=7200)
    assert await with_token(stage, second["access_token"]) == 42001


async def test_the_stable_token_stays_until_five_minutes_before_its_end(stage: Stage) -> None:
    first = await stable(stage)
    await stage.post("/control/clock", advance=6800)
    same = await stable(stage)
    assert same["access_token"] == first["access_token"]
    assert same["expires_in"] <= 400
    await stage.post("/control/clock", advance=150)
    renewed = await stable(stage)
    assert renewed["access_token"] != first["access_token"]
    assert await with_token(stage, first["access_token"]) == 0
    assert await with_token(stage, renewed["access_token"]) == 0


async def test_a_forced_refresh_kills_the_old_token_at_once(stage: Stage) -> None:
    first = await stable(stage)
    second = await stable(stage, force_refresh=True)
    assert await with_token(stage, first["access_token"]) == 40001
    assert await with_token(stage, second["access_token"]) == 0
    assert (await stable(stage))["access_token"] == second["access_token"]


async def test_forced_refreshes_are_30_seconds_apart_and_20_a_day(stage: Stage) -> None:
    await stage.post("/control/clock", offset=_offset_to_noon(stage))
    await stable(stage, force_refresh=True)
    assert (await stable(stage, force_refresh=True))["errcode"] == 45011
    for _ in range(19):
        await stage.post("/control/clock", advance=30)
        assert "access_token" in await stable(stage, force_refresh=True)
    await stage.post("/control/clock", advance=30)
    assert (await stable(stage, force_refresh=True))["errcode"] == 45009
    await stage.post("/control/clock", advance=24 * 3600)
    assert "access_token" in await stable(stage, force_refresh=True)


def _offset_to_noon(stage: Stage) -> float:
    """Seconds to the next noon in China, so that a test of a few minutes stays in one day."""
    since_midnight = (stage.sandbox.world.now() + 8 * 3600) % 86_400
    return 86_400 - since_midnight + 12 * 3600


async def test_the_two_token_spaces_know_nothing_of_each_other(stage: Stage) -> None:
    kept = await ordinary(stage)
    await stable(stage)
    await stable(stage, force_refresh=True)
    assert await with_token(stage, kept["access_token"]) == 0
    mine = await stable(stage)
    await ordinary(stage)
    await stage.post("/control/clock", advance=301)
    assert await with_token(stage, mine["access_token"]) == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wxother"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "x"}, 40002),
    ],
)
async def test_wrong_credentials(stage: Stage, changes: dict[str, str], errcode: int) -> None:
    assert (await ordinary(stage, **changes))["errcode"] == errcode
    assert (await stable(stage, **changes))["errcode"] == errcode


async def test_addresses_outside_the_whitelist_get_no_token(stage: Stage) -> None:
    await stage.post("/control/config", ip_whitelist=["10.0.0.1"])
    assert (await ordinary(stage))["errcode"] == 40164
    await stage.post("/control/config", ip_whitelist=None)
    assert "access_token" in await ordinary(stage)


async def test_tokens_can_be_revoked_by_control(stage: Stage) -> None:
    token = await stage.token()
    await stage.post("/control/tokens")
    assert await with_token(stage, token) == 40001


@pytest.mark.parametrize(("token", "errcode"), [("", 41001), ("nonsense", 40001)])
async def test_calls_without_a_valid_token(stage: Stage, token: str, errcode: int) -> None:
    assert await with_token(stage, token) == errcode


async def test_methods_paths_and_bodies_are_checked(stage: Stage) -> None:
    send = "/cgi-bin/message/custom/send"
    assert (await stage.api("/cgi-bin/no/such/call", {}))["errcode"] == 40066
    assert (await stage.api(IPS, {}))["errcode"] == 43001
    assert (await stage.fetch(send))["errcode"] == 43002
    assert (await stage.api(send, "{"))["errcode"] == 47001
    assert (await stage.api(send, "[]"))["errcode"] == 47001
    assert (await stage.api("/cgi-bin/menu/trymatch", {}))["errcode"] == 45109
    assert (await stage.fetch("/customservice/kfsession/getwaitcase"))["errcode"] == 45109
    assert (await stage.fetch("/wxaapi/newtmpl/getpubtemplatetitles"))["errcode"] == 45109
    answer = await stage.api(send, r'{"touser":"\u4f60"}')
    assert answer["errcode"] == 40033
    assert " rid: " in answer["errmsg"]
    assert (await stage.api(send, r'{"touser":"C:\\u4f60"}'))["errcode"] == 40003


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("verified_service", {"menu", "custom", "template", "qr", "user"}),
        ("verified_subscription", {"menu", "custom", "user"}),
        ("unverified_service", {"menu"}),
        ("unverified_subscription", set()),
    ],
)
async def test_what_a_kind_lacks_is_refused_with_48001(staged: Staging, kind: str, allowed: set[str]) -> None:
    stage = await staged(account=kind)
    calls = {
        "menu": await stage.fetch("/cgi-bin/menu/get"),
        "custom": await stage.api("/cgi-bin/message/custom/send", {}),
        "template": await stage.api("/cgi-bin/message/template/send", {}),
        "qr": await stage.api("/cgi-bin/qrcode/create", {}),
        "user": await stage.fetch("/cgi-bin/user/info", openid="x"),
    }
    assert {name for name, answer in calls.items() if answer["errcode"] != 48001} == allowed
    capabilities = (await stage.get("/control/state"))["capabilities"]
    assert capabilities["menu"] is ("menu" in allowed)
    assert capabilities["template"] is ("template" in allowed)


async def test_quotas_by_day_and_by_minute(stage: Stage) -> None:
    await stage.post("/control/clock", offset=_offset_to_noon(stage))
    await stage.post("/control/quotas", path=IPS, daily=2)
    await stage.fetch(IPS)
    asked = await stage.api("/cgi-bin/openapi/quota/get", {"cgi_path": IPS})
    assert asked["quota"] == {"daily_limit": 2, "used": 1, "remain": 1}
    await stage.fetch(IPS)
    assert (await stage.fetch(IPS))["errcode"] == 45009
    await stage.post("/control/clock", advance=24 * 3600)
    assert "ip_list" in await stage.fetch(IPS)
    await stage.post("/control/quotas", path=IPS, minute=1)
    await stage.post("/control/clock", advance=60)
    assert "ip_list" in await stage.fetch(IPS)
    assert (await stage.fetch(IPS))["errcode"] == 45011
    await stage.post("/control/clock", advance=60)
    assert "ip_list" in await stage.fetch(IPS)


async def test_quotas_can_be_cleared_ten_times_a_month(stage: Stage) -> None:
    await stage.post("/control/quotas", path=IPS, daily=1)
    await stage.fetch(IPS)
    assert (await stage.fetch(IPS))["errcode"] == 45009
    assert (await stage.api("/cgi-bin/clear_quota", {"appid": "wxother"}))["errcode"] == 40013
    assert (await stage.api("/cgi-bin/clear_quota", {"appid": APPID}))["errcode"] == 0
    assert "ip_list" in await stage.fetch(IPS)
    query = f"?appid={APPID}&appsecret={SECRET}"
    for _ in range(9):
        assert (await stage.post(f"/cgi-bin/clear_quota/v2{query}"))["errcode"] == 0
    assert (await stage.post(f"/cgi-bin/clear_quota/v2{query}"))["errcode"] == 48006


async def test_network_and_quota_calls(stage: Stage) -> None:
    assert (await stage.fetch(IPS))["ip_list"] == ["127.0.0.1"]
    check = await stage.api("/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"})
    assert check["ping"][0]["package_loss"] == "0%"
    limits = await stage.api("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/stable_token"})
    assert limits["rate_limit"] == {"call_count": 10_000, "refresh_second": 60}
    assert (await stage.api("/cgi-bin/openapi/quota/get", {"cgi_path": "nonsense"}))["errcode"] == 76021
    ticket = await stage.fetch("/cgi-bin/ticket/getticket", type="jsapi")
    assert ticket == await stage.fetch("/cgi-bin/ticket/getticket", type="jsapi")


BUTTON = {"type": "click", "name": "我要问", "key": "ask"}


async def test_menu_is_kept_and_deleted(stage: Stage) -> None:
    assert (await stage.fetch("/cgi-bin/menu/get"))["errcode"] == 46003
    menu = {"button": [BUTTON, {"name": "更多", "sub_button": [BUTTON]}]}
    assert (await stage.api("/cgi-bin/menu/create", menu)) == {"errcode": 0, "errmsg": "ok"}
    kept = await stage.fetch("/cgi-bin/menu/get")
    leaf = {**BUTTON, "sub_button": []}
    assert kept == {"menu": {"button": [leaf, {"name": "更多", "sub_button": [leaf]}]}}
    assert (await stage.get("/control/state"))["menu"] == kept["menu"]
    shown = await stage.fetch("/cgi-bin/get_current_selfmenu_info")
    assert shown["selfmenu_info"]["button"][1]["sub_button"] == {"list": [leaf]}
    assert (await stage.fetch("/cgi-bin/menu/delete"))["errcode"] == 0
    assert (await stage.fetch("/cgi-bin/menu/get"))["errcode"] == 46003
    assert (await stage.fetch("/cgi-bin/get_current_selfmenu_info"))["is_menu_open"] == 0


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        (None, 40016),
        ([], 40016),
        ([BUTTON] * 4, 40016),
        ([{**BUTTON, "name": "六个汉字太长了"}], 40018),
        ([{**BUTTON, "name": ""}], 40018),
        ([{**BUTTON, "key": "k" * 129}], 40019),
        ([{"type": "click", "name": "问"}], 40019),
        ([{"type": "jump", "name": "问"}], 40017),
        ([{"type": "view", "name": "看", "url": "ftp://example.com"}], 40055),
        ([{"type": "view", "name": "看"}], 40020),
        ([{"name": "多", "sub_button": [BUTTON] * 6}], 40023),
        ([{"name": "多", "sub_button": [{**BUTTON, "name": "长" * 21}]}], 40025),
        ([{"name": "多", "sub_button": [{"name": "深", "sub_button": [BUTTON]}]}], 40022),
        ([{"name": "多", "sub_button": [{"type": "view", "name": "看", "url": "x"}]}], 40054),
        (["button"], 40017),
    ],
)
async def test_menus_against_the_rules(stage: Stage, buttons: object, errcode: int) -> None:
    assert (await stage.api("/cgi-bin/menu/create", {"button": buttons}))["errcode"] == errcode
    assert (await stage.fetch("/cgi-bin/menu/get"))["errcode"] == 46003


async def upload(stage: Stage, kind: str, name: str, content: bytes) -> Json:
    form = FormData()
    form.add_field("media", io.BytesIO(content), filename=name)
    query = {"access_token": await stage.token(), "type": kind}
    url = f"{stage.base_url}/cgi-bin/media/upload"
    async with stage.client.post(url, params=query, data=form) as response:
        return dict(json.loads(await response.text()))


async def test_uploaded_media_come_back_for_three_days(stage: Stage) -> None:
    kept = await upload(stage, "image", "图.png", b"\x89PNG123")
    assert set(kept) == {"type", "media_id", "created_at"}
    url = f"{stage.base_url}/cgi-bin/media/get"
    query = {"access_token": await stage.token(), "media_id": kept["media_id"]}
    async with stage.client.get(url, params=query) as response:
        assert (response.content_type, await response.read()) == ("image/png", b"\x89PNG123")
    await stage.post("/control/clock", advance=3 * 86_400)
    assert (await stage.fetch("/cgi-bin/media/get", media_id=kept["media_id"]))["errcode"] == 40007
    assert "thumb_media_id" in await upload(stage, "thumb", "a.jpg", b"x")
    video = await upload(stage, "video", "a.mp4", b"x")
    address = (await stage.fetch("/cgi-bin/media/get", media_id=video["media_id"]))["video_url"]
    async with stage.client.get(address) as response:
        assert await response.read() == b"x"


@pytest.mark.parametrize(
    ("kind", "name", "size", "errcode"),
    [
        ("poem", "a.png", 1, 40004),
        ("image", "a.exe", 1, 40005),
        ("image", "a.png", 0, 41005),
        ("thumb", "a.jpg", 64 * 1024 + 1, 40012),
        ("voice", "a.amr", 2 * 1024 * 1024 + 1, 40010),
    ],
)
async def test_media_against_the_rules(stage: Stage, kind: str, name: str, size: int, errcode: int) -> None:
    assert (await upload(stage, kind, name, b"x" * size))["errcode"] == errcode


async def test_user_info(stage: Stage) -> None:
    openid = await stage.citizen(follows=False)
    stranger = await stage.fetch("/cgi-bin/user/info", openid=openid)
    assert stranger == {"subscribe": 0, "openid": openid, "tagid_list": []}
    await stage.does(openid, "scans", scene="stand")
    follower = await stage.fetch("/cgi-bin/user/info", openid=openid)
    assert (follower["subscribe"], follower["nickname"], follower["qr_scene_str"]) == (1, "", "stand")
    assert (await stage.fetch("/cgi-bin/user/info", openid="nobody"))["errcode"] == 40003
    remark = {"openid": openid, "remark": "热心"}
    assert (await stage.api("/cgi-bin/user/info/updateremark", remark))["errcode"] == 0
    assert (await stage.fetch("/cgi-bin/user/info", openid=openid))["remark"] == "热心"


@pytest.mark.parametrize(
    ("scene", "errcode"),
    [
        ({"action_name": "QR_POEM"}, 40053),
        ({"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}}, 40053),
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 0}}}, 40053),
        ({"action_name": "QR_SCENE", "expire_seconds": 2_592_001, "action_info": {"scene": {"scene_id": 1}}}, 40052),
    ],
)
async def test_codes_against_the_rules(stage: Stage, scene: Json, errcode: int) -> None:
    assert (await stage.api("/cgi-bin/qrcode/create", scene))["errcode"] == errcode


async def test_calls_are_recorded_for_assertions(stage: Stage) -> None:
    await stage.api("/cgi-bin/menu/create", {"button": [BUTTON]})
    await stage.api("/cgi-bin/menu/create", {"button": []})
    await stage.api("/cgi-bin/menu/create", "{")
    calls = (await stage.get("/control/calls?path=/cgi-bin/menu/create"))["calls"]
    assert [call["errcode"] for call in calls] == [0, 40016, 47001]
    assert calls[0]["json"] == {"button": [BUTTON]}
    assert calls[2]["json"] is None
    assert calls[0]["query"]["access_token"]
    everything = (await stage.get("/control/calls"))["calls"]
    assert {call["path"] for call in everything} == {"/cgi-bin/menu/create", "/cgi-bin/stable_token"}
