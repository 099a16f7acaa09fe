"""Reaching a human being: calling one, waiting for one, and talking with one while the bot is silent."""

from dataclasses import replace

from bot import texts
from bot.clock import TOWN
from bot.dialogue import helping
from bot.dialogue.turn import Button, Capability, Intent, Turn
from bot.domain import help_asked
from bot.domain.help_asked import Asked
from bot.domain.help_state import Helped
from bot.domain.help_window import closes_before
from bot.knowledge.findings import Outcome
from bot.wechat.messages import SILENCE, Event, Message, Reply, Text

# What the law gives the citizen, whoever is answering: asked for in so many words, it is done at once.
_RIGHTS = frozenset({Intent.PRIVACY, Intent.EXPORT, Intent.ERASE, Intent.CONFIRM_ERASE, Intent.WITHDRAW_CONSENT})
_LEAVING = frozenset({Intent.CANCEL, Intent.BACK})


def act(turn: Turn) -> Reply | None:
    """Call a person, pass on what is said to one, or tell how to reach one."""
    if helping.is_held(turn):
        return _while_held(turn)
    if helping.is_waiting(turn):
        return _while_waiting(turn)
    if turn.intent is not Intent.PERSON:
        return None
    return _call(turn) if turn.town.can.customer_message else Text(texts.person_by_phone(turn.office))


def _call(turn: Turn) -> Reply:
    asked = help_asked.ask_person(turn.conn, turn.citizen_id, about=turn.context.question, now=turn.now)
    turn.context = replace(turn.context, help=Helped.WAITING, help_id=asked.conversation.id)
    if asked.is_open:
        return Text(texts.person_is_coming(turn.office))
    return Text(_later(turn, asked))


def _later(turn: Turn, asked: Asked) -> str:
    return texts.person_comes_later(
        asked.conversation.ticket,
        asked.opens.astimezone(TOWN) if asked.opens else None,
        turn.office,
        write_again=closes_before(asked.opens, now=turn.now),
    )


def _while_held(turn: Turn) -> Reply | None:
    if not isinstance(turn.push, Message) and not _is_click(turn):
        return None
    helping.hear(turn)
    return None if turn.intent in _RIGHTS else SILENCE


def _while_waiting(turn: Turn) -> Reply | None:
    """Keep the words for whoever comes; the bot still answers what it can, so that nobody is left in silence."""
    if turn.intent in _LEAVING and not turn.context.confirming:
        help_asked.withdraw(turn.conn, turn.context.help_id, now=turn.now)
        turn.context = replace(turn.context, help="", help_id=0)
        return Text(texts.person_not_needed())
    if turn.intent is Intent.PERSON:
        helping.hear(turn)
        asked = help_asked.ask_person(turn.conn, turn.citizen_id, about="", now=turn.now)
        return Text(texts.person_still_comes(asked.conversation.ticket))
    if not isinstance(turn.push, Message):
        return None
    helping.hear(turn)
    if not turn.is_text():
        return _acknowledge(turn) or SILENCE
    return None if _has_answer(turn) else _acknowledge(turn)


def _acknowledge(turn: Turn) -> Reply | None:
    """Say once that the office sees it."""
    if turn.context.help == Helped.TOLD:
        return None
    turn.context = replace(turn.context, help=Helped.TOLD)
    return Text(texts.passed_on())


def _has_answer(turn: Turn) -> bool:
    """Tell whether the bot has something to say to these words."""
    thought = turn.understanding
    if turn.intent is not None or thought.article is not None or thought.gone:
        return True
    return thought.finding is not None and thought.finding.outcome is not Outcome.UNKNOWN


def _is_click(turn: Turn) -> bool:
    return isinstance(turn.push, Event) and turn.push.name == "click"


CAPABILITY = Capability("person", act, buttons=(Button("mine", texts.BUTTON_PERSON, Intent.PERSON),))
