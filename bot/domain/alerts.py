"""Alerting the duty officer about a citizen's message, in the transaction that answers it."""

from datetime import datetime, timedelta
from typing import Final

from bot.clock import TOWN
from bot.knowledge.normalise import spell_plainly
from bot.knowledge.sensitive import Kind
from bot.outbound.delivery import NOTICE, REPLY, DutyAlert, LaneName, alert_delivery, load_alert
from store import outbox
from store.database import Connection
from store.sealing import Seal

_ONCE_IN: Final = timedelta(minutes=10)  # the same words of the same citizen alert once
_AT_ONCE: Final = 3  # alerts of one citizen in that time; further ones wait behind those of others
_LIFE: Final = frozenset({Kind.SELF_HARM, Kind.VIOLENCE, Kind.CHILD_ABUSE, Kind.DANGER})
_SAID: Final = 200  # characters that the duty officer reads
_ANSWERED: Final = 160
_CITIZEN: Final = 8  # of the citizen_id's 16 digits


def tell_duty(
    conn: Connection,
    seal: Seal,
    *,
    kind: Kind,
    said: str,
    answered: str,
    citizen_id: str,
    reference: str,
    now: datetime,
) -> bool:
    """Put an alert on its way; False if these words have just had one."""
    said = said.encode("utf-8", "replace").decode()
    alert = DutyAlert(
        kind=kind,
        citizen=citizen_id[:_CITIZEN],
        said=_cut(said, _SAID),
        answered=_cut(answered, _ANSWERED),
        reference=reference,
        raised=now.astimezone(TOWN).strftime("%Y-%m-%d %H:%M:%S"),
    )
    name = seal.alias(f"{citizen_id} {kind} {spell_plainly(said)}")  # nobody without the keys can tell the words by it
    period = int(now.timestamp() // _ONCE_IN.total_seconds())
    before = outbox.find_created(conn, f"alert:{name}:{period - 1}")
    if before is not None and now - before < _ONCE_IN:
        return False
    priority = REPLY if kind in _LIFE and _is_calm(conn, citizen_id, now) else NOTICE
    delivery = alert_delivery(alert, now, citizen_id=citizen_id, dedupe=f"alert:{name}:{period}", priority=priority)
    return outbox.enqueue(conn, delivery) is not None


def about_life(conn: Connection, citizen_id: str) -> list[int]:
    """Return the rows of alerts about danger to life that still wait to be taken: erasing their citizen spares them.

    Who writes about suicide and unfollows at once must not go unnoticed. Such a row loses its words as soon as it has
    its end. Source: the Personal Information Protection Law, article 13 (4).
    """
    waiting = outbox.list_waiting(conn, citizen_id, lane=LaneName.ROBOT)
    return [row_id for row_id, body in waiting if body != outbox.ERASED_BODY and load_alert(body).kind in _LIFE]


def _is_calm(conn: Connection, citizen_id: str, now: datetime) -> bool:
    return outbox.count_since(conn, citizen_id, lane=LaneName.ROBOT, since=now - _ONCE_IN) < _AT_ONCE


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
