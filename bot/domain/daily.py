"""What the figures by day say: how many messages, and how many of the questions among them were answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from store.figures import MESSAGES, Figure, Kind, Outcome

WARN_AFTER_DAYS = 10  # without a publication; inspections take two silent weeks for a serious finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of a day or of several. A message in words is answered, offered choices, refused, or none of these."""

    messages: int = 0
    texts: int = 0
    answered: int = 0
    offered: int = 0
    refused: int = 0
    person: int = 0  # said to a person while the bot was silent
    failed: int = 0
    followed: int = 0
    left: int = 0

    @property
    def share(self) -> float | None:
        """Return which part of the messages in words got an answer at once, None if there were none."""
        judged = self.answered + self.offered + self.refused
        return self.answered / judged if judged else None


def total(figures: Iterable[Figure]) -> Totals:
    """Add figures up."""
    kinds: dict[Kind, int] = defaultdict(int)
    outcomes: dict[Outcome, int] = defaultdict(int)
    for one in figures:
        kinds[one.kind] += one.count
        if one.kind in MESSAGES:
            outcomes[one.outcome] += one.count
    return Totals(
        messages=sum(kinds[kind] for kind in MESSAGES),
        texts=kinds[Kind.TEXT],
        answered=outcomes[Outcome.ANSWERED],
        offered=outcomes[Outcome.OFFERED],
        refused=outcomes[Outcome.REFUSED],
        person=outcomes[Outcome.PERSON],
        failed=outcomes[Outcome.FAILED],
        followed=kinds[Kind.FOLLOWED],
        left=kinds[Kind.LEFT],
    )


def by_day(figures: Iterable[Figure], days: Sequence[date]) -> list[tuple[date, Totals]]:
    """Return each of these days with its totals; days on which nothing came have zeros."""
    grouped: dict[date, list[Figure]] = defaultdict(list)
    for one in figures:
        grouped[one.day].append(one)
    return [(day, total(grouped[day])) for day in days]


def days_without_publication(last: date | None, first_day: date | None, today: date) -> int:
    """Return for how many days nothing was published; before the first publication since the first message."""
    since = last or first_day or today
    return max(0, (today - since) // timedelta(days=1))
