"""The knowledge bases that the engine is tried on, and how well it does on a list of questions."""

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.findings import Article, Finding, Outcome
from bot.knowledge.index import Index
from store.start import read_articles, read_off_topic, read_synonyms

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Base:
    articles: Sequence[Article]
    off_topic: Sequence[str]
    synonyms: Sequence[Sequence[str]]

    def index(self, *, cache: int = 0) -> Index:
        return Index.build(self.articles, synonyms=self.synonyms, off_topic=self.off_topic, cache=cache)

    def article(self, title: str) -> Article:
        return next(article for article in self.articles if title in article.title)


def small_town() -> Base:
    """A thin knowledge base of 29 articles that belongs to the tests."""
    content = tomllib.loads((HERE / "small_town.toml").read_text("utf-8"))
    articles = [
        Article(
            number,
            1,
            entry.get("ours", True),
            entry.get("measure"),
            entry["title"],
            entry["answer"],
            tuple(entry["samples"]),
        )
        for number, entry in enumerate(content["article"], start=1)
    ]
    return Base(articles, content["off_topic"], content["synonyms"])


def starting() -> Base:
    """What every installation starts with."""
    articles = [
        an_article(number, new.title, new.answer, *new.samples, ours=new.ours, measure=new.measure)
        for number, new in enumerate(read_articles(), start=1)
    ]
    return Base(articles, read_off_topic(), read_synonyms())


def an_article(
    number: int, title: str, answer: str, *samples: str, ours: bool = True, measure: int | None = None
) -> Article:
    return Article(number, 1, ours, measure, title, answer, samples)


@dataclass(frozen=True)
class Asked:
    """A question whose measure is known (None: none of ours), its kind, and what was found."""

    measure: int | None
    kind: str
    finding: Finding

    @property
    def measures(self) -> list[int | None]:
        return [hit.article.measure for hit in self.finding.hits]

    @property
    def is_wrong_answer(self) -> bool:
        return self.finding.outcome is Outcome.ANSWER and self.measures[0] != self.measure

    @property
    def is_taken_for_ours(self) -> bool:
        return self.finding.outcome is Outcome.ANSWER and self.finding.hits[0].article.ours

    @property
    def is_turned_away(self) -> bool:
        """Refused, or the best that was found sends the citizen to another door."""
        return self.finding.outcome is Outcome.UNKNOWN or not self.finding.hits[0].article.ours


def ask(index: Index, questions: Path) -> list[Asked]:
    lines = map(json.loads, questions.read_text("utf-8").splitlines())
    return [Asked(line["measure"], line.get("kind", ""), index.find(line["question"])) for line in lines]


def share(asked: Sequence[Asked], holds: Callable[[Asked], bool]) -> float:
    assert asked
    return sum(map(holds, asked)) / len(asked)
