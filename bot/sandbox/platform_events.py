"""What the platform itself reports to the account, written in short by the control interface."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.body import Body
from bot.sandbox.wire import Json


def _mass_finished(body: Body) -> tuple[str, Json]:
    sent, failed = body.integer("sent", 1), body.integer("failed", 0)
    fields: Json = {
        "MsgID": body.integer("msg_id"),
        "Status": body.text("status", "send success"),
        "TotalCount": body.integer("total", sent + failed),
        "FilterCount": body.integer("filtered", sent + failed),
        "SentCount": sent,
        "ErrorCount": failed,
    }
    return "MASSSENDJOBFINISH", fields


def _template_finished(body: Body) -> tuple[str, Json]:
    return "TEMPLATESENDJOBFINISH", {"MsgID": body.integer("msg_id"), "Status": body.text("status", "success")}


def _publish_finished(body: Body) -> tuple[str, Json]:
    info: dict[str, Any] = {"publish_id": body.text("publish_id"), "publish_status": body.integer("status", 0)}
    if info["publish_status"] == 0:
        item = {"idx": 1, "article_url": body.text("url", "https://mp.weixin.qq.com/s/sandbox")}
        info |= {"article_id": body.text("article_id", "sandbox"), "article_detail": {"count": 1, "item": [item]}}
    return "PUBLISHJOBFINISH", {"PublishEventInfo": info}


NAMED_EVENTS: dict[str, Callable[[Body], tuple[str, Json]]] = {
    "mass_finished": _mass_finished,
    "template_finished": _template_finished,
    "publish_finished": _publish_finished,
}
