"""Phase two of a message: everything that it changes, inside one transaction, or nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot import texts
from bot.dialogue import late
from bot.dialogue.context import UNSEEN, Dialogue, dump_context, load_context
from bot.dialogue.replies import dump_reply, load_reply
from bot.dialogue.router import Router, expects_answer
from bot.dialogue.turn import Town, Turn, Understanding
from bot.wechat.messages import Event, Push, Reply, Text
from bot.wechat.xml import split_text
from store import citizens, dialogues, inbox
from store.database import Connection
from store.inbox import Arrival

# Events whose sender is a citizen; all others come from the platform itself.
_CITIZENS_EVENTS = frozenset({"subscribe", "unsubscribe", "scan", "click", "view", "view_miniprogram"}) | frozenset(
    {"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
)
_LONGEST_REPLY = 1800  # bytes, of WeChat's 2048: room for the tail


@dataclass(frozen=True, slots=True)
class Stale:
    """Another dialogue or another state of the knowledge than phase one had thought of; nothing was changed."""

    dialogue: Dialogue
    article_moved: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The push is handled; these are the words, the dialogue after it, and what the commit set going."""

    reply: Reply
    dialogue: Dialogue
    repeated: bool = False
    outgoing: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A push with phase one's thoughts about it."""

    push: Push
    key: bytes
    dialogue: Dialogue
    understanding: Understanding
    now: datetime  # business time of the receipt
    received: float  # monotonic second of the receipt


def act(conn: Connection, attempt: Attempt, *, router: Router, town: Town, statuses: tuple[str, ...]) -> Done | Stale:
    """Handle the push on one connection: read again, act, remember the reply."""
    article = attempt.understanding.article
    openid = attempt.push.openid
    arrival = inbox.look_up(conn, key=attempt.key, openid=openid, article_id=article.id if article else 0)
    stored = Dialogue(arrival.revision, arrival.heard, load_context(arrival.state))
    if arrival.reply is not None:
        return _repeat(conn, attempt, arrival, stored)
    moved = article is not None and (
        arrival.article_version != article.version or arrival.article_status not in statuses
    )
    if moved or arrival.revision != attempt.dialogue.revision:
        return Stale(stored, article_moved=moved)
    turn = _begin(conn, attempt, arrival, stored, town)
    reply = _reply(turn, router, quiet=arrival.quiet_reason is not None)
    is_late = not late.is_in_time(attempt.received) and not turn.erased and expects_answer(attempt.push)
    if is_late:
        late.promise(turn, reply, key=attempt.key)
    after = _save(turn, stored)
    inbox.remember(
        conn,
        key=attempt.key,
        citizen_id=turn.citizen_id or None,
        received=attempt.now,
        kind=kind_of(attempt.push),
        reply=dump_reply(reply),
    )
    return Done(reply, after, outgoing=turn.outgoing, late=is_late)


def kind_of(push: Push) -> str:
    """Return a short name: text, image …, event:click …"""
    return f"event:{push.name}" if isinstance(push, Event) else push.kind


def _repeat(conn: Connection, attempt: Attempt, arrival: Arrival, stored: Dialogue) -> Done:
    assert arrival.reply is not None
    if late.is_in_time(attempt.received):
        late.take_back(conn, key=attempt.key, citizen_id=arrival.citizen_id, dialogue=stored, now=attempt.now)
    return Done(load_reply(arrival.reply), UNSEEN, repeated=True)


def _begin(conn: Connection, attempt: Attempt, arrival: Arrival, stored: Dialogue, town: Town) -> Turn:
    citizen_id = arrival.citizen_id
    if citizen_id is None and _is_citizens(attempt.push):
        citizen_id = citizens.enrol(conn, attempt.push.openid, now=attempt.now)
    return Turn(
        conn=conn,
        town=town,
        push=attempt.push,
        understanding=attempt.understanding,
        citizen_id=citizen_id or "",
        context=stored.context(attempt.now),
        now=attempt.now,
    )


def _is_citizens(push: Push) -> bool:
    return not isinstance(push, Event) or push.name in _CITIZENS_EVENTS


def _reply(turn: Turn, router: Router, *, quiet: bool) -> Reply:
    if quiet and expects_answer(turn.push):
        return Text(texts.QUIET)
    reply = late.pay(turn, router.act(turn))
    return _fit(turn, reply) if isinstance(reply, Text) else reply


def _fit(turn: Turn, reply: Text) -> Reply:
    """Cut a long text at a sentence and keep the rest for 继续."""
    if len(reply.content) * 4 <= _LONGEST_REPLY:
        return reply
    first, *others = split_text(reply.content, limit=_LONGEST_REPLY)
    if not others:
        return reply
    turn.context = replace(turn.context, rest="\n".join(others))
    return Text(f"{first}\n{texts.LONG_ANSWER_TAIL}")


def _save(turn: Turn, stored: Dialogue) -> Dialogue:
    """Write the dialogue after the turn and return it; whoever was erased, or is no citizen, has none."""
    if turn.erased or not turn.citizen_id:
        return UNSEEN
    revision = stored.revision + 1
    dialogues.save(turn.conn, turn.citizen_id, revision=revision, heard=turn.now, state=dump_context(turn.context))
    return Dialogue(revision, turn.now, turn.context)
