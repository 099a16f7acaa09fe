"""The logistic model behind the confidence."""

import random

from bot.knowledge.confidence import Confidence, Marks, Trial

GOOD = Marks(1.2, 0.6, 3.0)
POOR = Marks(0.3, 0.1, 1.5)


def test_better_marks_give_more_confidence() -> None:
    usual = Confidence.fitted([])
    assert usual.chance(GOOD) > 0.8
    assert usual.chance(POOR) < 0.2
    assert usual.chance(Marks(1.2, 0.1, 3.0)) < usual.chance(GOOD)


def test_finding_nothing_gives_none() -> None:
    assert Confidence.fitted([]).chance(Marks(0.0, 0.0, 0.0)) == 0.0


def test_the_fit_recovers_chances_from_many_trials() -> None:
    truth = Confidence(base=-2.0, strength=1.0, lead=2.0, evidence=0.5)
    dice = random.Random(1)
    trials = []
    for _ in range(4000):
        seen = Marks(dice.uniform(0, 2), dice.uniform(0, 1), dice.uniform(0, 4))
        trials.append(Trial(seen, dice.random() < truth.chance(seen), 1.0))
    fitted = Confidence.fitted(trials)
    assert all(abs(fitted.chance(trial.seen) - truth.chance(trial.seen)) < 0.06 for trial in trials[:200])


def test_a_few_failures_lower_the_confidence_without_upsetting_it() -> None:
    usual = Confidence.fitted([])
    sobered = Confidence.fitted([Trial(GOOD, right=False, weight=1.0)] * 3)
    assert 0.1 < sobered.chance(GOOD) < usual.chance(GOOD)


def test_trials_that_are_all_alike_do_not_break_the_fit() -> None:
    certain = Confidence.fitted([Trial(GOOD, right=True, weight=1.0)] * 500)
    assert 0.95 < certain.chance(GOOD) <= 1.0
