"""What an article says, apart from where it stands in its life, and the JSON in which versions keep that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

_IGNORED = str.maketrans("", "", "\uff1f?\uff01!\u3002\uff0c,\u3001 ")  # between two ways of writing the same question


@dataclass(frozen=True, slots=True)
class Link:
    """A web address under an answer."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """What an import brings."""

    slug: str
    ours: bool
    measure: int | None
    subject: str
    title: str
    answer: str
    links: tuple[Link, ...]
    samples: tuple[str, ...]
    valid_from: datetime | None = None
    valid_until: datetime | None = None  # the first moment at which it isn't valid any more

    def __post_init__(self) -> None:
        """Keep each sample once."""
        object.__setattr__(self, "samples", tuple(dict.fromkeys(self.samples)))


def plain(question: str) -> str:
    """Return a question without the marks and capitals that make no difference."""
    return question.lower().translate(_IGNORED)


def dump_links(links: Sequence[Link]) -> str:
    """Return the JSON of an article's links."""
    return orjson.dumps([{"text": link.text, "url": link.url} for link in links]).decode()


def load_links(links: str) -> tuple[Link, ...]:
    """Return the links of their JSON."""
    return tuple(Link(link["text"], link["url"]) for link in orjson.loads(links))


def dump_content(row: Mapping[str, Any], samples: Sequence[str]) -> str:
    """Return the JSON of a row of `articles` and its samples; moments are in UTC."""
    values = {name: row[name] for name in ("measure", "ours", "subject", "title", "answer")}
    validity = {name: row[name] for name in ("valid_from", "valid_until")}
    return orjson.dumps({**values, **validity, "links": orjson.loads(row["links"]), "samples": list(samples)}).decode()


def load_content(slug: str, content: str) -> NewArticle:
    """Return what an article said in one of its versions."""
    values = orjson.loads(content)
    links = tuple(Link(link["text"], link["url"]) for link in values.pop("links"))
    samples = tuple(values.pop("samples"))
    begins, ends = _moment(values.pop("valid_from")), _moment(values.pop("valid_until"))
    return NewArticle(slug=slug, links=links, samples=samples, valid_from=begins, valid_until=ends, **values)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
