"""Words to answer with: short texts of the office's, checked like articles before anybody can send them."""

from datetime import datetime

from bot.domain.articles import Refused, describe, person
from bot.domain.help import LONGEST_ANSWER
from bot.knowledge.documents.entries import name_of
from bot.knowledge.staff import Say, say
from bot.knowledge.wording import Remark, check_text
from store import canned, wordings
from store.canned import Canned
from store.database import Connection

LONGEST_TITLE = 30  # characters


class Stale(Exception):
    """Somebody else has changed or removed it since; `now` is what stands there, None if it is gone."""

    def __init__(self, now: Canned | None) -> None:
        super().__init__("changed since")
        self.now = now


def add(conn: Connection, *, title: str, body: str, by: str, now: datetime) -> int:
    """Add an answer and return its id.

    Raises:
        Refused: a part is missing or too long, the title is taken, or the words break the office's rules.
    """
    title, body = _checked(conn, title, body, own=None)
    return canned.add(conn, title=title, body=body, editor=person(by), now=now)


def change(conn: Connection, canned_id: int, *, version: int, title: str, body: str, by: str, now: datetime) -> None:
    """Change an answer that the person has seen in this version.

    Raises:
        Refused: as in `add`.
        Stale.
    """
    title, body = _checked(conn, title, body, own=canned_id)
    editor = person(by)
    if not canned.change(conn, canned_id, version=version, title=title, body=body, editor=editor, now=now):
        raise Stale(canned.find(conn, canned_id))


def remove(conn: Connection, canned_id: int, *, version: int) -> None:
    """Remove an answer; one that is gone already stays gone.

    Raises:
        Stale: it has been changed since.
    """
    if not canned.remove(conn, canned_id, version=version) and (found := canned.find(conn, canned_id)) is not None:
        raise Stale(found)


def remarks(conn: Connection, body: str) -> list[Remark]:
    """Return what in a text breaks the office's rules, for canned answers and for what is about to be sent."""
    return check_text(body, wordings.list_all(conn))


def _checked(conn: Connection, title: str, body: str, *, own: int | None) -> tuple[str, str]:
    title, body = " ".join(title.split()), body.strip()
    if not title:
        raise Refused(say(Say.NO_TITLE))
    if not body:
        raise Refused(say(Say.NO_ANSWER))
    for field, words, most in (("title", title, LONGEST_TITLE), ("answer", body, LONGEST_ANSWER)):
        if len(words) > most:
            raise Refused(say(Say.TOO_LONG, field=name_of(field), length=len(words), most=most))
    if (taken := canned.find_by_title(conn, title)) is not None and taken != own:
        raise Refused(say(Say.SAME_TITLE_AS, slug=title))
    if blocking := [describe(one) for one in remarks(conn, f"{title}\n{body}") if one.blocks]:
        raise Refused("\n".join(blocking))
    return title, body
