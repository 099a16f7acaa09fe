"""What a citizen or the platform sends to the account, written in WeChat's own fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.citizens import Citizen
from bot.sandbox.wire import Json, to_json, to_xml
from bot.sandbox.world import World

SHOWN_EVENTS = frozenset({"subscribe", "SCAN", "CLICK", "scancode_waitmsg"})


@dataclass(frozen=True)
class Parcel:
    """One push: the plain text of it, and what the citizen will see of its answer.

    `name` is what a fault of pushes may be limited to: the event, else the MsgType.
    `answers` is the MsgType that a reply would answer; `shows_failure` whether the citizen waits for one.
    """

    openid: str
    citizen: Citizen | None
    text: str
    answers: str
    shows_failure: bool
    name: str = ""


def message(
    world: World, citizen: Citizen, kind: str, *, fields: Mapping[str, Any], after: Mapping[str, Any] | None = None
) -> Parcel:
    """An ordinary message with a MsgId; `after` stands behind the MsgId, as bizmsgmenuid does."""
    head = _head(world, citizen.openid, created=int(world.now()))
    content = {**head, "MsgType": kind, **fields, "MsgId": next(world.numbers), **(after or {})}
    return Parcel(citizen.openid, citizen, _written(world, content), kind, shows_failure=True, name=kind)


def event(world: World, openid: str, name: str, *, fields: Mapping[str, Any]) -> Parcel:
    """An event of a citizen or of the platform; it has no MsgId."""
    citizen = world.crowd.find(openid)
    created = int(world.now())
    if citizen:
        created = _unrepeated(citizen, name, str(fields.get("EventKey", "")), created=created)
    head = _head(world, openid, created=created)
    content = {**head, "MsgType": "event", "Event": name, **fields}
    text = _written(world, content)
    return Parcel(openid, citizen, text, "event", shows_failure=name in SHOWN_EVENTS, name=name)


def raw_fields(world: World, citizen: Citizen, fields: Json) -> Parcel:
    """Any fields at all; the usual head is added where the fields don't say otherwise."""
    content = {**_head(world, citizen.openid, created=int(world.now())), **fields}
    kind = str(fields.get("MsgType", ""))
    return Parcel(citizen.openid, citizen, _written(world, content), kind, shows_failure=kind != "event")


def raw_body(citizen: Citizen, body: str) -> Parcel:
    """Any text at all, pushed as it stands."""
    return Parcel(citizen.openid, citizen, body, "", shows_failure=True)


def _head(world: World, openid: str, *, created: int) -> Json:
    return {"ToUserName": world.config.original_id, "FromUserName": openid, "CreateTime": created}


def _written(world: World, fields: Json) -> str:
    return to_xml(fields) if world.config.format == "xml" else to_json(fields)


def _unrepeated(citizen: Citizen, name: str, key: str, *, created: int) -> int:
    """A CreateTime unlike the same event's last one: a finger needs a second, and WeChat's dedupe rests on it."""
    last = citizen.event_times.get((name, key))
    moment = created if last is None else max(created, last + 1)
    citizen.event_times[name, key] = moment
    return moment
