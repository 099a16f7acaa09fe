"""The index tried on its own samples, each hidden in turn, and on sentences that are none of the office's business."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from bot.knowledge.confidence import Confidence, Marks, Trial
from bot.knowledge.gathering import ArticleTexts
from bot.knowledge.postings import Postings, Scores
from bot.knowledge.question import Reader
from bot.knowledge.semantic import Meanings, fuse

_LONGEST: Final = 1600  # samples asked; with fewer the result depends on which
_OFF_TOPIC_SHARE: Final = 0.4  # of the samples' weight, however many sentences there are


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`recall` is the share of the samples that found their article without their own help.

    `with_meanings` is the confidence where the question's vector is there too, None if there are no vectors.
    """

    confidence: Confidence
    recall: float
    with_meanings: Confidence | None


def rehearse(
    postings: Postings,
    reader: Reader,
    *,
    texts: Sequence[ArticleTexts],
    off_topic: Sequence[str],
    meanings: Meanings | None = None,
) -> Rehearsal:
    """Ask each sample, or every n-th of very many, and each off-topic sentence."""
    asked = _samples(texts)
    asked = asked[:: len(asked) // _LONGEST + 1]
    numbers = [number for number, _ in asked]
    scores = [postings.score_without(reader.read(text), number) for number, text in asked]
    scores += [postings.score(reader.read(text)) for text in off_topic]
    topics = [*(int(postings.topics[postings.owners[number]]) for number in numbers), *(None for _ in off_topic)]
    weight = _OFF_TOPIC_SHARE * len(asked) / max(len(off_topic), 1)
    trials = [_trial(score, topic, weight) for score, topic in zip(scores, topics, strict=True)]
    found = sum(trial.right for trial in trials) / max(len(asked), 1)
    if meanings is None:
        return Rehearsal(Confidence.fitted(trials), found, None)
    likenesses = chain(meanings.rehearsed(numbers), map(meanings.likeness_off_topic, range(len(off_topic))))
    fused = [
        _trial(fuse(score, likeness), topic, weight)
        for score, likeness, topic in zip(scores, likenesses, topics, strict=True)
        if likeness is not None
    ]
    return Rehearsal(Confidence.fitted(trials), found, Confidence.fitted(fused))


def _trial(scores: Scores, topic: int | None, off_topic_weight: float) -> Trial:
    """Return how a question about a topic fared; None: about none of ours."""
    best = scores.ranking(1)[0]
    weight = off_topic_weight if topic is None else 1.0
    return Trial(Marks.of(scores, best), scores.topics.item(best) == topic, weight)


def _samples(texts: Sequence[ArticleTexts]) -> list[tuple[int, str]]:
    """Return the samples with their numbers among all titles and samples; the title is the first of each article."""
    prompts = enumerate(chain.from_iterable(enumerate(text.prompts) for text in texts))
    return [(number, prompt) for number, (place, prompt) in prompts if place > 0 and prompt]
