"""`wenming staff …` as an operator types it, in the service and without it, and what the doctor says about staff."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli import main
from bot.doctor import examine
from store import staff
from store.database import Database, open_database
from tests.console.colleague import Colleague
from tests.console.door import PASSWORD, actions, employ, signed_in
from tests.town import Town

ADD = ["staff", "add", "Wang", "--display", "王主任", "--preset", "administrator"]


async def test_the_first_administrator_is_invited_without_a_running_service(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(main, ["staff", "list"]) == 0
    assert "nobody yet" in capsys.readouterr().out
    monkeypatch.setenv("PUBLIC_URL", "https://wx.example.gov.cn")
    assert await asyncio.to_thread(main, ADD) == 0
    said = capsys.readouterr().out
    assert re.search(r"^https://wx\.example\.gov\.cn/desk/invitation/[\w-]{43}$", said, re.MULTILINE)
    assert await asyncio.to_thread(main, ADD) == 1
    assert "已经有人用了" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["staff", "list"]) == 0
    assert capsys.readouterr().out == "wang (王主任): administrator, invited\n"
    assert await asyncio.to_thread(main, ["staff", "reset", "nobody"]) == 1
    assert "没有“nobody”这个人" in capsys.readouterr().err


def test_a_preset_that_there_is_not_is_wrong_use(environment: dict[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["staff", "add", "wang", "--display", "王", "--preset", "king"])
    assert ended.value.code == 2


async def test_resetting_and_deactivating_end_what_is_open(town: Town) -> None:
    await employ(town, "boss")
    await employ(town, "wang", totp=True)
    browser = await signed_in(town, "boss")
    path = f"/invitation/{(await town.command('staff_reset', who='boss'))['token']}"
    assert (await browser.opens("/account")).status == 303
    assert (await Colleague(town).fills(path, path, password=PASSWORD, password_again=PASSWORD)).leads_to == "/"
    assert await town.command("staff_deactivate", who="WANG") == {"deactivated": "wang"}
    stored = await town.database.read(staff.find_by_name, "wang")
    assert stored is not None
    assert not stored.active
    again = await town.command("staff_reactivate", who="wang")
    assert (await Colleague(town).opens(f"/invitation/{again['token']}")).status == 200
    assert {"staff_reset", "staff_deactivated", "staff_reactivated"} <= set(await actions(town))
    people = (await town.command("staff_list"))["staff"]
    assert isinstance(people, list)
    assert [(one["name"], one["active"], one["has_password"]) for one in people] == [
        ("boss", True, True),
        ("wang", True, False),
    ]


async def test_the_doctor_misses_an_administrator_and_notices_an_altered_log(
    environment: dict[str, str], tmp_path: Path
) -> None:
    await asyncio.to_thread(main, ADD)
    told = await _about()
    assert told["staff"].startswith("warn")
    assert "wenming staff add" in told["staff"]
    assert told["audit log"].startswith("ok    audit log: whole, 1 lines")
    database = open_database(environment["DATABASE_URL"])
    try:
        await _come_in(database)
        assert (await _about())["staff"] == "ok    staff: 1 may sign in to the console"
        await database.write(lambda conn: conn.execute(text("DROP TRIGGER audit_is_not_changed")))
        await database.write(lambda conn: conn.execute(text("UPDATE audit SET detail = 'nothing'")))
    finally:
        await database.close()
    assert (await _about())["audit log"].startswith("FAIL  audit log: altered, or lines are missing, at 1")


async def _about() -> dict[str, str]:
    return {finding.about: str(finding) for finding in await examine(offline=True)}


async def _come_in(database: Database) -> None:
    await database.write(lambda conn: conn.execute(text("UPDATE staff SET password = 'kept'")))
