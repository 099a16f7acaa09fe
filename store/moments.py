"""What both databases can compute from moments: the town's day, and the seconds between two."""

from typing import Any

from sqlalchemy import ColumnElement, Float, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class town_day(FunctionElement[str]):  # noqa: N801 - reads as a function, as SQLAlchemy's own do
    """`YYYY-MM-DD` in Asia/Shanghai, whose clocks have stood eight hours ahead of UTC since 1991."""

    type = Text()
    inherit_cache = True

    def __init__(self, moment: ColumnElement[Any]) -> None:
        super().__init__(moment)


class seconds_from(FunctionElement[float]):  # noqa: N801 - the same
    """The seconds from one moment to a later one."""

    type = Float()
    inherit_cache = True

    def __init__(self, earlier: ColumnElement[Any], later: ColumnElement[Any]) -> None:
        super().__init__(earlier, later)


@compiles(town_day, "sqlite")
def _day_in_sqlite(element: town_day, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)} / 1000000, 'unixepoch', '+8 hours')"


@compiles(town_day, "postgresql")
def _day_in_postgresql(element: town_day, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


@compiles(seconds_from, "sqlite")
def _seconds_in_sqlite(element: seconds_from, compiler: Any, **options: Any) -> str:
    earlier, later = (compiler.process(one, **options) for one in element.clauses)
    return f"(({later} - {earlier}) / 1000000.0)"


@compiles(seconds_from, "postgresql")
def _seconds_in_postgresql(element: seconds_from, compiler: Any, **options: Any) -> str:
    earlier, later = (compiler.process(one, **options) for one in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {later} - {earlier}) AS double precision)"
