"""Drafts and their publication."""

import json
from dataclasses import replace

import pytest

from bot.wechat.api import WeChatApi
from bot.wechat.articles import Article, PublicationState, Submission
from bot.wechat.errors import BreaksLimit, Unreachable
from tests.wechat.odd_server import OddServer

ARTICLE = Article(
    title="读书日", content="<p>明天</p>", cover="C", author="文明办", digest="来读书", source_url="https://a/1"
)
FORM = {
    "title": "读书日",
    "author": "文明办",
    "digest": "来读书",
    "content": "<p>明天</p>",
    "content_source_url": "https://a/1",
    "thumb_media_id": "C",
    "need_open_comment": 0,
    "only_fans_can_comment": 0,
}
OK = '{"errcode":0,"errmsg":"ok"}'


async def test_a_draft_is_added_changed_and_deleted(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/draft/add", '{"media_id":"D"}')
    assert await odd_api.articles.add_draft([ARTICLE, ARTICLE]) == "D"
    assert odd.last_json() == {"articles": [FORM, FORM]}
    odd.answer("/cgi-bin/draft/update", OK)
    await odd_api.articles.update_draft("D", index=1, article=replace(ARTICLE, comments=True))
    assert odd.last_json() == {"media_id": "D", "index": 1, "articles": {**FORM, "need_open_comment": 1}}
    odd.answer("/cgi-bin/draft/delete", OK)
    await odd_api.articles.delete_draft("D")
    assert odd.last_json() == {"media_id": "D"}


async def test_drafts_are_read_listed_and_counted(odd: OddServer, odd_api: WeChatApi) -> None:
    shown = {**FORM, "url": "http://mp.weixin.qq.com/s/x"}
    odd.answer("/cgi-bin/draft/get", json.dumps({"news_item": [shown]}))
    draft = await odd_api.articles.get_draft("D")
    assert draft.articles == (replace(ARTICLE, url="http://mp.weixin.qq.com/s/x"),)
    item = {"media_id": "D", "content": {"news_item": [{"title": "读书日"}]}, "update_time": 7}
    odd.answer("/cgi-bin/draft/batchget", json.dumps({"total_count": 30, "item_count": 1, "item": [item]}))
    page = await odd_api.articles.list_drafts(offset=20)
    assert odd.last_json() == {"offset": 20, "count": 20, "no_content": 1}
    assert (page.total, page.drafts[0].articles[0].title, page.drafts[0].updated) == (30, "读书日", 7)
    odd.answer("/cgi-bin/draft/count", '{"total_count":30}')
    assert await odd_api.articles.count_drafts() == 30


@pytest.mark.parametrize("publish_id", ['"100000001"', "100000001"])
async def test_a_draft_is_published(odd: OddServer, odd_api: WeChatApi, publish_id: str) -> None:
    odd.answer("/cgi-bin/freepublish/submit", f'{{"errcode":0,"publish_id":{publish_id},"msg_data_id":9}}')
    assert await odd_api.articles.publish("D") == Submission(publish_id="100000001", data_id="9")
    detail = {"count": 1, "item": [{"idx": 1, "article_url": "http://mp.weixin.qq.com/s/x"}]}
    answer = {"publish_id": "100000001", "publish_status": 0, "article_id": "A", "article_detail": detail}
    odd.answer("/cgi-bin/freepublish/get", json.dumps({**answer, "fail_idx": []}))
    done = await odd_api.articles.get_publication("100000001")
    assert odd.last_json() == {"publish_id": "100000001"}
    assert done.state is PublicationState.PUBLISHED
    assert (done.article_id, done.urls, done.failed) == ("A", ("http://mp.weixin.qq.com/s/x",), ())


@pytest.mark.parametrize(("failed", "read"), [([1, 2], (1, 2)), (2, (2,))])
async def test_a_publication_that_failed_names_its_articles(
    odd: OddServer, odd_api: WeChatApi, failed: object, read: tuple[int, ...]
) -> None:
    odd.answer("/cgi-bin/freepublish/get", json.dumps({"publish_id": "1", "publish_status": 2, "fail_idx": failed}))
    publication = await odd_api.articles.get_publication("1")
    assert (publication.state, publication.failed) == (PublicationState.NOT_ORIGINAL, read)


async def test_an_unknown_state_is_no_answer(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer("/cgi-bin/freepublish/get", '{"publish_id":"1","publish_status":77}')
    with pytest.raises(Unreachable, match="publish_status"):
        await odd_api.articles.get_publication("1")


@pytest.mark.parametrize(
    "article",
    [
        replace(ARTICLE, title=""),
        replace(ARTICLE, title="长" * 65),
        replace(ARTICLE, author="长" * 17),
        replace(ARTICLE, digest="长" * 121),
        replace(ARTICLE, content=""),
        replace(ARTICLE, content="长" * 20_000),
        replace(ARTICLE, source_url="https://a/" + "a" * 1024),
        replace(ARTICLE, cover=""),
    ],
)
async def test_an_article_beyond_wechats_limits_is_not_sent(
    odd: OddServer, odd_api: WeChatApi, article: Article
) -> None:
    with pytest.raises(BreaksLimit):
        await odd_api.articles.add_draft([article])
    assert odd.seen == []


async def test_a_bundle_has_one_to_eight_articles(odd: OddServer, odd_api: WeChatApi) -> None:
    for articles in ([], [ARTICLE] * 9):
        with pytest.raises(BreaksLimit, match="articles"):
            await odd_api.articles.add_draft(articles)
    assert odd.seen == []
