"""The postings, gathered from the texts of the articles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from bot.knowledge.postings import Numbers, Places, Postings
from bot.knowledge.question import token_worth, tokens_of
from bot.knowledge.synonyms import Synonyms
from bot.knowledge.tokens import is_character

_BODY_SATURATION: Final = 1.5  # BM25's k1
_BODY_LENGTH: Final = 0.4  # BM25's b
_PROMPT_LENGTH: Final = 0.3  # the same for titles and samples, which repeat nothing that would have to be saturated
_OFF_TOPIC_SHARE: Final = 0.3  # an off-topic sentence tells less about a token's rarity than an article
_OTHER_ARTICLES: Final = 10  # imagined ones: without them no token would be rare among three articles
_SIXTEEN_BITS: Final = 2**16


@dataclass(frozen=True, slots=True)
class ArticleTexts:
    """An article's normalised texts; `prompts` are its title and samples. Articles of one topic are no rivals."""

    prompts: Sequence[str]
    body: str
    topic: int


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """`vocabulary` gives each token its place; `spoken` are the tokens of titles and samples: what people say."""

    postings: Postings
    vocabulary: Mapping[str, int]
    spoken: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Occurrences:
    """Each token of each text once, and how many times it is there."""

    tokens: Places
    texts: Places
    times: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """How much each token tells: its kind's worth by BM25's inverse document frequency."""

    now: Numbers
    if_fewer: Numbers
    rarest: float


def gather(articles: Sequence[ArticleTexts], *, synonyms: Synonyms, off_topic: Sequence[str]) -> Gathered:
    """Gather the postings of at least one article; `off_topic` sentences are normalised."""
    vocabulary: dict[str, int] = {}
    prompts = list(chain.from_iterable(article.prompts for article in articles))
    seen = _count([*prompts, *(article.body for article in articles)], vocabulary, synonyms)
    sizes = np.array([len(article.prompts) for article in articles])
    topics = np.array([article.topic for article in articles])
    every = np.arange(len(articles))
    owners = np.concatenate([every.repeat(sizes), every, every])
    held, holders = np.divmod(_distinct(seen.tokens * len(articles) + owners[seen.texts]), len(articles))
    wholes = _Occurrences(held, holders + len(prompts) + len(articles), np.ones(len(held)))
    strangers = [tokens_of(sentence, synonyms) for sentence in off_topic]
    weights = _weigh(np.bincount(held, minlength=len(vocabulary)), len(articles), strangers, vocabulary)
    postings = _arrange(seen, wholes, weights, sizes=sizes, owners=owners, topics=topics)
    names = list(vocabulary)
    return Gathered(postings, vocabulary, [names[place] for place in _distinct(seen.tokens[seen.texts < len(prompts)])])


def _count(texts: Sequence[str], vocabulary: dict[str, int], synonyms: Synonyms) -> _Occurrences:
    places = []
    for text in texts:
        every = [vocabulary.setdefault(token, len(vocabulary)) for token in tokens_of(text, synonyms)]
        places.append(np.array(every, np.intp))
    tokens = np.concatenate(places)
    where = np.arange(len(texts)).repeat([len(every) for every in places])
    order = _order(tokens, len(vocabulary))
    tokens, where = tokens[order], where[order]
    firsts = np.flatnonzero((np.diff(tokens, prepend=-1) != 0) | (np.diff(where, prepend=-1) != 0))
    times = np.diff(firsts, append=len(tokens))
    return _Occurrences(tokens[firsts], where[firsts], times.astype(np.float64))


def _order(tokens: Places, count: int) -> Places:
    """Return what sorts tokens below `count`, equal ones as they stand; 16 bits are sorted by radix, much faster."""
    return tokens.astype(np.uint16 if count <= _SIXTEEN_BITS else np.uint32).argsort(kind="stable")


def _distinct(keys: Places) -> Places:
    """Return the different keys, in order; a stable sort is quick where they nearly are."""
    ordered = np.sort(keys, kind="stable")
    return ordered[np.diff(ordered, prepend=-1) > 0]


def _weigh(
    holders: Places, articles: int, off_topic: Sequence[Sequence[str]], vocabulary: Mapping[str, int]
) -> _Weights:
    elsewhere = np.zeros(len(vocabulary))
    for sentence in off_topic:
        elsewhere[[vocabulary[token] for token in set(sentence) if token in vocabulary]] += _OFF_TOPIC_SHARE
    everything = articles + len(off_topic) * _OFF_TOPIC_SHARE + _OTHER_ARTICLES

    def rarity(frequency: Numbers) -> Numbers:
        return np.log1p((everything - frequency + 0.5) / (frequency + 0.5))

    rarest = float(rarity(np.zeros(1))[0])
    worth = np.array([token_worth(token) for token in vocabulary])
    single = np.array([is_character(token) for token in vocabulary], np.bool_)

    def weights(frequency: Numbers) -> Numbers:
        rare = rarity(frequency)
        # A common character says even less than its rarity tells: most words contain some.
        return worth * np.where(single, rare * np.sqrt(rare / rarest), rare)

    return _Weights(weights(holders + elsewhere), weights(holders - 1 + elsewhere), rarest)


def _arrange(
    seen: _Occurrences,
    wholes: _Occurrences,
    weights: _Weights,
    *,
    sizes: Places,
    owners: Places,
    topics: Places,
) -> Postings:
    """Put each token's postings together; `sizes`: how many prompts each article has."""
    tokens = np.concatenate([seen.tokens, wholes.tokens])
    order = _order(tokens, len(weights.now))
    counts = np.bincount(tokens, minlength=len(weights.now))
    prompts = int(sizes.sum())
    ends = counts.cumsum()
    return Postings(
        firsts=ends - counts,
        counts=counts,
        texts=np.concatenate([seen.texts, wholes.texts])[order].astype(np.int32),
        impacts=np.concatenate([_impacts(seen, weights.now, prompts), wholes.times])[order].astype(np.float32),
        weights=weights.now,
        weights_if_fewer=weights.if_fewer,
        rarest=weights.rarest,
        prompt_starts=sizes.cumsum() - sizes,
        owners=owners,
        topics=topics,
        prompts=prompts,
        articles=len(sizes),
    )


def _impacts(seen: _Occurrences, weights: Numbers, prompts: int) -> Numbers:
    """Return what each token counts in each text: less in a long one, more where it is repeated in a body."""
    lengths: Numbers = np.bincount(seen.texts, weights[seen.tokens]).astype(np.float64)
    in_body = seen.texts >= prompts
    relative = lengths[seen.texts] / np.where(in_body, _mean(lengths[prompts:]), _mean(lengths[:prompts]))
    room = _BODY_SATURATION * (1 - _BODY_LENGTH + _BODY_LENGTH * relative)
    body = seen.times * (_BODY_SATURATION + 1) / (seen.times + room)
    return np.where(in_body, body, 1 / (1 - _PROMPT_LENGTH + _PROMPT_LENGTH * relative))


def _mean(lengths: Numbers) -> float:
    return float(lengths.mean()) if lengths.any() else 1.0
