"""Phase two of a message: everything that it changes, inside one transaction, or nothing.

Several citizens' messages may share the transaction; each still finds its own rows, and all of it counts or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import texts
from bot.dialogue import answered_later, duty, helping, late
from bot.dialogue.context import UNSEEN, Dialogue, dump_context, load_context
from bot.dialogue.late import Patience
from bot.dialogue.replies import dump_reply, load_reply
from bot.dialogue.router import Router, expects_answer
from bot.dialogue.turn import Town, Turn, Understanding
from bot.wechat.messages import Event, Message, Push, Reply, Text
from bot.wechat.xml import split_text
from store import citizens, dialogues, inbox
from store.database import Connection
from store.dialogues import StoredDialogue
from store.inbox import Arrival, Asked, Handled

# Events whose sender is a citizen; all others come from the platform itself.
_CITIZENS_EVENTS = frozenset({"subscribe", "unsubscribe", "scan", "click", "view", "view_miniprogram"}) | frozenset(
    {"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
)
_LONGEST_SAID = 2000  # characters of a message that the transcript keeps
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
    patience: Patience


def act_together(conn: Connection, attempts: Sequence[Attempt], *, router: Router, town: Town) -> list[Done | Stale]:
    """Handle pushes of different citizens in one transaction: read all again, act one by one, remember all."""
    arrivals = inbox.look_up(conn, [_asked(attempt) for attempt in attempts])
    fresh = [_is_fresh(*pair, town) for pair in zip(attempts, arrivals, strict=True)]
    strangers = [
        attempt.push.openid
        for attempt, arrival, is_fresh in zip(attempts, arrivals, fresh, strict=True)
        if is_fresh and arrival.citizen_id is None and _is_citizens(attempt.push)
    ]
    enrolled = dict(zip(strangers, citizens.enrol_all(conn, strangers, now=attempts[0].now), strict=True))
    written = _Written([], [])
    outcomes: list[Done | Stale] = []
    for attempt, arrival, is_fresh in zip(attempts, arrivals, fresh, strict=True):
        if is_fresh:
            citizen_id = arrival.citizen_id or enrolled.get(attempt.push.openid, "")
            turn = _begin(conn, attempt, arrival, town, citizen_id=citizen_id)
            outcomes.append(_act(turn, attempt, arrival, router=router, written=written))
        else:
            outcomes.append(_repeat_or_think_again(conn, attempt, arrival, town))
    dialogues.save(conn, written.dialogues)
    inbox.remember(conn, written.handled)
    return outcomes


@dataclass(frozen=True, slots=True)
class _Written:
    """The rows of a transaction's end."""

    dialogues: list[StoredDialogue]
    handled: list[Handled]


def _asked(attempt: Attempt) -> Asked:
    article = attempt.understanding.article
    return Asked(attempt.key, attempt.push.openid, article.id if article else 0)


def _is_fresh(attempt: Attempt, arrival: Arrival, town: Town) -> bool:
    """Tell whether the push is new and phase one's thoughts about it still hold."""
    is_new = arrival.reply is None and arrival.revision == attempt.dialogue.revision
    return is_new and not _has_moved(attempt, arrival, town)


def _has_moved(attempt: Attempt, arrival: Arrival, town: Town) -> bool:
    article = attempt.understanding.article
    if article is None:
        return False
    return arrival.article_version != article.version or arrival.article_status not in town.statuses


def _repeat_or_think_again(conn: Connection, attempt: Attempt, arrival: Arrival, town: Town) -> Done | Stale:
    stored, key, now = _stored(arrival), attempt.key, attempt.now
    if arrival.reply is None:
        return Stale(stored, article_moved=_has_moved(attempt, arrival, town))
    reply = load_reply(arrival.reply)
    is_late = not attempt.patience.lasts() and expects_answer(attempt.push)
    if not is_late:
        late.take_back(conn, key=key, citizen_id=arrival.citizen_id, dialogue=stored, now=now)
    elif town.can.customer_message and arrival.citizen_id is not None and isinstance(reply, Text):
        late.promise_again(conn, reply, key=key, citizen_id=arrival.citizen_id, now=now)
    return Done(reply, UNSEEN, repeated=True, late=is_late)


def _act(turn: Turn, attempt: Attempt, arrival: Arrival, *, router: Router, written: _Written) -> Done:
    reply = _reply(turn, router, quiet=arrival.quiet_reason is not None)
    is_late = not attempt.patience.lasts() and not turn.erased and expects_answer(attempt.push)
    if is_late:
        late.promise(turn, reply, key=attempt.key)
    after = UNSEEN
    if turn.citizen_id and not turn.erased:
        after = Dialogue(arrival.revision + 1, turn.now, turn.context)
        written.dialogues.append(StoredDialogue(turn.citizen_id, after.revision, turn.now, dump_context(turn.context)))
    kind, said = kind_of(attempt.push), None if turn.erased else _said(attempt.push)
    written.handled.append(Handled(attempt.key, turn.citizen_id or None, attempt.now, kind, dump_reply(reply), said))
    return Done(reply, after, outgoing=turn.outgoing, late=is_late)


def _said(push: Push) -> str | None:
    """Return the words for the transcript."""
    return push.text[:_LONGEST_SAID] if isinstance(push, Message) and push.kind == "text" else None


def kind_of(push: Push) -> str:
    """Return a short name: text, image …, event:click …"""
    return f"event:{push.name}" if isinstance(push, Event) else push.kind


def people_of(push: Push) -> tuple[str, ...]:
    """Return the openids that a push is about: its sender, and the person whom a platform's event names."""
    named = str(push.details.get("OpenID") or "") if isinstance(push, Event) else ""
    return (push.openid, named) if named and named != push.openid else (push.openid,)


def _stored(arrival: Arrival) -> Dialogue:
    return Dialogue(arrival.revision, arrival.heard, load_context(arrival.state))


def _begin(conn: Connection, attempt: Attempt, arrival: Arrival, town: Town, *, citizen_id: str) -> Turn:
    return Turn(
        conn=conn,
        town=town,
        push=attempt.push,
        understanding=attempt.understanding,
        citizen_id=citizen_id,
        context=_stored(arrival).context(attempt.now),
        now=attempt.now,
        has_news=arrival.has_news,
    )


def _is_citizens(push: Push) -> bool:
    return not isinstance(push, Event) or push.name in _CITIZENS_EVENTS


def _reply(turn: Turn, router: Router, *, quiet: bool) -> Reply:
    if quiet and expects_answer(turn.push):
        duty.tell(turn, answered=texts.QUIET)
        helping.hear(turn)
        return Text(texts.QUIET)
    reply = late.pay(turn, answered_later.tell(turn, helping.announce(turn, router.act(turn))))
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
