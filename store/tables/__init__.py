"""The tables, declared once; `store/migrations` brings a database to this shape and a test compares the two.

`citizen_id` is a random name without meaning; openid, phone and name stand only in `citizens` and `contacts`.
"""

from store.tables.knowledge import (
    article_samples,
    article_versions,
    articles,
    embeddings,
    regressions,
    synonym_groups,
    unanswered,
    wordings,
)
from store.tables.metadata import METADATA
from store.tables.outgoing import lanes, leases, outbox, service_state
from store.tables.people import citizens, consents, contacts, erasures, security_log
from store.tables.talk import attachments, dialogues, failures, inbox

__all__ = [
    "METADATA",
    "article_samples",
    "article_versions",
    "articles",
    "attachments",
    "citizens",
    "consents",
    "contacts",
    "dialogues",
    "embeddings",
    "erasures",
    "failures",
    "inbox",
    "lanes",
    "leases",
    "outbox",
    "regressions",
    "security_log",
    "service_state",
    "synonym_groups",
    "unanswered",
    "wordings",
]
