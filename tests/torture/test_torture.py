"""The kill test in small, for every run of the suite: one kill among some forty messages, on both databases."""

from pathlib import Path

from tests.torture.run import Plan, run


async def test_a_kill_in_the_middle_loses_and_doubles_nothing(database_url: str, tmp_path: Path) -> None:
    result = await run(database_url, tmp_path, Plan(messages=24, kills=1, late=0, seed=7))
    assert result.violations == ()
    assert result.numbers["kill -9"] == 1
    assert 24 < result.numbers["messages"] < result.numbers["attempts of WeChat's"]
