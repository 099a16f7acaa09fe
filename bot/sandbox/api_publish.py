"""Publishing a draft: accepted at once, done and reported a moment later; followers hear nothing of it."""

from bot.sandbox import push
from bot.sandbox.api_call import ApiError, Call, Endpoint, Run, ok
from bot.sandbox.api_material import page_bounds
from bot.sandbox.library import Publication
from bot.sandbox.messages import event
from bot.sandbox.wire import Json
from bot.sandbox.world import World

FAILED = 3
DELETED = 5


def submit(world: World, call: Call) -> Json:
    """Take the draft out of the box and start publishing it."""
    media_id = call.text("media_id", 40007)
    draft = world.library.drafts.pop(media_id, None)
    if draft is None:
        raise ApiError(40007, "invalid media_id")
    number = str(next(world.library.publish_numbers))
    publication = Publication(number, f"sandbox-{number}", draft.articles, world.now())
    world.library.publications[number] = publication
    world.tasks.start(_finish(world, publication))
    return ok(publish_id=number, msg_data_id=next(world.numbers))


async def _finish(world: World, publication: Publication) -> None:
    trouble = await world.job_trouble("/cgi-bin/freepublish/submit")
    if trouble is None:
        publication.status = 0
        for article in publication.articles:
            article["url"] = world.absolute(world.library.open_page(article))
    else:
        publication.status = trouble.errcode or FAILED
    fields = {"PublishEventInfo": _report(publication)}
    await push.deliver(world, event(world, world.platform_openid, "PUBLISHJOBFINISH", fields=fields))


def _report(publication: Publication) -> Json:
    """What the event and the query tell."""
    report: Json = {"publish_id": publication.publish_id, "publish_status": publication.status}
    if publication.status == 0:
        items = [{"idx": number, "article_url": article["url"]} for number, article in publication.standing]
        report |= {"article_id": publication.article_id, "article_detail": {"count": len(items), "item": items}}
    elif publication.status not in (1, DELETED):
        report["fail_idx"] = [1]
    return report


def get(world: World, call: Call) -> Json:
    found = world.library.publications.get(str(call.json.get("publish_id")))
    if found is None:
        raise ApiError(53600, "article id invalid")
    return {"fail_idx": [], **_report(found)}


def get_article(world: World, call: Call) -> Json:
    found = _published(world, call)
    return {
        "news_item": [article for _, article in found.standing],
        "create_time": int(found.at),
        "update_time": int(found.at),
    }


def list_some(world: World, call: Call) -> Json:
    first, most = page_bounds(call)
    standing = [one for one in world.library.publications.values() if one.status == 0][::-1]
    bare = call.json.get("no_content") == 1
    items = [
        {"article_id": one.article_id, "content": {"news_item": _articles(one, bare=bare)}, "update_time": int(one.at)}
        for one in standing[first : first + most]
    ]
    return {"total_count": len(standing), "item_count": len(items), "item": items}


def _articles(publication: Publication, *, bare: bool) -> list[Json]:
    return [
        {name: value for name, value in article.items() if not (bare and name == "content")}
        for _, article in publication.standing
    ]


def delete(world: World, call: Call) -> Json:
    """Take one article away, or all of them when no index (or 0) is given."""
    found, index = _published(world, call), call.json.get("index", 0)
    if not isinstance(index, int) or not 0 <= index <= len(found.articles):
        raise ApiError(53600, "article id invalid")
    for number, article in found.standing:
        if index in (0, number):
            world.library.close_page(article["url"])
            found.removed.add(number)
    if not found.standing:
        found.status = DELETED
    return ok()


def _published(world: World, call: Call) -> Publication:
    found = world.library.published(call.json.get("article_id"))
    if found is None:
        raise ApiError(53600, "article id invalid")
    return found


def _post(run: Run) -> Endpoint:
    return Endpoint(run=run, method="POST", takes="json", needs="material")


ENDPOINTS = {
    "/cgi-bin/freepublish/submit": _post(submit),
    "/cgi-bin/freepublish/get": _post(get),
    "/cgi-bin/freepublish/getarticle": _post(get_article),
    "/cgi-bin/freepublish/batchget": _post(list_some),
    "/cgi-bin/freepublish/delete": _post(delete),
}
