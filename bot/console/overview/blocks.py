"""Why a lane is blocked, as a word for which `templates/overview/state.html` says what it means and what to do."""

import re

from bot.outbound.delivery import LaneName
from bot.wechat.errors import CODES, Misconfigured, QuotaSpent, Refused, TokenRejected, TooFast

_ERRCODE = re.compile(r"errcode (-?\d+)", re.ASCII)
_CLASSES: tuple[tuple[type[Refused], str], ...] = (
    (QuotaSpent, "quota"),
    (TooFast, "fast"),
    (TokenRejected, "token"),
    (Misconfigured, "settings"),
)
_SPECIAL = {
    40013: "app_id",
    40125: "secret",
    40164: "whitelist",
    61004: "whitelist",
    48001: "interface",
    48003: "agreement",
    48004: "banned",
    50002: "banned",
}


def explain(lane: str, reason: str) -> str:
    """Return the word for a reason as `bot/outbound/reactions.py` leaves it in the lane's row."""
    found = _ERRCODE.match(reason)
    if lane == LaneName.ROBOT:
        return "robot_fast" if found and found[1] in {"45009", "45033"} else "robot"
    if found is None:
        return "disk" if reason.startswith("a received file") else "address"
    code = int(found[1])
    if code in _SPECIAL:
        return _SPECIAL[code]
    error, _ = CODES.get(code, (Refused, ""))
    return next((word for kind, word in _CLASSES if issubclass(error, kind)), "other")
