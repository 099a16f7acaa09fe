"""Erasing a person: on unfollow, on request, or when WeChat says that an authorisation was withdrawn.

The law: WeChat demands that all data of a user who unfollows be deleted; history rows hold ids, states and times and
stay whole. What concerns the person goes; an unanswered question stays counted, without its words. What stays, and why,
stands in docs/privacy.md: the ledger's entry, what was said to the notice about personal data (the office must be able
to prove it) and the security log, none of which lead to the person any more; and an alert about danger to life, until
the duty officer has it.
"""

from datetime import datetime

from bot.domain import alerts
from store import attachments, citizens, contacts, dialogues, erasures, failures, help, inbox, outbox, unanswered
from store.database import Connection
from store.erasures import Erasure

SILENT_REPLY = '{"kind":"silence"}'  # what a late retry of an erased person's message gets


def erase_citizen(conn: Connection, citizen_id: str, *, cause: str, now: datetime) -> None:
    """Erase contacts, dialogue, words and pictures; cancel what was to be sent; write it into the ledger."""
    erasures.record(conn, citizen_id, cause=cause, now=now)
    _erase(conn, citizen_id, now=now)


def erase_late(conn: Connection, erasure: Erasure, *, now: datetime) -> None:
    """Erase whom a restored backup has brought back, with the entry that the ledger has of it."""
    erasures.record(conn, erasure.citizen_id, cause=erasure.cause, now=erasure.erased)
    _erase(conn, erasure.citizen_id, now=now)


def _erase(conn: Connection, citizen_id: str, *, now: datetime) -> None:
    openid = citizens.find_openid(conn, citizen_id)
    if openid is not None:
        failures.erase(conn, openid)
    contacts.forget(conn, citizen_id)
    dialogues.forget(conn, citizen_id)
    inbox.blank(conn, citizen_id, silence=SILENT_REPLY)
    unanswered.erase(conn, citizen_id)
    help.erase_citizen(conn, citizen_id, now=now)
    spared = alerts.about_life(conn, citizen_id)
    outbox.erase_citizen(conn, citizen_id, spared=spared, reason="the citizen was erased", now=now)
    attachments.erase_citizen(conn, citizen_id)  # the media lane removes the files within minutes
    citizens.forget_openid(conn, citizen_id)
