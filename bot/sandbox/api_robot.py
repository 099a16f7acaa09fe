"""/cgi-bin/webhook/send of qyapi.weixin.qq.com: messages to the group robot, whose key stands in the address."""

from bot.sandbox.api_call import ApiError, Call, Endpoint, ok
from bot.sandbox.wire import Json
from bot.sandbox.world import World

PATH = "/cgi-bin/webhook/send"
WORDS = {
    40008: "invalid message type",
    44004: "empty content",
    40058: "exceed max length",
}


def send(world: World, call: Call) -> Json:
    if call.query.get("key") != world.config.robot_key:
        raise ApiError(93000, "invalid webhook url")
    if not world.robot.count(now=world.now()):
        raise ApiError(45009, "api freq out of limit")
    errcode = world.robot.take(call.json, now=world.now())
    if errcode:
        raise ApiError(errcode, WORDS[errcode])
    return ok()


ENDPOINTS = {PATH: Endpoint(run=send, method="POST", takes="json", token=False)}
