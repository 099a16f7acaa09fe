"""A draft held against its nearest rivals: which of them would be thought of first, were it published."""

import re
from collections.abc import Sequence
from typing import Final

from bot.knowledge.findings import Article
from bot.knowledge.gathering import ArticleTexts, gather
from bot.knowledge.normalise import normalise, spell_plainly
from bot.knowledge.question import Reader
from bot.knowledge.sounds import Sounds
from bot.knowledge.synonyms import Synonyms

_TAG: Final = re.compile(r"<[^<>]*>")


def rank(question: str, articles: Sequence[Article], *, synonyms: Sequence[Sequence[str]]) -> tuple[Article, ...]:
    """Return those of some articles that a question fits at all, the best first; takes milliseconds for a dozen.

    How sure an answer would be depends on all articles, so that this tells the order only.
    """
    words = normalise(question)
    if not words or not articles:
        return ()
    for article in articles:
        if words in (normalise(text) for text in (article.title, *article.samples)):
            return (article,)
    groups = Synonyms(synonyms)
    texts = [_read(article, -1 - place) for place, article in enumerate(articles)]
    gathered = gather(texts, synonyms=groups, off_topic=())
    scores = gathered.postings.score(Reader(gathered.vocabulary, Sounds(gathered.spoken), groups).read(words))
    return tuple(articles[place] for place in scores.ranking(len(articles)) if scores.fit.item(place) > 0)


def _read(article: Article, topic: int) -> ArticleTexts:
    body = _TAG.sub(" ", f"{article.title} {article.answer}")
    return ArticleTexts([normalise(text) for text in (article.title, *article.samples)], spell_plainly(body), topic)
