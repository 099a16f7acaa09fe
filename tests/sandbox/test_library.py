"""Permanent material, article pictures, drafts and publishing."""

import io
import json

import pytest
from aiohttp import FormData

from tests.sandbox.conftest import Staging
from tests.sandbox.service import Json, Stage

COVER = "/cgi-bin/material/add_material"


async def upload(stage: Stage, path: str, *, kind: str = "", name: str = "a.jpg", size: int = 3, **texts: str) -> Json:
    form = FormData(dict(texts))
    form.add_field("media", io.BytesIO(b"x" * size), filename=name)
    query = {"access_token": await stage.token()} | ({"type": kind} if kind else {})
    async with stage.client.post(stage.base_url + path, params=query, data=form) as response:
        return dict(json.loads(await response.text()))


async def cover(stage: Stage) -> str:
    return str((await upload(stage, COVER, kind="thumb"))["media_id"])


async def article(stage: Stage, **changes: object) -> Json:
    base = {"title": "清洁日", "author": "文明办", "content": "<p>周六一起来</p>", "thumb_media_id": await cover(stage)}
    return base | changes


async def draft(stage: Stage, *articles: Json) -> str:
    body = {"articles": list(articles) or [await article(stage)]}
    return str((await stage.api("/cgi-bin/draft/add", body))["media_id"])


async def test_material_is_kept_for_good(stage: Stage) -> None:
    kept = await upload(stage, COVER, kind="image", name="a.png")
    await stage.post("/control/clock", advance=30 * 86_400)
    url, token = f"{stage.base_url}/cgi-bin/material/get_material", await stage.token()
    async with stage.client.post(url, params={"access_token": token}, json={"media_id": kept["media_id"]}) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"xxx")
    listed = await stage.api("/cgi-bin/material/batchget_material", {"type": "image", "offset": 0, "count": 20})
    assert (listed["total_count"], listed["item"][0]["media_id"]) == (1, kept["media_id"])
    assert (await stage.fetch("/cgi-bin/material/get_materialcount"))["image_count"] == 1
    body = {"media_id": kept["media_id"]}
    assert (await stage.api("/cgi-bin/material/del_material", body))["errcode"] == 0
    assert (await stage.api("/cgi-bin/material/get_material", body))["errcode"] == 40007


async def test_a_video_needs_its_title(stage: Stage) -> None:
    assert (await upload(stage, COVER, kind="video", name="a.mp4"))["errcode"] == 40035
    words = json.dumps({"title": "片", "introduction": "介绍"}, ensure_ascii=False)
    kept = await upload(stage, COVER, kind="video", name="a.mp4", description=words)
    shown = await stage.api("/cgi-bin/material/get_material", {"media_id": kept["media_id"]})
    assert (shown["title"], shown["description"]) == ("片", "介绍")


@pytest.mark.parametrize(
    ("name", "size", "errcode"), [("a.gif", 1, 40005), ("a.png", 1024 * 1024 + 1, 40009), ("a.png", 0, 41005)]
)
async def test_article_pictures_against_the_rules(stage: Stage, name: str, size: int, errcode: int) -> None:
    assert (await upload(stage, "/cgi-bin/media/uploadimg", name=name, size=size))["errcode"] == errcode


async def test_foreign_pictures_and_scripts_are_dropped(stage: Stage) -> None:
    own = (await upload(stage, "/cgi-bin/media/uploadimg", name="a.png"))["url"]
    content = f'<p>好</p><img src="{own}"><img src="https://else.example/b.png"><script>x()</script>'
    media_id = await draft(stage, await article(stage, content=content))
    (kept,) = (await stage.api("/cgi-bin/draft/get", {"media_id": media_id}))["news_item"]
    assert kept["content"] == f'<p>好</p><img src="{own}">'
    assert kept["digest"] == "好"


async def test_drafts_are_changed_listed_and_deleted(stage: Stage) -> None:
    media_id = await draft(stage)
    change = {"media_id": media_id, "index": 0, "articles": await article(stage, title="改过")}
    assert (await stage.api("/cgi-bin/draft/update", change))["errcode"] == 0
    assert (await stage.api("/cgi-bin/draft/update", change | {"index": 1}))["errcode"] == 40114
    listed = await stage.api("/cgi-bin/draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    (item,) = listed["item"][0]["content"]["news_item"]
    assert item["title"] == "改过"
    assert "content" not in item
    assert await stage.fetch("/cgi-bin/draft/count") == {"total_count": 1}
    assert await stage.api("/cgi-bin/draft/count", {}) == {"total_count": 1}
    assert (await stage.api("/cgi-bin/draft/delete", {"media_id": media_id}))["errcode"] == 0
    assert (await stage.api("/cgi-bin/draft/get", {"media_id": media_id}))["errcode"] == 40007


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"title": ""}, 45003),
        ({"title": "长" * 65}, 45003),
        ({"author": "长" * 17}, 45110),
        ({"digest": "长" * 129}, 45004),
        ({"content": ""}, 44004),
        ({"content": "长" * 20_000}, 45002),
        ({"thumb_media_id": "x"}, 40007),
    ],
)
async def test_articles_against_the_rules(stage: Stage, changes: Json, errcode: int) -> None:
    wrong = {"articles": [await article(stage, **changes)]}
    assert (await stage.api("/cgi-bin/draft/add", wrong))["errcode"] == errcode


async def test_a_bundle_has_at_most_eight_articles(stage: Stage) -> None:
    one = await article(stage)
    assert (await stage.api("/cgi-bin/draft/add", {"articles": []}))["errcode"] == 44003
    assert (await stage.api("/cgi-bin/draft/add", {"articles": [one] * 9}))["errcode"] == 45008


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_publishing_is_reported_and_can_be_taken_back(staged: Staging, form: str) -> None:
    stage = await staged(format=form)
    one = await article(stage)
    media_id = await draft(stage, one, one | {"title": "第二篇"})
    job = await stage.api("/cgi-bin/freepublish/submit", {"media_id": media_id})
    (pushed,) = await stage.service.received(1, event="PUBLISHJOBFINISH")
    info = pushed.fields["PublishEventInfo"]
    assert (info["publish_id"], int(info["publish_status"])) == (job["publish_id"], 0)
    assert [int(item["idx"]) for item in info["article_detail"]["item"]] == [1, 2]
    address = info["article_detail"]["item"][0]["article_url"]
    async with stage.client.get(address) as page:
        assert "周六一起来" in await page.text()
    asked = await stage.api("/cgi-bin/freepublish/get", {"publish_id": job["publish_id"]})
    assert (asked["publish_status"], asked["article_id"]) == (0, info["article_id"])
    assert (await stage.api("/cgi-bin/freepublish/submit", {"media_id": media_id}))["errcode"] == 40007
    name = {"article_id": info["article_id"]}
    assert len((await stage.api("/cgi-bin/freepublish/getarticle", name))["news_item"]) == 2
    assert (await stage.api("/cgi-bin/freepublish/delete", name | {"index": 1}))["errcode"] == 0
    async with stage.client.get(address) as page:
        assert page.status == 404
    assert (await stage.api("/cgi-bin/freepublish/delete", name))["errcode"] == 0
    assert (await stage.api("/cgi-bin/freepublish/getarticle", name))["errcode"] == 53600
    assert (await stage.api("/cgi-bin/freepublish/get", {"publish_id": job["publish_id"]}))["publish_status"] == 5


async def test_publishing_may_fail(stage: Stage) -> None:
    await stage.post("/control/faults", where="job", kind="fail", errcode=4, times=1)
    job = await stage.api("/cgi-bin/freepublish/submit", {"media_id": await draft(stage)})
    (pushed,) = await stage.service.received(1, event="PUBLISHJOBFINISH")
    assert pushed.fields["PublishEventInfo"]["publish_status"] == "4"
    assert (await stage.api("/cgi-bin/freepublish/get", {"publish_id": job["publish_id"]}))["publish_status"] == 4


async def test_articles_can_be_sent_to_one_person(stage: Stage) -> None:
    openid, media_id = await stage.citizen(), await draft(stage)
    message = {"touser": openid, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 0
    await stage.api("/cgi-bin/freepublish/submit", {"media_id": media_id})
    (pushed,) = await stage.service.received(1, event="PUBLISHJOBFINISH")
    article_id = pushed.fields["PublishEventInfo"]["article_id"]
    message = {"touser": openid, "msgtype": "mpnewsarticle", "mpnewsarticle": {"article_id": article_id}}
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 0
    bubbles = await stage.inbox(openid)
    assert [bubble["kind"] for bubble in bubbles] == ["mpnews", "mpnewsarticle"]
    assert bubbles[1]["articles"][0]["title"] == "清洁日"
    unknown = message | {"mpnewsarticle": {"article_id": "x"}}
    assert (await stage.api("/cgi-bin/message/custom/send", unknown))["errcode"] == 53600
