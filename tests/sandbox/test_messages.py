"""Customer messages within their windows, the typing sign, and template notices."""

import pytest

from tests.sandbox.service import Json, Stage

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
NOTICE = "/cgi-bin/message/template/send"


def text(openid: str, content: str = "办好了") -> Json:
    return {"touser": openid, "msgtype": "text", "text": {"content": content}}


async def send(stage: Stage, message: Json) -> int:
    return int((await stage.api(SEND, message))["errcode"])


async def test_a_message_opens_five_in_48_hours(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "says", text="在吗")
    await stage.post("/control/clock", advance=61)
    assert [await send(stage, text(openid)) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    await stage.does(openid, "says", text="还在吗")
    assert await send(stage, text(openid)) == 0
    await stage.post("/control/clock", advance=48 * 3600)
    assert await send(stage, text(openid)) == 45015


async def test_a_follow_opens_three_in_one_minute(stage: Stage) -> None:
    openid = await stage.citizen()
    assert [await send(stage, text(openid)) for _ in range(4)] == [0, 0, 0, 45047]
    await stage.post("/control/clock", advance=61)
    assert await send(stage, text(openid)) == 45015


@pytest.mark.parametrize("act", ["click", "scan"])
async def test_taps_and_scans_open_three_more(stage: Stage, act: str) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", {"button": [{"type": "click", "name": "问", "key": "k"}]})
    await stage.post("/control/clock", advance=61)
    assert await send(stage, text(openid)) == 45015
    if act == "click":
        await stage.does(openid, "clicks", key="k")
    else:
        await stage.does(openid, "scans", scene="s")
    assert [await send(stage, text(openid)) for _ in range(4)] == [0, 0, 0, 45047]


async def test_views_and_locations_open_nothing(stage: Stage) -> None:
    openid = await stage.citizen()
    button = {"type": "view", "name": "看", "url": "https://example.com"}
    await stage.api("/cgi-bin/menu/create", {"button": [button]})
    await stage.post("/control/clock", advance=61)
    await stage.does(openid, "clicks", path=[0])
    await stage.does(openid, "reports_location", latitude=1, longitude=2)
    assert await send(stage, text(openid)) == 45015


async def test_the_short_window_is_spent_first(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "says", text="在吗")
    assert [await send(stage, text(openid)) for _ in range(3)] == [0, 0, 0]
    await stage.post("/control/clock", advance=61)
    assert [await send(stage, text(openid)) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_leaving_closes_every_window(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.does(openid, "says", text="在吗")
    await stage.does(openid, "unfollows")
    assert await send(stage, text(openid)) == 43004


async def media_id(stage: Stage, kind: str) -> str:
    return stage.sandbox.world.media.put(b"x", kind=kind, name="a.jpg", now=stage.sandbox.world.now()).id


async def test_messages_of_every_kind_arrive(stage: Stage) -> None:
    openid = await stage.citizen()
    image, voice, video = [await media_id(stage, kind) for kind in ("image", "voice", "video")]
    article = {"title": "指南", "description": "", "url": "https://example.com/1", "picurl": ""}
    music = {"musicurl": "https://example.com/a", "hqmusicurl": "https://example.com/b", "thumb_media_id": image}
    menu = {"head_content": "满意吗？", "list": [{"id": "101", "content": "满意"}], "tail_content": "谢谢"}
    parts: dict[str, Json] = {
        "text": {"content": "好"},
        "image": {"media_id": image},
        "voice": {"media_id": voice},
        "video": {"media_id": video, "title": "片"},
        "music": music,
        "news": {"articles": [article]},
        "msgmenu": menu,
        "miniprogrampage": {"title": "页", "appid": "wx2", "pagepath": "p", "thumb_media_id": image},
    }
    for kind, part in parts.items():
        await stage.does(openid, "says", text="在吗")
        assert await send(stage, {"touser": openid, "msgtype": kind, kind: part}) == 0, kind
    arrived = [bubble for bubble in await stage.inbox(openid) if bubble["via"] == "custom"]
    assert [bubble["kind"] for bubble in arrived] == list(parts)
    question = next(bubble for bubble in arrived if bubble["kind"] == "msgmenu")
    assert (question["head"], question["tail"]) == ("满意吗？", "谢谢")
    await stage.does(openid, "taps", bubble=question["id"], link=0)
    fields = stage.service.pushes[-1].fields
    assert (fields["Content"], fields["bizmsgmenuid"]) == ("满意", "101")


async def test_machine_made_messages_carry_the_sign(stage: Stage) -> None:
    openid = await stage.citizen()
    assert await send(stage, {**text(openid), "aimsgcontext": {"is_ai_msg": 1}}) == 0
    assert (await stage.inbox(openid))[-1]["ai"] is True


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"touser": "nobody"}, 40003),
        ({"touser": 7}, 40003),
        ({"msgtype": "poem"}, 40008),
        ({"text": None}, 40035),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "长" * 683}}, 45002),
        ({"msgtype": "image", "image": {"media_id": "x"}}, 40007),
        ({"msgtype": "news", "news": {"articles": []}}, 44003),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": []}}, 40097),
        ({"msgtype": "msgmenu", "msgmenu": {"list": ["x"]}}, 40097),
        ({"msgtype": "music", "music": {}}, 40007),
    ],
)
async def test_messages_against_the_rules_cost_nothing(stage: Stage, change: Json, errcode: int) -> None:
    openid = await stage.citizen()
    assert await send(stage, text(openid) | change) == errcode
    assert await stage.inbox(openid) == []
    assert [await send(stage, text(openid)) for _ in range(4)] == [0, 0, 0, 45047]


async def test_typing_needs_a_recent_act_and_is_not_set_twice(stage: Stage) -> None:
    openid = await stage.citizen()

    async def typing(command: str = "Typing") -> int:
        return int((await stage.api(TYPING, {"touser": openid, "command": command}))["errcode"])

    assert [await typing(), await typing(), await typing("CancelTyping"), await typing()] == [0, 45081, 0, 0]
    assert await typing("Poem") == 45072
    await stage.post("/control/clock", advance=31)
    assert await typing() == 45080


CONTENT = "事项：{{thing1.DATA}}\n时间：{{time2.DATA}}"
DATA = {"thing1": {"value": "路灯已修好"}, "time2": {"value": "2026年11月24日"}}


async def notice(stage: Stage, openid: str, **changes: object) -> Json:
    return await stage.api(
        NOTICE, {"touser": openid, "template_id": "T1", "url": "https://e.cn", "data": DATA} | changes
    )


async def finished(stage: Stage, count: int) -> list[Json]:
    """The reports of sent notices, once there are so many."""
    return [pushed.fields for pushed in await stage.service.received(count, event="TEMPLATESENDJOBFINISH")]


async def test_a_notice_arrives_and_is_reported(stage: Stage) -> None:
    openid = await stage.citizen()
    names = await stage.post("/control/templates", template_id="T1", title="办理结果", content=CONTENT)
    assert names == {"names": ["thing1", "time2"]}
    answer = await notice(stage, openid)
    (report,) = await finished(stage, 1)
    assert (report["MsgID"], report["Status"]) == (str(answer["msgid"]), "success")
    bubble = (await stage.inbox(openid))[-1]
    assert (bubble["kind"], bubble["via"], bubble["title"], bubble["url"]) == (
        "template",
        "template",
        "办理结果",
        "https://e.cn",
    )
    assert bubble["data"] == {"事项": {"value": "路灯已修好"}, "时间": {"value": "2026年11月24日"}}


async def test_the_same_notice_id_is_sent_once_in_ten_minutes(stage: Stage) -> None:
    openid, other = await stage.citizen("甲"), await stage.citizen("乙")
    await stage.post("/control/templates", template_id="T1", title="办理结果", content=CONTENT)
    first = await notice(stage, openid, client_msg_id="n1")
    assert (await notice(stage, openid, client_msg_id="n1"))["msgid"] == first["msgid"]
    await notice(stage, other, client_msg_id="n1")
    await stage.post("/control/clock", advance=600)
    assert (await notice(stage, openid, client_msg_id="n1"))["msgid"] != first["msgid"]
    await finished(stage, 3)
    assert len([bubble for bubble in await stage.inbox(openid) if bubble["kind"] == "template"]) == 2


async def test_one_who_refuses_notices_gets_none(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.post("/control/templates", template_id="T1", title="办理结果", content=CONTENT)
    await stage.does(openid, "refuses", notices=True)
    assert (await notice(stage, openid))["errcode"] == 0
    assert (await finished(stage, 1))[0]["Status"] == "failed:user block"
    assert await stage.inbox(openid) == []


async def test_notices_against_the_rules(stage: Stage) -> None:
    openid = await stage.citizen()
    assert (await notice(stage, openid))["errcode"] == 40037
    await stage.post("/control/templates", template_id="T1", title="办理结果", content=CONTENT)
    missing = await notice(stage, openid, data={"thing1": {"value": "好"}})
    assert missing["errcode"] == 47003
    assert "time2" in missing["errmsg"]
    long = await notice(stage, openid, data=DATA | {"thing1": {"value": "长" * 21}})
    assert long["errcode"] == 47003
    await stage.does(openid, "unfollows")
    assert (await notice(stage, openid))["errcode"] == 43004


async def test_templates_can_be_added_listed_and_deleted(stage: Stage) -> None:
    body = {"template_id_short": "TM1", "keyword_name_list": ["事项", "地点"]}
    made = (await stage.api("/cgi-bin/template/api_add_template", body))["template_id"]
    (listed,) = (await stage.fetch("/cgi-bin/template/get_all_private_template"))["template_list"]
    assert listed["template_id"] == made
    assert listed["content"] == "事项：{{thing1.DATA}}\n地点：{{thing2.DATA}}"
    delete = "/cgi-bin/template/del_private_template"
    assert (await stage.api(delete, {"template_id": made}))["errcode"] == 0
    assert (await stage.api(delete, {"template_id": made}))["errcode"] == 40037
