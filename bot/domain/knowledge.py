"""Learning from what went unanswered: each question gets an article, another's door or an end, and its asker an answer.

Every verb settles rows, keeps their questions for `wenming evaluate regressions`, and is one transaction. Citizens'
words go into articles and regressions without what gives a person away.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import texts
from bot.domain.articles import Refused, find, person
from bot.knowledge.anonymous import without_personal_data
from bot.knowledge.documents.entries import LONGEST_SAMPLE, LONGEST_TITLE, MOST_SAMPLES
from bot.knowledge.library import to_article
from bot.knowledge.normalise import normalise
from bot.knowledge.staff import Say, say
from bot.outbound.delivery import CustomerAnswer, answer_delivery
from bot.wechat.xml import TEXT_BYTES
from store import articles, dialogues, outbox, regressions, unanswered
from store.articles import WITHDRAWN, NewArticle, StoredArticle
from store.database import Connection
from store.unanswered import Answered, OpenQuestion

WINDOW = timedelta(hours=47)  # WeChat closes it 48 h after the citizen's last message
_SHOWN = 30  # characters of a question that is repeated to its asker
_MOST_WORDINGS = 12  # of one step that become sample questions: more of them say the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a step did: how many askings it settled, by which article, and the sample questions that it got."""

    count: int
    slug: str | None = None
    samples: Sequence[str] = ()


def add_as_sample(conn: Connection, ids: Collection[int], slug: str, *, by: str, now: datetime) -> Settled:
    """Let an article answer these questions from now on: their wordings become its sample questions.

    Raises:
        Refused: none of them is open, the article is withdrawn or unknown, or another article has such a question.
    """
    return _give_to(conn, ids, slug, state=unanswered.ANSWERED, by=by, now=now)


def make_draft(
    conn: Connection, ids: Collection[int], *, title: str, answer: str = "", by: str, now: datetime
) -> Settled:
    """Begin a new article with these questions; their askers are told once it is approved.

    Raises:
        Refused: none of them is open, or the title is missing or too long.
    """
    editor = person(by)
    heading = " ".join(title.split())
    if not heading or len(heading) > LONGEST_TITLE:
        length = {"field": "title", "length": len(heading), "most": LONGEST_TITLE}
        raise Refused(say(Say.TOO_LONG, **length) if heading else say(Say.NO_TITLE))
    articles.lock(conn)
    rows = _open(conn, ids)
    wordings = _wordings(rows)
    new = NewArticle(
        slug=f"asked-{min(row.id for row in rows)}",
        ours=True,
        measure=None,
        subject="",
        title=heading,
        answer=answer.strip(),
        links=(),
        samples=tuple(wordings[:_MOST_WORDINGS]),
    )
    article_id = articles.add_draft(conn, new, editor=editor, now=now)
    count = _settle(conn, rows, unanswered.ANSWERED, article_id, wordings, by=editor, now=now)
    return Settled(count=count, slug=new.slug, samples=new.samples)


def set_not_ours(conn: Connection, ids: Collection[int], slug: str | None, *, by: str, now: datetime) -> Settled:
    """Say that these questions are none of our business; with an article that names the right door, it takes them.

    Raises:
        Refused: none of them is open, or the article is ours, withdrawn or unknown.
    """
    if slug is not None:
        if find(conn, slug).ours:
            raise Refused(say(Say.IS_OURS, value=slug))
        return _give_to(conn, ids, slug, state=unanswered.NOT_OURS, by=by, now=now)
    editor = person(by)
    rows = _open(conn, ids)
    return Settled(count=_settle(conn, rows, unanswered.NOT_OURS, None, _wordings(rows), by=editor, now=now))


def drop(conn: Connection, ids: Collection[int], *, by: str, now: datetime) -> Settled:
    """Put away what asks nothing; it is no question to ask again either.

    Raises:
        Refused: none of them is open.
    """
    editor = person(by)
    rows = _open(conn, ids)
    return Settled(count=_settle(conn, rows, unanswered.DROPPED, None, (), by=editor, now=now))


def tell_askers(conn: Connection, *, statuses: Sequence[str], now: datetime, most: int) -> int:
    """Put answers that exist by now on their way to those whose window is open; return how many messages.

    Who asked the same several times is told once. The others are told at their next contact.
    """
    due = unanswered.list_to_tell(conn, statuses=statuses, heard_since=now - WINDOW, now=now, most=most)
    told = 0
    for citizen_id, article_id in dict.fromkeys((one.citizen_id, one.article_id) for one in due):
        waiting = [one for one in unanswered.waiting_to_be_told(conn, citizen_id) if one.article_id == article_id]
        claimed = unanswered.mark_told(conn, [one.id for one in waiting], now)
        newest = max((one for one in due if one.id in claimed), key=lambda one: one.id, default=None)
        if newest is not None:
            outbox.enqueue(conn, _delivery(newest, now))
            told += 1
    return told


def words_for_asker(
    conn: Connection, promised: CustomerAnswer, *, statuses: Sequence[str], now: datetime
) -> str | None:
    """Return a late answer as it stands when it leaves, None if it mustn't any more.

    An article withdrawn meanwhile isn't sent, nor anything through a window that has closed meanwhile.
    """
    heard = dialogues.find_heard(conn, promised.citizen_id)
    if heard is None or heard <= now - WINDOW:
        return None
    return late_answer(conn, promised.article_id, question=promised.question, statuses=statuses, now=now)


def late_answer(
    conn: Connection, article_id: int, *, question: str, statuses: Sequence[str], now: datetime
) -> str | None:
    """Return a question missed earlier with its answer as it stands now, None if its article isn't published.

    An answer too long for one message is a link to it.
    """
    stored = articles.find_published(conn, article_id, statuses=statuses, now=now)
    if stored is None:
        return None
    shown = question[:_SHOWN]
    words = texts.answered_later(shown, to_article(stored).answer)
    if len(words.encode()) <= TEXT_BYTES:
        return words
    return texts.answered_later(shown, texts.link(stored.title, menu_id=f"article:{stored.id}"))


def _delivery(one: Answered, now: datetime) -> outbox.NewDelivery:
    body = CustomerAnswer(
        citizen_id=one.citizen_id, question=one.question[:_SHOWN], article_id=one.article_id, asked_id=one.id
    )
    return answer_delivery(body, now)


def _give_to(conn: Connection, ids: Collection[int], slug: str, *, state: str, by: str, now: datetime) -> Settled:
    editor = person(by)
    articles.lock(conn)
    article = find(conn, slug)
    if article.status == WITHDRAWN:
        raise Refused(f"{slug}：{say(Say.IS_WITHDRAWN)}")
    rows = _open(conn, ids)
    wordings = _wordings(rows)
    samples = _new_samples(conn, article, wordings)
    added = articles.add_samples(conn, article, samples, editor=editor, now=now)
    count = _settle(conn, rows, state, article.id, wordings, by=editor, now=now)
    return Settled(count=count, slug=slug, samples=added)


def _new_samples(conn: Connection, article: StoredArticle, wordings: Sequence[str]) -> list[str]:
    """Return the wordings that the article doesn't have yet, as many as it may get.

    Raises:
        Refused: another article has one of them.
    """
    known = {normalise(text) for text in (article.title, *article.samples)}
    fresh = [words for words in wordings if normalise(words) not in known][:_MOST_WORDINGS]
    for words, slug in articles.owners_of(conn, fresh).items():
        raise Refused(say(Say.SAMPLE_ELSEWHERE, value=words, slug=slug))
    return fresh[: MOST_SAMPLES - len(article.samples)]


def _open(conn: Connection, ids: Collection[int]) -> list[OpenQuestion]:
    rows = unanswered.find_open(conn, ids)
    if not rows:
        raise Refused(say(Say.NOT_OPEN))
    return rows


def _settle(
    conn: Connection,
    rows: Sequence[OpenQuestion],
    state: str,
    article_id: int | None,
    wordings: Sequence[str],
    *,
    by: str,
    now: datetime,
) -> int:
    regressions.put(conn, wordings, article_id, now=now)
    return unanswered.settle(conn, [row.id for row in rows], state, article_id, by=by, now=now)


def _wordings(rows: Iterable[OpenQuestion]) -> list[str]:
    """Return the different questions without personal data, the most frequent first."""
    counted = Counter(_clean(row.question) for row in rows)
    alike: dict[str, list[str]] = {}
    for question in sorted(counted, key=lambda one: (-counted[one], len(one), one)):
        if words := normalise(question):
            alike.setdefault(words, []).append(question)
    return [same[0] for same in sorted(alike.values(), key=lambda same: -sum(counted[one] for one in same))]


def _clean(question: str) -> str:
    plain = without_personal_data(question)
    readable = "".join(" " if unicodedata.category(one)[0] == "C" else one for one in plain)
    return " ".join(readable.split())[:LONGEST_SAMPLE].rstrip()
