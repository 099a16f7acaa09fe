"""The office's lists of words: what citizens mean by the same, and how names and slogans are written."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.articles import Refused, person
from bot.knowledge.staff import Say, say
from store import synonyms, wordings
from store.database import Connection
from store.synonyms import SHORTEST_WORD, SynonymGroup
from store.wordings import EXACT, Wording

_SHORTEST_EXACT = 3  # characters: of two, everything is nearly it
_LONGEST_PHRASE = 60
_LONGEST_ADVICE = 120
_BETWEEN = re.compile(r"[\s,;/\u3001\uff0c\uff1b]+")


def split_words(written: str) -> list[str]:
    """Return the words of a line, whatever stands between them."""
    return [word for word in _BETWEEN.split(written) if word]


def add_synonyms(conn: Connection, words: Sequence[str], *, by: str, now: datetime) -> SynonymGroup:
    """Keep words as one group; if one of them is in a group already, the others join it.

    Raises:
        Refused: a word is too short or too long, there are fewer than two, or they are in two groups already.
    """
    editor = person(by)
    if short := [word for word in words if len(word) < SHORTEST_WORD]:
        raise Refused(say(Say.WORD_TOO_SHORT, value=short[0], least=SHORTEST_WORD))
    if any(len(word) > _LONGEST_PHRASE for word in words):
        raise Refused(say(Say.WORDING_TOO_LONG, most=_LONGEST_PHRASE, most_advice=_LONGEST_ADVICE))
    synonyms.lock(conn)
    known = [group for group in synonyms.list_kept(conn) if not set(group.words).isdisjoint(words)]
    if len(known) > 1:
        raise Refused(say(Say.WORDS_IN_GROUPS, value="\u3001".join(str(group.id) for group in known)))
    if len(set(words)) < 2 and not known:
        raise Refused(say(Say.GROUP_TOO_SMALL))
    return synonyms.add(conn, words, editor=editor, now=now)


def remove_synonyms(conn: Connection, number: int) -> None:
    """Forget a group.

    Raises:
        Refused: there is none of this number.
    """
    if not synonyms.remove(conn, number):
        raise Refused(say(Say.NO_GROUP))


def put_wording(conn: Connection, rule: Wording, *, by: str, now: datetime) -> None:
    """Add a rule, or change the one on this phrase.

    Raises:
        Refused: the phrase is too short or too long, or the advice is.
    """
    editor = person(by)
    plain = replace(rule, phrase=rule.phrase.strip(), advice=rule.advice.strip())
    if len(plain.phrase) < (_SHORTEST_EXACT if plain.kind == EXACT else 1):
        raise Refused(say(Say.WORDING_TOO_SHORT, least=_SHORTEST_EXACT))
    if len(plain.phrase) > _LONGEST_PHRASE or len(plain.advice) > _LONGEST_ADVICE:
        raise Refused(say(Say.WORDING_TOO_LONG, most=_LONGEST_PHRASE, most_advice=_LONGEST_ADVICE))
    wordings.put(conn, plain, editor=editor, now=now)


def remove_wording(conn: Connection, phrase: str) -> None:
    """Forget a rule.

    Raises:
        Refused: there is none on this phrase.
    """
    if not wordings.remove(conn, phrase):
        raise Refused(say(Say.NO_WORDING))
