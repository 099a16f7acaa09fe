"""Alerts to the duty officer, through the group robot of 企业微信 (WeCom) whose address stands in the settings.

A robot takes 20 messages a minute. An alert is repeated until the robot says that it has it; one that is never taken is
cried into the log. Without an address every alert goes there. Once an alert has its end, its row keeps no words.

Source: developer.work.weixin.qq.com, 群机器人配置说明 and 全局错误码.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

import orjson
from aiohttp import ClientConnectorError, ClientError, ClientSession, ConnectionTimeoutError

from bot import texts
from bot.metrics import Metrics
from bot.outbound.delivery import DutyAlert, LaneName, load_alert
from bot.outbound.lanes import NotWanted, Prepared, Record
from bot.wechat.errors import (
    Busy,
    ContentRefused,
    Misconfigured,
    Refused,
    TooFast,
    UncertainDelivery,
    Unreachable,
    WrongAddress,
)
from bot.wechat.transport import AnswerLost, read_capped
from store import citizens, outbox
from store.claims import Claimed
from store.database import Connection
from store.lanes import Limits

TWENTY_A_MINUTE: Final = Limits(per_second=15, every=60, burst=5, day_limit=100_000)  # five at once, then 15 a minute
_ANSWER_SECONDS: Final = 10.0
_LONGEST_ANSWER: Final = 100_000  # bytes
_PATIENT: Final = 3  # attempts, before it is worth a line in the log that an alert still waits
_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}
_NO_ROBOT: Final = "no duty robot is set; see the log"

_LOG = logging.getLogger("wenming.duty")

_CODES: Final[Mapping[int, tuple[type[Refused], str]]] = {
    -1: (Busy, "the robot's server is busy; it is tried again"),
    45009: (TooFast, "more than 20 messages in a minute; waits a minute"),
    45033: (TooFast, "too many calls at once; waits a minute"),
    93000: (Misconfigured, "DUTY_ROBOT_URL is wrong, or the robot was removed from its group"),
    93004: (Misconfigured, "the robot was switched off: switch it on again in its group"),
    93008: (Misconfigured, "the robot isn't in its group any more"),
    40008: (ContentRefused, "the robot doesn't know this kind of message"),
    40058: (ContentRefused, "the robot doesn't take this message as it is"),
    44004: (ContentRefused, "the text is empty"),
    45002: (ContentRefused, "the text is too long"),
}


class DutyRobot:
    """The lane. Without an address it only writes into the log."""

    name = LaneName.ROBOT
    width = 4
    attempt_seconds = 15.0
    client_id_valid = timedelta(0)
    even_quiet = True

    def __init__(
        self, session: ClientSession, address: str | None, *, metrics: Metrics, limits: Limits = TWENTY_A_MINUTE
    ) -> None:
        self.limits = limits
        self._session = session
        self._address = address
        self._metrics = metrics

    def prepare(self, conn: Connection, claimed: Claimed) -> Prepared:
        """Read the alert; without a robot the log is told, which is the alert's end."""
        alert = load_alert(claimed.body)
        if self._address is None:
            _LOG.warning("an alert, and no robot to take it", extra=_describe(alert))
            self._count(alert, "logged")
            outbox.blank(conn, claimed.id)
            raise NotWanted(_NO_ROBOT)
        if claimed.attempts >= _PATIENT:
            _LOG.warning("an alert still waits", extra={**_describe(alert), "attempts": claimed.attempts})
        return Prepared(
            attempt=partial(self._send, self._address, alert, claimed.id, is_gone=_is_gone(conn, claimed)),
            if_refused=partial(self._give_up, alert=alert, row_id=claimed.id),
        )

    async def _send(self, address: str, alert: DutyAlert, row_id: int, *, is_gone: bool) -> Record:
        content = texts.alert(
            alert.kind,
            raised=alert.raised,
            citizen=alert.citizen,
            said=alert.said,
            answered=alert.answered,
            reference=alert.reference,
            is_gone=is_gone,
        )
        status, answer = await self._post(address, {"msgtype": "text", "text": {"content": content}})
        _check(status, answer)
        self._count(alert, "sent")
        return partial(outbox.blank, row_id=row_id)

    async def _post(self, address: str, body: Mapping[str, object]) -> tuple[int, bytes]:
        data = orjson.dumps(body)
        try:
            async with (
                asyncio.timeout(_ANSWER_SECONDS),
                self._session.post(address, data=data, headers=_JSON, allow_redirects=False) as response,
            ):
                return response.status, await read_capped(response, _LONGEST_ANSWER)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise Unreachable(f"the robot: no connection ({type(error).__name__})") from None
        except (ClientError, OSError, TimeoutError, AnswerLost) as error:
            raise UncertainDelivery(f"the robot: the answer was lost ({type(error).__name__})") from None

    def _give_up(self, conn: Connection, *, alert: DutyAlert, row_id: int) -> None:
        _LOG.error("an alert wasn't taken by the robot", extra=_describe(alert))
        self._count(alert, "refused")
        outbox.blank(conn, row_id)

    def _count(self, alert: DutyAlert, end: str) -> None:
        self._metrics.alerts.labels(alert.kind, end).inc()

    async def tidy(self) -> None:
        """Leave everything: alerts leave nothing behind."""


def _check(status: int, body: bytes) -> None:
    """Make sense of the answer.

    Raises:
        Refused: the robot says no.
        UncertainDelivery: something in between is in trouble; the robot may have it.
        WrongAddress: this is no robot.
    """
    if status >= 500:
        raise UncertainDelivery(f"the robot: HTTP {status}")
    if status != 200:
        raise WrongAddress(f"DUTY_ROBOT_URL: no robot there, HTTP {status}")
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise WrongAddress("DUTY_ROBOT_URL: no robot there, its answer is no JSON") from None
    errcode = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(errcode, int):
        raise WrongAddress("DUTY_ROBOT_URL: no robot there, its answer has no errcode")
    if errcode != 0:
        error, advice = _CODES.get(errcode, (Misconfigured, "unknown; look the code up in WeCom's table"))
        raise error(errcode, str(answer.get("errmsg", "")), advice=advice)


def _is_gone(conn: Connection, claimed: Claimed) -> bool:
    """Tell whether the citizen was erased after writing: the officer would look for the person in vain."""
    return claimed.citizen_id is not None and citizens.find_openid(conn, claimed.citizen_id) is None


def _describe(alert: DutyAlert) -> dict[str, object]:
    """Return what a log may hold of an alert: whom to look for and where, no words."""
    return {"kind": alert.kind, "citizen": alert.citizen, "reference": alert.reference}
