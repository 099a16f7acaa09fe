"""Consent to keeping phone and name: asked before the first personal field of any form, logged, withdrawn as easily.

A form asks `is_needed`, sends `notice`, keeps ASKING in the dialogue's `confirming`, and goes on when the citizen has
answered: with its personal fields if `record` noted AGREED, without them if REFUSED. Another wording of the notice, or
somebody else who gets citizens' words, is another version, and is asked about anew.

Source: the Personal Information Protection Law (个人信息保护法), articles 13 to 17.
"""

from datetime import datetime

from bot import texts
from bot.domain.recipients import recipients
from bot.settings import Settings
from store import consents, contacts
from store.consents import Consent, Decision
from store.database import Connection

ASKING = "consent"  # in the dialogue: the notice is open


def version(settings: Settings) -> str:
    """Return the notice's version: a hash of its words, and of whom this installation gives what citizens write."""
    return recipients(settings).mark(texts.CONSENT)


def is_needed(conn: Connection, citizen_id: str, settings: Settings) -> bool:
    """Tell whether the notice must be shown before personal data may be asked for."""
    last = consents.find_last(conn, citizen_id)
    return last is None or not is_in_force(last, settings)


def is_in_force(consent: Consent, settings: Settings) -> bool:
    """Tell whether a citizen's last word allows to keep personal data: an agreement, and to this very notice."""
    return consent.decision is Decision.AGREED and consent.notice == version(settings)


def notice(settings: Settings, office: texts.Office) -> str:
    """Return the sentence, with what can be answered to it."""
    page = f"{settings.public_url}/privacy" if settings.public_url else ""
    return texts.consent_notice(office, days=settings.keep_contacts_days, page=page)


def record(conn: Connection, settings: Settings, citizen_id: str, *, decision: Decision, now: datetime) -> None:
    """Note what the citizen said; whoever withdraws has phone and name deleted at once."""
    consents.record(conn, citizen_id, notice=version(settings), decision=decision, decided=now)
    if decision is Decision.WITHDRAWN:
        contacts.forget(conn, citizen_id)
