"""A hidden sample is as good as none."""

from dataclasses import replace

import pytest

from bot.knowledge.gathering import ArticleTexts, Gathered, gather
from bot.knowledge.question import Reader
from bot.knowledge.sounds import Sounds
from bot.knowledge.synonyms import Synonyms
from tests.knowledge.bases import Base

NO_SYNONYMS = Synonyms(())


def gathered(texts: list[ArticleTexts]) -> Gathered:
    return gather(texts, synonyms=NO_SYNONYMS, off_topic=())


def reader(base: Gathered) -> Reader:
    return Reader(base.vocabulary, Sounds(()), NO_SYNONYMS)


@pytest.mark.parametrize("place", range(29))
def test_hiding_a_sample_is_like_leaving_it_out(town_base: Base, place: int) -> None:
    texts = [ArticleTexts(["", *a.samples[::3]], a.answer, topic) for topic, a in enumerate(town_base.articles)]
    whole = gathered(texts)
    sample = texts[place].prompts[1]
    number = sum(len(text.prompts) for text in texts[:place]) + 1
    hidden = whole.postings.score_without(reader(whole).read(sample), number)
    texts[place] = replace(texts[place], prompts=["", *texts[place].prompts[2:]])
    less = gathered(texts)
    left_out = less.postings.score(reader(less).read(sample))
    # Only the average lengths shift a little.
    assert hidden.asked == pytest.approx(left_out.asked, rel=1e-6)
    assert hidden.fit == pytest.approx(left_out.fit, rel=0.05, abs=0.05)
    assert hidden.known == pytest.approx(left_out.known, rel=1e-6)
    assert hidden.fit[place] < whole.postings.score(reader(whole).read(sample)).fit[place]


def test_hiding_a_sample_hides_its_copies(town_base: Base) -> None:
    texts = [ArticleTexts([a.title, *a.samples], a.answer, topic) for topic, a in enumerate(town_base.articles)]
    alone = gathered(texts)
    sample = texts[20].prompts[1]
    number = sum(len(text.prompts) for text in texts[:20]) + 1
    texts[20] = replace(texts[20], prompts=[*texts[20].prompts, sample + "呢", "请问" + sample])
    copied = gathered(texts)
    without_copies = copied.postings.score_without(reader(copied).read(sample), number)
    expected = alone.postings.score_without(reader(alone).read(sample), number)
    assert without_copies.fit[20] == pytest.approx(expected.fit[20], rel=0.05)
    assert without_copies.fit[20] < 0.6 * copied.postings.score(reader(copied).read(sample)).fit[20]
