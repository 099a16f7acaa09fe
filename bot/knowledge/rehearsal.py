"""The index tried on its own samples, each hidden in turn, and on sentences that are none of the office's business."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from bot.knowledge.confidence import Confidence, Marks, Trial
from bot.knowledge.gathering import ArticleTexts
from bot.knowledge.postings import Postings
from bot.knowledge.question import Reader

_LONGEST: Final = 400  # samples asked; more of them don't change the result
_OFF_TOPIC_WEIGHT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`recall` is the share of the samples that found their article without their own help."""

    confidence: Confidence
    recall: float


def rehearse(
    postings: Postings,
    reader: Reader,
    *,
    texts: Sequence[ArticleTexts],
    off_topic: Sequence[str],
) -> Rehearsal:
    """Ask each sample, or every n-th of very many, and each off-topic sentence."""
    trials: list[Trial] = []
    samples = _samples(texts)
    for number, text in samples[:: len(samples) // _LONGEST + 1]:
        scores = postings.score_without(reader.read(text), number)
        ranking = scores.ranking(2)
        trials.append(Trial(Marks.of(scores, ranking), ranking[0] == postings.owners[number], 1.0))
    found = sum(trial.right for trial in trials) / max(len(trials), 1)
    for text in off_topic:
        scores = postings.score(reader.read(text))
        trials.append(Trial(Marks.of(scores, scores.ranking(2)), right=False, weight=_OFF_TOPIC_WEIGHT))
    return Rehearsal(Confidence.fitted(trials), found)


def _samples(texts: Sequence[ArticleTexts]) -> list[tuple[int, str]]:
    """Return the samples with their numbers among all titles and samples; the title is the first of each article."""
    prompts = enumerate(chain.from_iterable(enumerate(text.prompts) for text in texts))
    return [(number, prompt) for number, (place, prompt) in prompts if place > 0 and prompt]
