"""Pages of mp.weixin.qq.com: articles, and the consent to a one-time message."""

import html
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.envelope import with_query
from bot.sandbox.oauth import COOKIE
from bot.sandbox.wire import Json
from bot.sandbox.world import World

STYLE = """body{margin:0;padding:16px;color:#191919;background:#fff;font:17px/1.7 system-ui,"PingFang SC",sans-serif;
overflow-wrap:anywhere}h1{margin:8px 0 12px;font-size:22px;line-height:1.4}.by{color:#666;font-size:15px}
img{max-width:100%;height:auto}.choices{display:flex;flex-direction:column;gap:12px;margin-top:32px}
.choices a{padding:10px;border-radius:8px;background:#ededed;color:#191919;text-align:center;text-decoration:none}
.choices a.yes{background:#06803f;color:#fff}.source{color:#576b95}"""
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{style}</style></head>
<body>{body}</body></html>"""
# An article is the service's own HTML: it may show itself, not run.
RULES = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; media-src *; form-action 'none'"


def article_page(world: World, name: str) -> web.Response:
    """The article, or WeChat's words for one that was deleted."""
    article = world.library.pages.get(name)
    if article is None:
        return _page("该内容已被发布者删除", "<h1>该内容已被发布者删除</h1>", status=404)
    return _page(article["title"], _article(article))


def _article(article: Json) -> str:
    title, author = html.escape(article["title"]), html.escape(article["author"])
    source = article["content_source_url"]
    link = f'<p><a class="source" href="{html.escape(source)}">阅读原文</a></p>' if _is_web(source) else ""
    return f'<h1>{title}</h1><p class="by">{author}</p>{article["content"]}{link}'


def consent_page(world: World, request: web.Request) -> web.Response:
    """Ask, or take the answer and go back to the service's page with it."""
    query = request.query
    title = world.subscriptions.once.get(query.get("template_id", ""))
    target, citizen = query.get("redirect_url", ""), world.crowd.find(request.cookies.get(COOKIE, ""))
    if query.get("appid") != world.config.appid or title is None or not _is_web(target):
        return _page("无法打开页面", "<h1>无法打开页面</h1><p>参数错误</p>", status=400)
    if citizen is None:
        return _page("无法打开页面", "<h1>请在手机页面里打开</h1>", status=403)
    if not world.capabilities.one_time_subscription:
        return _page("无法打开页面", "<h1>该公众号没有此功能的权限</h1>", status=403)
    action = query.get("action")
    if action == "get_confirm":
        return _page(title, _question(title, query))
    if action not in ("confirm", "cancel"):
        return _page("无法打开页面", "<h1>无法打开页面</h1><p>参数错误：action</p>", status=400)
    scene = query.get("scene", "")
    if action == "confirm":
        key = (query["template_id"], scene)
        citizen.subscribed.once[key] = citizen.subscribed.once.get(key, 0) + 1
        world.changed()
    told = {"template_id": query["template_id"], "action": action, "scene": scene}
    told |= {"openid": citizen.openid} if action == "confirm" else {}
    told |= {"reserved": query["reserved"]} if "reserved" in query else {}
    return web.Response(status=302, headers={"Location": with_query(target, told)})


def _question(title: str, query: Mapping[str, str]) -> str:
    def link(action: str) -> str:
        return html.escape("?" + urlencode({**query, "action": action}))

    return (
        f"<h1>{html.escape(title)}</h1><p>允许公众号给你发送一条消息</p>"
        f'<p class="choices"><a class="yes" href="{link("confirm")}">允许</a><a href="{link("cancel")}">取消</a></p>'
    )


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _page(title: str, body: str, *, status: int = 200) -> web.Response:
    text = PAGE.format(title=html.escape(title), style=STYLE, body=body)
    headers = {"Content-Security-Policy": RULES}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)
