"""What a citizen does, and what the account is told of it."""

import base64

import pytest

from tests.sandbox.conftest import Staging
from tests.sandbox.service import Json, Stage, replies

COMMON = ("ToUserName", "FromUserName", "CreateTime")


def content(fields: Json) -> Json:
    """The fields that are not in every message."""
    return {name: value for name, value in fields.items() if name not in COMMON}


async def test_following_and_leaving(stage: Stage) -> None:
    openid = await stage.citizen(follows=False)
    await stage.does(openid, "follows")
    await stage.does(openid, "unfollows")
    followed, left = stage.service.pushes
    assert content(followed.fields) == {"MsgType": "event", "Event": "subscribe", "EventKey": ""}
    assert content(left.fields) == {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""}
    assert (await stage.get("/control/state"))["citizens"][0]["followed"] is False


async def test_following_by_a_code_tells_the_scene_and_the_ticket(stage: Stage) -> None:
    scene = {"expire_seconds": 60, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "stand-7"}}}
    ticket = (await stage.api("/cgi-bin/qrcode/create", scene))["ticket"]
    openid = await stage.citizen(follows=False)
    await stage.does(openid, "scans", scene="stand-7")
    await stage.does(openid, "scans", ticket=ticket)
    followed, scanned = stage.service.pushes
    assert content(followed.fields) == {
        "MsgType": "event",
        "Event": "subscribe",
        "EventKey": "qrscene_stand-7",
        "Ticket": ticket,
    }
    assert content(scanned.fields) == {"MsgType": "event", "Event": "SCAN", "EventKey": "stand-7", "Ticket": ticket}


async def test_an_expired_code_leads_nowhere(stage: Stage) -> None:
    scene = {"expire_seconds": 60, "action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 7}}}
    ticket = (await stage.api("/cgi-bin/qrcode/create", scene))["ticket"]
    openid = await stage.citizen()
    await stage.post("/control/clock", advance=61)
    refusal = await stage.does(openid, "scans", ticket=ticket, expect=409)
    assert "expired" in refusal["error"]
    async with stage.client.get(f"{stage.base_url}/cgi-bin/showqrcode", params={"ticket": ticket}) as picture:
        assert picture.status == 404


async def test_the_picture_of_a_code(stage: Stage) -> None:
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "door"}}}
    ticket = (await stage.api("/cgi-bin/qrcode/create", scene))["ticket"]
    async with stage.client.get(f"{stage.base_url}/cgi-bin/showqrcode", params={"ticket": ticket}) as picture:
        assert picture.content_type == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG")


async def test_a_photo_can_be_fetched_by_its_address_and_by_its_id(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "sends_photo", data=base64.b64encode(b"\xff\xd8jpeg").decode(), name="pit.jpg")
    fields = stage.service.pushes[0].fields
    assert list(content(fields)) == ["MsgType", "PicUrl", "MediaId", "MsgId"]
    assert fields["PicUrl"].startswith(stage.base_url + "/media/")
    async with stage.client.get(fields["PicUrl"]) as picture:
        assert (picture.content_type, await picture.read()) == ("image/jpeg", b"\xff\xd8jpeg")
    url = f"{stage.base_url}/cgi-bin/media/get"
    query = {"access_token": await stage.token(), "media_id": fields["MediaId"]}
    async with stage.client.get(url, params=query) as picture:
        assert (picture.content_type, await picture.read()) == ("image/jpeg", b"\xff\xd8jpeg")
        assert "attachment" in picture.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["pit", 'pit."\r\nX-Evil: 1', "pit.照片"])
async def test_a_photo_with_an_odd_name_can_be_fetched(stage: Stage, name: str) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "sends_photo", data=base64.b64encode(b"jpeg").decode(), name=name)
    query = {"access_token": await stage.token(), "media_id": stage.service.pushes[0].fields["MediaId"]}
    async with stage.client.get(f"{stage.base_url}/cgi-bin/media/get", params=query) as picture:
        assert (picture.content_type, await picture.read()) == ("application/octet-stream", b"jpeg")
        assert "X-Evil" not in picture.headers


async def test_a_photo_without_data_is_the_sample(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "sends_photo")
    (bubble,) = await stage.inbox(openid)
    async with stage.client.get(stage.base_url + bubble["media_url"]) as picture:
        assert picture.content_type == "image/png"


async def test_voice_video_sticker_link_and_place(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "sends_voice", seconds=4)
    await stage.does(openid, "sends_video")
    await stage.does(openid, "sends_sticker")
    await stage.does(openid, "sends_link", title="新闻", description="说明", url="https://example.com/1")
    await stage.does(openid, "shares_location", latitude=30.5, longitude=120.25, label="广场", scale=16)
    voice, video, sticker, link, place = (content(pushed.fields) for pushed in stage.service.pushes)
    assert (voice["MsgType"], voice["Format"], voice["MediaId16K"]) == ("voice", "amr", voice["MediaId"])
    assert list(video) == ["MsgType", "MediaId", "ThumbMediaId", "MsgId"]
    assert (sticker["MsgType"], sticker["Content"]) == ("text", "【收到不支持的消息类型，暂无法显示】")
    assert [link[name] for name in ("Title", "Description", "Url")] == ["新闻", "说明", "https://example.com/1"]
    assert [place[name] for name in ("Location_X", "Location_Y", "Scale", "Label")] == ["30.5", "120.25", "16", "广场"]
    kinds = [bubble["kind"] for bubble in await stage.inbox(openid)]
    assert kinds == ["voice", "video", "sticker", "link", "location"]
    async with stage.client.get(stage.base_url + (await stage.inbox(openid))[0]["media_url"]) as voice_file:
        assert (await voice_file.read()).startswith(b"#!AMR\n")


async def test_a_reported_location_is_an_event_and_no_bubble(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "reports_location", latitude=30.5, longitude=120.25, precision=40)
    assert content(stage.service.pushes[0].fields) == {
        "MsgType": "event",
        "Event": "LOCATION",
        "Latitude": "30.5",
        "Longitude": "120.25",
        "Precision": "40",
    }
    assert await stage.inbox(openid) == []


MENU = {
    "button": [
        {"type": "click", "name": "我要问", "key": "ask"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "view", "name": "网页", "url": "https://example.com/a"},
                {"type": "scancode_waitmsg", "name": "扫码", "key": "scan"},
                {"type": "pic_photo_or_album", "name": "拍照", "key": "photo"},
                {"type": "location_select", "name": "位置", "key": "place"},
                {"type": "media_id", "name": "图", "media_id": "m"},
            ],
        },
        {"type": "miniprogram", "name": "小程序", "url": "https://example.com/m", "appid": "wx2", "pagepath": "p/i"},
    ]
}


async def test_menu_buttons_of_every_type(stage: Stage) -> None:
    openid = await stage.citizen()
    assert (await stage.api("/cgi-bin/menu/create", MENU))["errcode"] == 0
    await stage.does(openid, "clicks", key="ask")
    viewed = await stage.does(openid, "clicks", path=[1, 0])
    await stage.does(openid, "clicks", path=[1, 1], result="https://example.com/code")
    await stage.does(openid, "clicks", path=[1, 2])
    await stage.does(openid, "clicks", path=[1, 3], latitude=30.5, longitude=120.25, label="广场")
    opened = await stage.does(openid, "clicks", path=[2])
    click, view, scan, photo, place, mini = (pushed.fields for pushed in stage.service.pushes)
    assert (click["Event"], click["EventKey"]) == ("CLICK", "ask")
    assert (view["Event"], view["EventKey"], viewed["url"]) == (
        "VIEW",
        "https://example.com/a",
        "https://example.com/a",
    )
    assert view["MenuId"].isdecimal()
    assert scan["Event"] == "scancode_waitmsg"
    assert scan["ScanCodeInfo"] == {"ScanType": "qrcode", "ScanResult": "https://example.com/code"}
    assert (photo["Event"], photo["SendPicsInfo"]["Count"]) == ("pic_photo_or_album", "1")
    assert place["SendLocationInfo"]["Location_X"] == "30.5"
    assert (mini["Event"], mini["EventKey"], opened["url"]) == ("view_miniprogram", "p/i", "https://example.com/m")


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("clicks", {"key": "nothing"}),
        ("clicks", {"path": [1]}),
        ("clicks", {"path": [7]}),
        ("clicks", {"path": [1, 4]}),
        ("follows", {}),
        ("taps", {"bubble": 9999, "link": 0}),
    ],
)
async def test_what_can_not_be_done_is_said_and_not_pushed(stage: Stage, act: str, body: Json) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", MENU)
    refusal = await stage.does(openid, act, expect=409, **body)
    assert refusal["error"]
    assert stage.service.pushes == []


async def test_only_followers_can_act(stage: Stage) -> None:
    openid = await stage.citizen(follows=False)
    await stage.api("/cgi-bin/menu/create", MENU)
    for act, body in (("says", {"text": "在吗"}), ("clicks", {"path": [1, 0]}), ("unfollows", {})):
        assert "follow" in (await stage.does(openid, act, expect=409, **body))["error"]
    assert stage.service.pushes == []


async def test_links_in_a_reply_can_be_tapped(stage: Stage) -> None:
    openid = await stage.citizen()
    text = (
        '您是想问：\n<a href="weixin://bizmsgmenu?msgmenucontent=%E5%85%BB%E7%8A%AC%20%E5%8A%9E%E8%AF%81&amp;msgmenuid=q1">'
        '养犬办证</a>\n或看<a href="https://example.com/a?b=1">网页</a>。'
    )
    stage.service.answer = replies(MsgType="text", Content=text)
    await stage.does(openid, "says", text="狗")
    bubble = (await stage.inbox(openid))[-1]
    assert bubble["segments"] == [
        {"text": "您是想问：\n"},
        {"link": 0, "text": "养犬办证"},
        {"text": "\n或看"},
        {"link": 1, "text": "网页"},
        {"text": "。"},
    ]
    assert bubble["links"][0] == {"text": "养犬办证", "content": "养犬 办证", "menu_id": "q1"}
    opened = await stage.does(openid, "taps", bubble=bubble["id"], link=1)
    assert opened == {"url": "https://example.com/a?b=1"}
    await stage.does(openid, "taps", bubble=bubble["id"], link=0)
    fields = stage.service.pushes[-1].fields
    assert (fields["MsgType"], fields["Content"], fields["bizmsgmenuid"]) == ("text", "养犬 办证", "q1")
    await stage.does(openid, "taps", bubble=bubble["id"], link=2, expect=409)


async def test_raw_fields_and_raw_text(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "raw", fields={"MsgType": "hologram", "CreateTime": "absurd"})
    assert stage.service.pushes[0].fields["CreateTime"] == "absurd"
    assert stage.service.pushes[0].fields["FromUserName"] == openid
    await stage.does(openid, "raw", body="<xml>broken")
    assert stage.service.pushes[1].body == "<xml>broken"


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_odd_characters_never_break_the_push(staged: Staging, form: str) -> None:
    stage = await staged(mode="safe", format=form)
    openid = await stage.citizen()
    assert (await stage.does(openid, "says", text="a\x00\x0b\ud800b\n"))["verdict"] == "silent"
    assert stage.service.pushes[0].fields["Content"] == ("a?b\n" if form == "xml" else "a\x00\x0b?b\n")
    assert (await stage.inbox(openid))[0]["text"] == "a\x00\x0b?b\n"


async def test_the_same_event_never_has_the_same_time_twice(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", MENU)
    for _ in range(3):
        await stage.does(openid, "clicks", key="ask")
    times = [int(pushed.fields["CreateTime"]) for pushed in stage.service.pushes]
    assert times[1] > times[0]
    assert times[2] > times[1]


async def test_inbox_pages_and_unread_counts(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="text", Content="来了")
    await stage.does(openid, "says", text="在吗")
    assert (await stage.get("/control/state"))["citizens"][0]["unread"] == 1
    first = await stage.get(f"/control/citizens/{openid}/inbox?after=0")
    assert [bubble["from"] for bubble in first["bubbles"]] == ["citizen", "account"]
    assert (await stage.get("/control/state"))["citizens"][0]["unread"] == 0
    again = await stage.get(f"/control/citizens/{openid}/inbox?after={first['last']}")
    assert again == {"bubbles": [], "last": first["last"]}


@pytest.mark.parametrize("kind", ["verified_subscription", "unverified_service", "unverified_subscription"])
async def test_kinds_without_scenes_and_reports(staged: Staging, kind: str) -> None:
    stage = await staged(account=kind)
    openid = await stage.citizen()
    assert "scenes" in (await stage.does(openid, "scans", scene="x", expect=409))["error"]
    report = await stage.does(openid, "reports_location", latitude=1, longitude=2, expect=409)
    assert "LOCATION" in report["error"]
    assert stage.service.pushes == []


async def test_a_kind_without_a_menu_shows_none(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", MENU)
    await stage.post("/control/config", account="unverified_subscription")
    assert (await stage.get("/control/state"))["menu"] is None
    await stage.does(openid, "clicks", key="ask", expect=409)
