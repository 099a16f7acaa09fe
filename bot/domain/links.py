"""Signed links: an address that lets whoever holds it do one thing for one citizen until a certain moment.

They take the place of a login on accounts without OAuth. The citizen gets the address in the chat, which nobody else
reads; nothing is stored, and an erased citizen's links lead nowhere.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from store.sealing import CannotOpen, Seal

VALID_FOR = timedelta(minutes=30)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{60,400}")


class Purpose(StrEnum):
    """What a link is for; one for another purpose is no good."""

    SEE = "see"
    EXPORT = "export"
    ERASE = "erase"


class BadLink(Exception):
    """The token isn't ours, was changed, or is for something else."""


class ExpiredLink(Exception):
    """The token was good once; `citizen_id` says whose it was."""

    def __init__(self, citizen_id: str) -> None:
        super().__init__("the link has expired")
        self.citizen_id = citizen_id


@dataclass(frozen=True, slots=True)
class Leave:
    """What a good token allows: to act for this citizen until then."""

    citizen_id: str
    until: datetime


def sign(seal: Seal, purpose: Purpose, leave: Leave) -> str:
    """Return a token of 60 to 400 letters, digits, - and _."""
    content = f"link {purpose} {leave.citizen_id} {int(leave.until.timestamp())}"
    return seal.close(content).decode("ascii").rstrip("=")


def read(seal: Seal, purpose: Purpose, token: str, *, now: datetime) -> Leave:
    """Return what a token allows.

    Raises:
        BadLink: it allows nothing here.
        ExpiredLink: not any more.
    """
    if not _TOKEN.fullmatch(token):
        raise BadLink("no token")
    try:
        content = seal.open(f"{token}{'=' * (-len(token) % 4)}".encode())
    except CannotOpen:
        raise BadLink("not signed by us") from None
    kind, named, citizen_id, until = (content.split(" ") + [""] * 4)[:4]
    if kind != "link" or named != purpose:
        raise BadLink(f"not for this: {purpose}")
    leave = Leave(citizen_id, datetime.fromtimestamp(int(until), UTC))
    if now >= leave.until:
        raise ExpiredLink(citizen_id)
    return leave


def my_data(seal: Seal, public_url: str, citizen_id: str, *, now: datetime) -> str:
    """Return the address of the page on which a citizen sees what is held, valid for half an hour."""
    return f"{public_url}/my?token={sign(seal, Purpose.SEE, Leave(citizen_id, now + VALID_FOR))}"
