"""Erasing a person: on unfollow, on request, or when WeChat says that an authorisation was withdrawn.

The law: WeChat demands that all data of a user who unfollows be deleted; history rows hold ids, states and times and
stay whole. What concerns the person goes; an unanswered question stays counted, without its words.
"""

from datetime import datetime

from store import attachments, citizens, contacts, dialogues, erasures, inbox, outbox, unanswered
from store.database import Connection

SILENT_REPLY = '{"kind":"silence"}'  # what a late retry of an erased person's message gets


def erase_citizen(conn: Connection, citizen_id: str, *, cause: str, now: datetime) -> None:
    """Erase contacts, dialogue, raw words and pictures; cancel what was to be sent; write it into the ledger."""
    erasures.record(conn, citizen_id, cause=cause, now=now)
    erase_again(conn, citizen_id, now=now)


def erase_again(conn: Connection, citizen_id: str, *, now: datetime) -> None:
    """Erase without a new entry in the ledger: how a restored backup catches up."""
    contacts.forget(conn, citizen_id)
    dialogues.forget(conn, citizen_id)
    inbox.blank_replies(conn, citizen_id, silence=SILENT_REPLY)
    unanswered.erase(conn, citizen_id)
    outbox.erase_citizen(conn, citizen_id, reason="the citizen was erased", now=now)
    attachments.erase_citizen(conn, citizen_id)  # the media lane removes the files within minutes
    citizens.forget_openid(conn, citizen_id)
