"""`wenming failure`: what a citizen's reference number leads to, and that somebody looked."""

import json

import pytest

from bot.cli import main
from bot.control import CommandFailed
from tests.dialogue.pushing import RIDDLE, change, count, push, words_of, write
from tests.town import Town


async def _fail(town: Town) -> str:
    citizen = await town.follower()
    await change(town, "ALTER TABLE unanswered RENAME COLUMN cause TO reason")
    words = words_of(await push(town, write(town, citizen, RIDDLE)))
    return words.partition("编号 ")[2][:6]


async def test_a_reference_opens_the_message_and_the_look_is_logged(town: Town) -> None:
    reference = await _fail(town)
    opened = await town.command("failure_show", reference=reference)
    assert RIDDLE in json.dumps(opened, ensure_ascii=False)
    assert "unanswered" in str(opened["error"])
    assert await count(town, f"security_log WHERE event = 'failure_opened' AND detail = '{reference}'") == 1


async def test_an_unknown_reference_says_why(town: Town) -> None:
    expected = CommandFailed if town.settings.database_url.startswith("sqlite") else ValueError
    with pytest.raises(expected, match="no failure 000000"):
        await town.command("failure_show", reference="000000")
    assert await count(town, "security_log") == 0


def test_the_command_says_that_looks_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["failure", "--help"])
    assert "the look is logged" in capsys.readouterr().out
