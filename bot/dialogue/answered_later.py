"""Answers to questions that were missed earlier, told at the citizen's next contact.

Whoever wrote within WeChat's window has them by customer message already (bot/jobs/answers.py).
"""

from bot import texts
from bot.dialogue.turn import Turn
from bot.knowledge.library import to_article
from bot.wechat.messages import Reply, Text
from store import articles, unanswered
from store.unanswered import Answered

_AT_ONCE = 3
_SHOWN = 30  # characters of the question


def tell(turn: Turn, reply: Reply) -> Reply:
    """Put the answers before a reply in words; those whose article isn't published wait on."""
    if not turn.has_news or turn.erased or not isinstance(reply, Text):
        return reply
    by_article: dict[int, list[Answered]] = {}
    for one in unanswered.waiting_to_be_told(turn.conn, turn.citizen_id):
        by_article.setdefault(one.article_id, []).append(one)
    told: list[str] = []
    for asked in by_article.values():
        words = _words(turn, asked[0]) if len(told) < _AT_ONCE else None
        if words is not None and unanswered.mark_told(turn.conn, [one.id for one in asked], turn.now):
            told.append(words)
    return Text("\n\n".join([*filter(None, told), reply.content])) if told else reply


def _words(turn: Turn, one: Answered) -> str | None:
    """Return the question and its answer, "" if the reply itself is that answer, None if it can't be told now."""
    if turn.context.article_id == one.article_id:
        return ""
    stored = articles.find_published(turn.conn, one.article_id, statuses=turn.town.statuses, now=turn.now)
    return None if stored is None else texts.answered_later(one.question[:_SHOWN], to_article(stored).answer)
