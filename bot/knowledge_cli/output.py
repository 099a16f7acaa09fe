"""Between a command's JSON, what the actions work with, and the terminal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from bot.knowledge_commands import Result, load_stored
from store.articles import StoredArticle

Call = Callable[[str, Mapping[str, Any]], Result]  # runs a command in the service, or beside the database


def print_json(result: object) -> int:
    """Print a result; all is well with it."""
    print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
    return 0


def articles_in(result: Result) -> list[StoredArticle]:
    """Return the articles of a `knowledge_list`."""
    return [load_stored(values) for values in items(result["articles"])]


def items(values: object) -> Sequence[Any]:
    """Return a JSON list as such."""
    assert isinstance(values, list)
    return values
