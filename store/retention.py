"""What is kept only for a time: how the rows are found whose time is over, and what happens to them then.

Rows are found in a read, which may take long and holds nobody up, and then changed by their keys in short writes. A
change asks again whether the row is due: its person may have come back in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from store.attachments import AttachmentState
from store.outbox import ERASED_BODY
from store.tables import (
    attachments,
    citizens,
    consents,
    contacts,
    conversation_lines,
    conversations,
    dialogues,
    failures,
    inbox,
    invitations,
    kept_forms,
    outbox,
    security_log,
    sign_in_attempts,
    staff_sessions,
    unanswered,
)


@dataclass(frozen=True, slots=True)
class Expiring:
    """One kind of rows: the statement that finds the keys of those due, and the one that ends them."""

    found: Select[Any]
    ended: Delete | Update


def _expiring(key: ColumnElement[Any], is_due: ColumnElement[bool], change: Delete | Update) -> Expiring:
    found = select(key).where(is_due).limit(bindparam("limit"))
    return Expiring(found, change.where(key.in_(bindparam("keys", expanding=True)), is_due))


_LATER = consents.alias("later")
_IS_OVERTAKEN = exists().where(_LATER.c.citizen_id == consents.c.citizen_id, _LATER.c.id > consents.c.id)
_IS_NOBODYS = ~exists().where(citizens.c.citizen_id == consents.c.citizen_id, citizens.c.openid.is_not(None))

MESSAGES = _expiring(inbox.c.id, inbox.c.received < bindparam("before"), delete(inbox))
DIALOGUES = _expiring(dialogues.c.citizen_id, dialogues.c.heard < bindparam("before"), delete(dialogues))
SENT = _expiring(
    outbox.c.id,
    (outbox.c.settled < bindparam("before")) & (outbox.c.body != ERASED_BODY),
    update(outbox).values(body=ERASED_BODY),
)
# Their files go as those of erased citizens do: the media lane removes them.
ATTACHMENTS = _expiring(
    attachments.c.id,
    (attachments.c.received < bindparam("before")) & (attachments.c.state != AttachmentState.ERASED),
    update(attachments).values(state=AttachmentState.ERASED),
)
QUESTIONS = _expiring(
    unanswered.c.id,
    (unanswered.c.asked < bindparam("before")) & unanswered.c.question.is_not(None),
    update(unanswered).values(question=None),
)
HELP_LINES = _expiring(
    conversation_lines.c.id,
    (conversation_lines.c.said < bindparam("before")) & conversation_lines.c.body.is_not(None),
    update(conversation_lines).values(body=None),
)
HELP_WORDS = _expiring(
    conversations.c.id,
    (conversations.c.closed < bindparam("before")) & ((conversations.c.about != "") | (conversations.c.draft != "")),
    update(conversations).values(about="", draft=""),
)
CONTACTS = _expiring(contacts.c.citizen_id, contacts.c.given < bindparam("before"), delete(contacts))
FAILURES = _expiring(failures.c.reference, failures.c.happened < bindparam("before"), delete(failures))
SECURITY_LOG = _expiring(security_log.c.id, security_log.c.happened < bindparam("before"), delete(security_log))
SESSIONS = _expiring(staff_sessions.c.id, staff_sessions.c.ends < bindparam("before"), delete(staff_sessions))
INVITATIONS = _expiring(invitations.c.id, invitations.c.expires < bindparam("before"), delete(invitations))
ATTEMPTS = _expiring(sign_in_attempts.c.key, sign_in_attempts.c.last < bindparam("before"), delete(sign_in_attempts))
KEPT_FORMS = _expiring(kept_forms.c.token, kept_forms.c.kept < bindparam("before"), delete(kept_forms))
# What a citizen said last stays as long as it counts.
CONSENTS = _expiring(
    consents.c.id,
    (consents.c.decided < bindparam("before")) & or_(_IS_OVERTAKEN, _IS_NOBODYS),
    delete(consents),
)


def find_due(conn: Connection, kind: Expiring, *, before: datetime, limit: int) -> Sequence[Any]:
    """Return the keys of up to `limit` rows older than a moment."""
    return conn.scalars(kind.found, {"before": before, "limit": limit}).all()


def end(conn: Connection, kind: Expiring, keys: Sequence[Any], *, before: datetime) -> int:
    """Delete or blank those of these rows that still are older than the moment; return how many."""
    return conn.execute(kind.ended, {"before": before, "keys": list(keys)}).rowcount
