"""What the log says of an error: where it came from, and nothing that its words may quote."""

import logging

import orjson

from bot.logs import JsonFormatter, TextFormatter, without_words

SECRET = "13903717788"


def _fail() -> Exception:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as inner:
            raise ValueError(f"no such phone: {SECRET}") from inner
    except ValueError as outer:
        return outer


def _record(**details: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "wenming", "levelname": "ERROR", "msg": "message failed", **details})


def test_places_and_types_are_told_and_words_arent() -> None:
    told = without_words(_fail())
    assert SECRET not in told
    assert "ValueError" in told
    assert "KeyError" in told
    assert "in _fail" in told


def test_an_error_that_is_its_own_cause_ends() -> None:
    one, other = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, other.__cause__ = other, one
    assert without_words(one).splitlines() == ["ValueError", "KeyError"]


def test_either_format_shows_where() -> None:
    record = _record(traceback=without_words(_fail()), reference="3F9A1C")
    line = orjson.loads(JsonFormatter().format(record))
    assert (line["reference"], "in _fail" in line["traceback"]) == ("3F9A1C", True)
    first, *rest = TextFormatter().format(record).splitlines()
    assert first.endswith("message failed reference=3F9A1C")
    assert any("in _fail" in line for line in rest)
