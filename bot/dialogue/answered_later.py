"""Answers to questions that were missed earlier, told at the citizen's next contact.

Whoever wrote within WeChat's window has them by customer message already (bot/jobs/answers.py).
"""

from bot.dialogue.turn import Turn
from bot.domain.knowledge import late_answer
from bot.wechat.messages import Reply, Text
from bot.wechat.xml import TEXT_BYTES
from store import unanswered
from store.unanswered import Answered

_BETWEEN = "\n\n"


def tell(turn: Turn, reply: Reply) -> Reply:
    """Put as many answers before a reply in words as one message holds; the others wait for the next.

    So do those whose article isn't published.
    """
    if not turn.has_news or turn.erased or not isinstance(reply, Text):
        return reply
    by_article: dict[int, list[Answered]] = {}
    for one in unanswered.waiting_to_be_told(turn.conn, turn.citizen_id):
        by_article.setdefault(one.article_id, []).append(one)
    words = reply.content
    for article_id, asked in by_article.items():
        longer = _before(words, turn, article_id, asked[0].question)
        if longer is not None and unanswered.mark_told(turn.conn, [one.id for one in asked], turn.now):
            words = longer
    return reply if words == reply.content else Text(words)


def _before(words: str, turn: Turn, article_id: int, question: str) -> str | None:
    """Return the words with an answer before them, None if it can't be told now.

    Where the reply is that answer itself, they stay as they are.
    """
    if turn.context.article_id == article_id:
        return words
    answer = late_answer(turn.conn, article_id, question=question, statuses=turn.town.statuses, now=turn.now)
    longer = None if answer is None else f"{answer}{_BETWEEN}{words}"
    return longer if longer is not None and len(longer.encode()) <= TEXT_BYTES else None
