"""The tables, declared once; `store/migrations` brings a database to this shape and a test compares the two.

`citizen_id` is a random name without meaning; openid, phone and name stand only in `citizens` and `contacts`.
"""

from store.tables.desk import kept_forms, once
from store.tables.help import (
    canned_answers,
    conversation_lines,
    conversations,
    help_feed,
    office_hours,
    tickets,
    workdays,
)
from store.tables.knowledge import (
    article_samples,
    article_versions,
    articles,
    embeddings,
    knowledge_scores,
    knowledge_uploads,
    regressions,
    synonym_groups,
    unanswered,
    wordings,
)
from store.tables.metadata import METADATA
from store.tables.outgoing import lanes, leases, outbox, service_state
from store.tables.overview import daily_figures, heartbeats, missed_groups, publications, rollups
from store.tables.people import citizens, consents, contacts, erasures, security_log
from store.tables.staff import (
    audit,
    departments,
    invitations,
    recovery_codes,
    sign_in_attempts,
    staff,
    staff_sessions,
)
from store.tables.talk import attachments, dialogues, failures, inbox

__all__ = [
    "METADATA",
    "article_samples",
    "article_versions",
    "articles",
    "attachments",
    "audit",
    "canned_answers",
    "citizens",
    "consents",
    "contacts",
    "conversation_lines",
    "conversations",
    "daily_figures",
    "departments",
    "dialogues",
    "embeddings",
    "erasures",
    "failures",
    "heartbeats",
    "help_feed",
    "inbox",
    "invitations",
    "kept_forms",
    "knowledge_scores",
    "knowledge_uploads",
    "lanes",
    "leases",
    "missed_groups",
    "office_hours",
    "once",
    "outbox",
    "publications",
    "recovery_codes",
    "regressions",
    "rollups",
    "security_log",
    "service_state",
    "sign_in_attempts",
    "staff",
    "staff_sessions",
    "synonym_groups",
    "tickets",
    "unanswered",
    "wordings",
    "workdays",
]
