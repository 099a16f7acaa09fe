"""Every sample question asked while it is hidden itself: which of them citizens would be answered wrongly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bot.knowledge.confidence import Marks
from bot.knowledge.findings import Article, Outcome, Thresholds
from bot.knowledge.gathering import ArticleTexts, gather
from bot.knowledge.normalise import normalise, spell_plainly
from bot.knowledge.question import Reader
from bot.knowledge.rehearsal import rehearse
from bot.knowledge.sounds import Sounds
from bot.knowledge.synonyms import Synonyms

_TAG: Final = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Astray:
    """A sample question of `owner` that would be answered by `found`, on another subject."""

    owner: Article
    sample: str
    found: Article
    confidence: float


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`recall` is the share of the sample questions that find their own subject without their own help."""

    recall: float
    astray: Sequence[Astray]


def try_samples(
    articles: Sequence[Article],
    *,
    synonyms: Sequence[Sequence[str]],
    off_topic: Sequence[str],
    thresholds: Thresholds,
) -> SelfTest:
    """Ask all of them; those that are only offered the wrong article, or refused, don't count as astray."""
    if not articles:
        return SelfTest(0.0, ())
    texts = [_read(article, place) for place, article in enumerate(articles)]
    groups = Synonyms(synonyms)
    sentences = [normalise(sentence) for sentence in off_topic]
    gathered = gather(texts, synonyms=groups, off_topic=sentences)
    reader = Reader(gathered.vocabulary, Sounds(gathered.spoken), groups)
    confidence = rehearse(gathered.postings, reader, texts=texts, off_topic=sentences).confidence
    firsts = accumulate((len(text.prompts) for text in texts), initial=0)  # each title's number among all prompts
    astray: list[Astray] = []
    asked = right = 0
    for article, text, first in zip(articles, texts, firsts, strict=False):
        for place, sample in enumerate(article.samples, 1):
            if not (words := text.prompts[place]):
                continue
            scores = gathered.postings.score_without(reader.read(words), first + place)
            best = scores.ranking(1)[0]
            asked += 1
            if scores.topics.item(best) == text.topic:
                right += 1
                continue
            chance = confidence.chance(Marks.of(scores, best))
            if thresholds.outcome(chance, ours=articles[best].ours) is Outcome.ANSWER:
                astray.append(Astray(article, sample, articles[best], chance))
    return SelfTest(right / max(asked, 1), astray)


def _read(article: Article, place: int) -> ArticleTexts:
    topic = article.measure if article.measure is not None else -1 - place
    body = _TAG.sub(" ", f"{article.title} {article.answer}")
    return ArticleTexts([normalise(text) for text in (article.title, *article.samples)], spell_plainly(body), topic)
