"""What is held about one citizen is read whole, and nothing of anybody else's with it."""

from datetime import UTC, datetime

import orjson
from cryptography.fernet import Fernet

from bot.domain import help_asked, personal
from bot.domain.help_asked import Said
from store import attachments, citizens, consents, contacts, failures, inbox, outbox, security_log, unanswered
from store.consents import Decision
from store.database import Connection, Database
from store.dialogues import StoredDialogue
from store.dialogues import save as save_dialogues
from store.inbox import Handled
from store.outbox import NewDelivery
from store.sealing import Seal
from store.security_log import SecurityEvent

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SEAL = Seal([Fernet.generate_key().decode()])
PLACES = 10  # where a citizen's own word is planted


def _live(conn: Connection, name: str) -> str:
    """Have a citizen whose every trace holds their name."""
    who = citizens.enrol(conn, f"o-{name}", now=NOW)
    contacts.keep(conn, SEAL, who, kind="name", value=name, now=NOW)
    inbox.remember(conn, [Handled(name.encode().ljust(16), who, NOW, "text", f'{{"content":"{name}"}}', name)])
    save_dialogues(conn, [StoredDialogue(who, 1, NOW, f'{{"question":"{name}"}}')])
    unanswered.add(conn, citizen_id=who, question=name, cause="refused", nearest_article_id=None, asked=NOW)
    attachments.expect(conn, who, kind="image", received=NOW)
    asked = help_asked.ask_person(conn, who, about=name, now=NOW)
    help_asked.hear(conn, asked.conversation.id, Said(kind="text", body=name), now=NOW)
    consents.record(conn, who, notice=name, decision=Decision.AGREED, decided=NOW)
    body = orjson.dumps({"text": name}).decode()
    delivery = NewDelivery(lane="customer_message", body=body, due=NOW, created=NOW, repeatable=False, citizen_id=who)
    outbox.enqueue(conn, delivery)
    raw = orjson.dumps({"push": name}).decode()
    failures.record(conn, SEAL, reference=name, openid=f"o-{name}", raw=raw, error="KeyError", now=NOW)
    event = SecurityEvent.MY_DATA_SHOWN
    security_log.record(conn, event, who=SEAL.alias(who), now=NOW, detail=name)
    return who


async def test_the_file_holds_everything_and_nothing_of_others(database: Database) -> None:
    who = await database.write(_live, "anna")
    await database.write(_live, "berta")
    held = await database.read(personal.gather, SEAL, who)
    assert held is not None
    content = personal.export(held, now=NOW)
    assert b"berta" not in content
    values = orjson.loads(content)
    assert [name for name, value in values.items() if not value] == []
    planted = [name for name, value in values.items() if b"anna" in orjson.dumps(value)]
    assert len(planted) == PLACES
    assert values["contacts"] == [{"kind": "name", "value": "anna", "given": "2026-11-24T16:00:00+08:00"}]
    assert values["messages"][0]["reply"] == {"content": "anna"}


async def test_counts_agree_with_what_is_there(database: Database) -> None:
    who = await database.write(_live, "anna")
    await database.write(_live, "berta")
    summary = await database.read(personal.summarise, who)
    counts = summary.counts
    assert (counts.messages, counts.attachments, counts.questions, counts.contacts) == (1, 1, 1, 1)
    assert counts.since == NOW
    assert summary.consent is not None


async def test_of_a_stranger_there_is_nothing(database: Database) -> None:
    summary = await database.read(personal.summarise, "0" * 16)
    assert (summary.counts.messages, summary.counts.since, summary.consent) == (0, None, None)
    assert await database.read(personal.gather, SEAL, "0" * 16) is None


async def test_a_lost_key_hides_what_it_closed_and_no_more(database: Database) -> None:
    who = await database.write(_live, "anna")
    held = await database.read(personal.gather, Seal([Fernet.generate_key().decode()]), who)
    assert held is not None
    assert [one.value for one in held.contacts] == [None]
    assert len(held.rows.messages) == 1


def test_a_pseudonym_needs_the_key() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert Seal([old]).alias("a") == Seal([old]).alias("a")
    assert Seal([old]).alias("a") != Seal([old]).alias("b")
    assert Seal([old]).alias("a") != Seal([new]).alias("a")
    assert Seal([old]).alias("a") in Seal([new, old]).aliases("a")
