"""Answering questions: the approved answer, the nearest three, or an honest "I don't know"."""

from dataclasses import replace

from bot import texts
from bot.dialogue.turn import Capability, Intent, Turn
from bot.knowledge.findings import Article, Finding, Outcome
from bot.wechat.messages import Message, Reply, Text
from store import articles, unanswered

_WORTH_OFFERING = 0.35  # of the best one's score
_MAX_QUESTION = 500  # characters of a question that the office reads
_SHOWN = 30  # and of one that is repeated to the citizen


def act(turn: Turn) -> Reply | None:
    """Answer every text, and the words that go on from an answer or an offer."""
    if turn.intent is Intent.MORE:
        return _go_on(turn)
    if turn.intent is Intent.NONE_OF_THESE:
        return _none_fits(turn)
    if not turn.is_text():
        return None
    if turn.understanding.gone:
        turn.forget_thread()
        return Text(texts.STALE_ARTICLE)
    if turn.understanding.again and turn.understanding.finding is not None:
        return _nothing_more_known(turn, turn.understanding.finding)
    if turn.understanding.article is not None:
        return _answer(turn, turn.understanding.article)
    finding = turn.understanding.finding
    if finding is None:  # a number, and nothing to choose from
        return Text(texts.no_choice_open())
    if finding.outcome is Outcome.SUGGEST:
        return _suggest(turn, finding)
    return _admit(turn, finding)


def _answer(turn: Turn, article: Article) -> Reply:
    if article.id in turn.context.choices:
        unanswered.picked(turn.conn, turn.citizen_id, article.id, turn.now)
    turn.forget_thread()
    turn.context = replace(
        turn.context, question=_question(turn), article_id=article.id, article_version=article.version
    )
    others = [_answer_further(turn, finding) for finding in turn.understanding.more]
    if others:
        return Text("\n\n".join([article.answer, *others]))
    related = turn.town.related(article)
    tail = texts.related([(one.title, f"article:{one.id}") for one in related]) if related else ""
    return Text(article.answer + tail)


def _answer_further(turn: Turn, finding: Finding) -> str:
    """Answer one more question of the same message; its article is read again like the first one's."""
    if finding.outcome is not Outcome.ANSWER:
        _keep_for_the_office(turn, finding.question, cause="refused", nearest=_nearest(finding))
        return texts.also_unknown(finding.question[:_SHOWN], turn.office)
    article = finding.best.article
    stored = articles.find_published(turn.conn, article.id, statuses=turn.town.statuses, now=turn.now)
    if stored is None or stored.version != article.version:
        return texts.STALE_ARTICLE
    return article.answer


def _nothing_more_known(turn: Turn, finding: Finding) -> Reply:
    """The question goes on from the last answer, which is all that is known: say so and keep it for the office."""
    article = finding.best.article
    _keep_for_the_office(turn, f"{article.subject}: {_question(turn)}", cause="unsure", nearest=article.id)
    return Text(texts.said_already(article.subject, turn.office))


def _suggest(turn: Turn, finding: Finding) -> Reply:
    best = finding.hits[0].score
    offered = [hit.article for hit in finding.hits if hit.score >= _WORTH_OFFERING * best]
    turn.forget_thread()
    choices = tuple(article.id for article in offered)
    turn.context = replace(turn.context, question=_question(turn), choices=choices)
    _keep_for_the_office(turn, _question(turn), cause="unsure", nearest=choices[0])
    return Text(texts.suggestions([(article.title, f"article:{article.id}") for article in offered]))


def _admit(turn: Turn, finding: Finding) -> Reply:
    if not finding.question:
        return Text(texts.not_understood())
    _keep_for_the_office(turn, _question(turn), cause="refused", nearest=_nearest(finding))
    turn.forget_thread()
    return Text(texts.unknown(turn.office))


def _none_fits(turn: Turn) -> Reply:
    nearest = next(iter(turn.context.choices), turn.context.article_id)
    if not nearest:
        return Text(texts.no_choice_open())
    _keep_for_the_office(turn, turn.context.question, cause="none_fits", nearest=nearest)
    turn.forget_thread()
    return Text(texts.none_fits(turn.office))


def _go_on(turn: Turn) -> Reply:
    rest = turn.context.rest
    if not rest:
        return Text(texts.NOTHING_MORE)
    turn.context = replace(turn.context, rest="")
    return Text(rest) if _still_stands(turn) else Text(texts.STALE_ARTICLE)


def _still_stands(turn: Turn) -> bool:
    """Tell whether the article whose rest is asked for may still be sent as it was."""
    article = articles.find_published(turn.conn, turn.context.article_id, statuses=turn.town.statuses, now=turn.now)
    return article is not None and article.version == turn.context.article_version


def _keep_for_the_office(turn: Turn, question: str, *, cause: str, nearest: int | None) -> None:
    if question.strip():
        unanswered.add(
            turn.conn,
            citizen_id=turn.citizen_id,
            question=question,
            cause=cause,
            nearest_article_id=nearest,
            asked=turn.now,
        )


def _nearest(finding: Finding) -> int | None:
    return finding.best.article.id if finding.hits else None


def _question(turn: Turn) -> str:
    return turn.push.text[:_MAX_QUESTION] if isinstance(turn.push, Message) else ""


CAPABILITY = Capability("questions", act)
