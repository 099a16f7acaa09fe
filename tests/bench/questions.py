"""Five hundred distinct questions as citizens would put them, from the real starting knowledge."""

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ARTICLES_FOLDER = Path(__file__).resolve().parents[2] / "store" / "start" / "articles"
PARTICLES = ("呢", "呀", "啊", "啦", "吗")


@dataclass(frozen=True)
class Article:
    """As much of a starting article as the benchmark needs."""

    slug: str
    title: str
    answer: str
    samples: tuple[str, ...]


def read_articles(folder: Path = ARTICLES_FOLDER) -> tuple[Article, ...]:
    files = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml")))
    rows = [row for file in files for row in file["article"]]
    return tuple(Article(row["slug"], row["title"], row["answer"].strip(), tuple(row["samples"])) for row in rows)


def pick_questions(articles: tuple[Article, ...], count: int = 500) -> dict[str, Article]:
    """Return `count` distinct questions with the article each was made from, article by article in turn.

    Exact samples alone would be the easiest questions there are, so two thirds are put a little differently.
    """
    found: dict[str, Article] = {}
    in_turn = itertools.zip_longest(*(_ways_to_ask(article) for article in articles))
    for asked, article in ((asked, article) for row in in_turn for asked, article in zip(row, articles, strict=True)):
        if asked is not None and len(found) < count:
            found.setdefault(asked, article)
    if len(found) < count:
        raise ValueError(f"only {len(found)} questions can be made of {len(articles)} articles")
    return found


def _ways_to_ask(article: Article) -> Iterator[str]:
    """Yield the title and samples, a third as they stand, a third with a particle, a third cut; then the rest."""
    ways = [_as_put(text, number) for number, text in enumerate((article.title, *article.samples))]
    yield from (puts[number % len(puts)] for number, puts in enumerate(ways))
    yield from (text for puts in ways for text in puts)


def _as_put(text: str, number: int) -> tuple[str, str, str]:
    stem = text.rstrip("？?。！!")
    cut = stem[1:] if number % 2 and len(stem) > 4 else stem[:-1]
    return text, stem + PARTICLES[number % len(PARTICLES)], cut or stem
