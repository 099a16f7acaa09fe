"""What was said in a conversation, as an officer reads it: the bot's turns before it, every line, internal notes."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.dialogue.replies import load_reply
from bot.wechat.messages import Text
from store import help, help_view
from store.attachments import Attachment
from store.database import Connection
from store.help import Conversation, Line, Who
from store.help_view import Turn

_TURNS = 30  # pushes with the bot that are shown
_LINK = re.compile(r"<a\s[^>]*>(.*?)</a>", re.DOTALL)
_SAID_KINDS = frozenset({"text", "image", "voice", "video", "place", "link", "menu"})
_WECHAT_KINDS = {"location": "place", "shortvideo": "video"}
NOTE, BOT = "note", "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One thing on the page. `key` names it for good, so that a live page knows what is new."""

    key: str
    at: datetime
    who: str  # citizen | staff | bot | system | note | event
    kind: str  # text | image | voice | video | place | link | menu; of an event what happened
    words: str = ""
    author: str = ""  # the officer
    sent: str | None = None  # the outbox's state of what we sent
    errcode: int | None = None
    alert: str | None = None
    file: Attachment | None = None


def read_bubbles(conn: Connection, shown: Conversation, *, names: Mapping[int, str], until: datetime) -> list[Bubble]:
    """Return all bubbles in the order of time."""
    said = help.lines(conn, shown.id)
    has_files = any(line.attachment_id is not None for line in said)
    files = help_view.attachments_in(conn, shown.id) if has_files else {}
    lines = [_of_line(line, names, files) for line in said]
    turns = help_view.turns(conn, shown.citizen_id, until=shown.closed or until, most=_TURNS)
    earlier = [bubble for turn in turns for bubble in _of_turn(turn, with_words=turn.received <= shown.opened)]
    return sorted([*earlier, *lines], key=lambda bubble: (bubble.at, bubble.who == BOT))


def masked(bubbles: Sequence[Bubble], mask: Callable[[str], str]) -> list[Bubble]:
    """Return the bubbles with what is personal made unreadable."""
    return [replace(bubble, words=mask(bubble.words)) for bubble in bubbles]


def _of_turn(turn: Turn, *, with_words: bool) -> list[Bubble]:
    """Return a push before the conversation with its answer, of a later one the bot's answer alone."""
    bubbles = []
    kind = _WECHAT_KINDS.get(turn.kind, turn.kind)
    if with_words and kind in _SAID_KINDS:
        said = Bubble(key=f"said-{turn.id}", at=turn.received, who="citizen", kind=kind, words=turn.said or "")
        bubbles.append(said)
    reply = load_reply(turn.reply)
    if isinstance(reply, Text):
        words = plain(reply.content)
        bubbles.append(Bubble(key=f"reply-{turn.id}", at=turn.received, who=BOT, kind="text", words=words))
    return bubbles


def _of_line(line: Line, names: Mapping[int, str], files: Mapping[int, Attachment]) -> Bubble:
    return Bubble(
        key=f"line-{line.id}",
        at=line.said,
        who=_speaker(line),
        kind="text" if line.kind == NOTE else line.kind,
        words=_words(line, names),
        author=names.get(line.staff_id, "") if line.staff_id is not None else "",
        sent=line.sent,
        errcode=line.errcode,
        alert=line.alert,
        file=files.get(line.attachment_id) if line.attachment_id is not None else None,
    )


def _speaker(line: Line) -> str:
    if line.kind == NOTE:
        return NOTE
    return str(line.who) if line.kind in _SAID_KINDS else "event"


def _words(line: Line, names: Mapping[int, str]) -> str:
    """Return the words; of a hand-over, whose body holds an officer's number, who got the conversation."""
    body = line.body or ""
    if line.kind == help.HANDED_OVER:
        return names.get(int(body), "") if body.isdecimal() else ""
    return plain(body) if line.who is Who.SYSTEM else body


def plain(words: str) -> str:
    """Return a reply's words as they are read on the phone: links without their addresses."""
    return html.unescape(_LINK.sub(r"\1", words))
