"""A whole broadcast through the sandbox: picture, cover, draft, mass message, and what became of it."""

from bot.wechat.api import WeChatApi
from bot.wechat.articles import Article
from bot.wechat.mass import MassArticles, MassText
from bot.wechat.uploads import MediaKind
from tests.wechat.platform import Platform

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 200


async def test_an_article_reaches_those_with_a_tag_and_is_known_again(platform: Platform, api: WeChatApi) -> None:
    reader, other = platform.follower("王阿姨"), platform.follower("李师傅")
    tag = await api.tags.create("读书")
    await api.tags.give(tag.id, [reader.openid])
    picture = await api.media.upload_article_picture(PNG, content_type="image/png")
    cover = await api.media.add_material(MediaKind.IMAGE, PNG, content_type="image/png")
    article = Article(title="读书日", content=f'<p>明天<img src="{picture}"></p>', cover=cover.media_id)
    draft = await api.articles.add_draft([article])
    assert picture in (await api.articles.get_draft(draft)).articles[0].content
    assert [one.media_id for one in (await api.articles.list_drafts()).drafts] == [draft]
    await api.mass.preview(MassArticles(draft), openid=other.openid)
    accepted = await api.mass.send_to_tag(tag.id, MassArticles(draft), client_id="b7")
    assert accepted.msg_id is not None
    job = platform.sandbox.world.mass.jobs[accepted.msg_id]
    assert (job.kind, job.audience) == ("mpnews", [reader.openid])
    assert (await api.mass.get_state(accepted.msg_id)).value == job.status


async def test_a_repeat_under_the_same_key_is_the_same_message(platform: Platform, api: WeChatApi) -> None:
    platform.follower()
    platform.sandbox.world.mass.retry_seconds = 0.0
    first = await api.mass.send_to_all(MassText("明天停水"), client_id="b8")
    second = await api.mass.send_to_all(MassText("明天停水"), client_id="b8")
    assert (second.again, second.msg_id) == (True, first.msg_id)
    assert len(platform.sandbox.world.mass.jobs) == 1
