"""What has had its time goes by itself, in a running service whose clock moves on."""

from datetime import timedelta

from bot.clock import Clock
from bot.jobs.cleanup import Cleanup
from store import citizens
from tests.conversations.personal import keep_contact
from tests.dialogue.pushing import RIDDLE, change, count, push, write
from tests.town import Citizen, Town


async def _clean_up_after(town: Town, days: float) -> None:
    """Let days pass, and the hourly job run."""
    await town.control("clock", advance=timedelta(days=days).total_seconds())
    clock = Clock(town.settings.clock_offset_file)
    await Cleanup(town.database, clock=clock, settings=town.settings).run_once()


async def _live(town: Town) -> Citizen:
    citizen = await town.follower()
    await citizen.says(RIDDLE)
    await citizen.does("sends_photo")
    await citizen.says("同意书")
    await citizen.says("同意")
    await keep_contact(town, citizen, kind="phone", value="13903710000")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'")
    return citizen


async def test_each_kind_has_its_own_time(town: Town) -> None:
    citizen = await _live(town)
    await _clean_up_after(town, 179)
    assert await count(town, "inbox WHERE said IS NOT NULL") == 3
    assert await count(town, "attachments WHERE state = 'kept'") == 1
    await _clean_up_after(town, 2)
    assert await count(town, "inbox") == 0
    assert await count(town, "dialogues") == 0
    assert await count(town, "attachments WHERE state = 'erased'") == 1
    assert await count(town, "outbox WHERE body <> '{}'") == 0
    assert await count(town, "unanswered WHERE question IS NOT NULL") == 1
    assert await count(town, "contacts") == 1
    await _clean_up_after(town, 185)
    assert await count(town, "unanswered WHERE question IS NOT NULL") == 0
    assert await count(town, "unanswered") == 1
    assert await count(town, "contacts") == 0
    await _clean_up_after(town, 2000)
    assert await count(town, "consents WHERE decision = 'agreed'") == 1  # it still counts
    await citizen.says("菜单")
    citizen.sees("我能帮您")
    assert await count(town, "citizens WHERE openid IS NOT NULL") == 1


async def test_consents_of_the_erased_go_after_three_years(town: Town) -> None:
    citizen = await _live(town)
    await citizen.does("unfollows")
    await _clean_up_after(town, 1094)
    assert await count(town, "consents") == 1
    await _clean_up_after(town, 2)
    assert await count(town, "consents") == 0
    assert await count(town, "erasures") == 1


async def test_failures_and_the_security_log_go_in_time(town: Town) -> None:
    citizen = await town.follower()
    await change(town, "ALTER TABLE unanswered RENAME COLUMN cause TO reason")
    await push(town, write(town, citizen, RIDDLE))
    who = await town.database.read(citizens.find_by_openid, citizen.openid)
    assert who is not None
    words = "INSERT INTO security_log (happened, event, who) SELECT happened, 'my_data_shown', 'a' FROM failures"
    await change(town, words)
    await _clean_up_after(town, 29)
    assert await count(town, "failures") == 1
    await _clean_up_after(town, 2)
    assert await count(town, "failures") == 0
    await _clean_up_after(town, 178)
    assert await count(town, "security_log") == 1
    await _clean_up_after(town, 2)
    assert await count(town, "security_log") == 0
