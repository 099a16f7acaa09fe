"""What the tests about personal data share: a phone as a form will keep it, and the address in a reply."""

import re

from bot.clock import Clock
from store import citizens, contacts
from store.database import Connection
from store.sealing import Seal
from tests.town import SEAL_KEY, Citizen, Town


def address_in(words: str) -> str:
    """Return the first page's address in a reply."""
    found = re.search(r'href="(https?://[^"]+)"', words)
    assert found, words
    return found[1]


async def keep_contact(town: Town, citizen: Citizen, *, kind: str, value: str) -> None:
    """Have a phone or a name kept."""
    now = Clock(town.settings.clock_offset_file).now()

    def keep(conn: Connection) -> None:
        who = citizens.find_by_openid(conn, citizen.openid)
        assert who is not None
        contacts.keep(conn, Seal([SEAL_KEY]), who, kind=kind, value=value, now=now)

    await town.database.write(keep)
