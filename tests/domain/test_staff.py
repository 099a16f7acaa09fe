"""The rules about staff: who may be what, that nobody lifts himself, and that an administrator stays."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from bot.domain import staff as rules
from bot.domain.permissions import Permission, Preset
from bot.domain.staff import OPERATOR, Actor, Wanted
from bot.domain.staff_words import Refused, Said, say
from store import audit, sessions, staff
from store.audit import Search
from store.database import Connection, Database
from store.sealing import Seal
from store.sessions import NewSession
from store.staff import StoredStaff
from store.start import read_sign_in_words
from tests.town import SEAL_KEY

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def employ(conn: Connection, name: str, preset: Preset) -> int:
    """Add somebody who has accepted his invitation."""
    department = "环卫处" if preset is Preset.DEPARTMENT else ""
    wanted = Wanted(display=name.title(), preset=preset, department=department)
    staff_id = rules.invite(conn, name, wanted, by=OPERATOR, now=NOW).staff_id
    staff.set_password(conn, staff_id, password="kept", now=NOW)
    sessions.add(conn, session_of(staff_id))
    return staff_id


def session_of(staff_id: int) -> NewSession:
    return NewSession(
        staff_id=staff_id,
        token_hash=staff_id.to_bytes(32, "big"),
        stage="full",
        started=NOW,
        idle_until=NOW + timedelta(hours=1),
        ends=NOW + timedelta(hours=12),
        address="10.0.0.1",
        browser="",
    )


async def find(database: Database, staff_id: int) -> StoredStaff:
    stored = await database.read(staff.find, staff_id)
    assert stored is not None
    return stored


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("", {}, Said.BAD_NAME),
        ("w", {}, Said.BAD_NAME),
        ("w" * 33, {}, Said.BAD_NAME),
        ("wang li", {}, Said.BAD_NAME),
        ("<b>wang</b>", {}, Said.BAD_NAME),
        ("wang\n", {"display": ""}, Said.NAME_TAKEN),
        ("ＷＡＮＧ", {}, Said.NAME_TAKEN),
        ("li", {"display": " "}, Said.NO_DISPLAY),
        ("li", {"display": "李" * 31}, Said.LONG_DISPLAY),
        ("li", {"preset": "king"}, Said.NO_PRESET),
        ("li", {"preset": ""}, Said.NO_PRESET),
        ("li", {"preset": "department"}, Said.NEEDS_DEPARTMENT),
        ("li", {"department": "处" * 41}, Said.LONG_DEPARTMENT),
        ("li", {"permissions": ["fly"]}, Said.NO_PERMISSION),
        ("li", {"permissions": ["staff_manage"]}, Said.MAY_NOT_GRANT),
        ("li", {"preset": "auditor", "permissions": ["audit_read", "quiet"]}, Said.MAY_NOT_GRANT),
        ("li", {"preset": "auditor", "permissions": []}, Said.MAY_NOT_TAKE),
        ("li", {"preset": "administrator", "permissions": ["overview"]}, Said.MAY_NOT_TAKE),
    ],
)
async def test_what_is_wrong_with_an_invitation_is_told(
    database: Database, name: str, changes: dict[str, object], said: Said
) -> None:
    await database.write(employ, "wang", Preset.DESK)
    wanted = Wanted(**({"display": "小李", "preset": "desk"} | changes))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        await database.write(rules.invite, name, wanted, by=OPERATOR, now=NOW)
    assert refused.value.said is said
    assert len(await database.read(staff.list_all)) == 1


async def test_permissions_are_kept_as_differences(database: Database) -> None:
    wanted = Wanted(display="小李", preset="auditor", permissions=["audit_read", "overview"])
    invited = await database.write(rules.invite, "li", wanted, by=OPERATOR, now=NOW)
    stored = await find(database, invited.staff_id)
    assert (stored.granted, stored.taken) == (("overview",), ())
    assert rules.permissions_now(stored) == {Permission.AUDIT_READ, Permission.OVERVIEW}


async def test_nobody_changes_himself(database: Database) -> None:
    me = await database.write(employ, "boss", Preset.ADMINISTRATOR)
    await database.write(employ, "other", Preset.ADMINISTRATOR)
    by, wanted = Actor(me), Wanted(display="Boss", preset="desk")
    with pytest.raises(Refused, match=say(Said.OWN_ROW)):
        await database.write(rules.change, me, wanted, version=1, by=by, now=NOW)
    for verb in (rules.deactivate, rules.reset, rules.reactivate, rules.reset_second_factor):
        with pytest.raises(Refused, match=say(Said.OWN_ROW)):
            await database.write(verb, me, by=by, now=NOW)


async def test_the_last_administrator_stays(database: Database) -> None:
    boss = await database.write(employ, "boss", Preset.ADMINISTRATOR)
    wanted = Wanted(display="Next", preset="administrator")
    await database.write(rules.invite, "next", wanted, by=OPERATOR, now=NOW)  # hasn't come yet: doesn't count
    with pytest.raises(Refused, match=say(Said.LAST_ADMINISTRATOR)):
        await database.write(rules.deactivate, boss, by=OPERATOR, now=NOW)
    with pytest.raises(Refused, match=say(Said.LAST_ADMINISTRATOR)):
        await database.write(rules.change_preset, boss, Preset.DESK, version=1, by=OPERATOR, now=NOW)
    second = await database.write(employ, "second", Preset.ADMINISTRATOR)
    await database.write(rules.deactivate, boss, by=Actor(second), now=NOW)
    assert not (await find(database, boss)).active
    with pytest.raises(Refused, match=say(Said.LAST_ADMINISTRATOR)):
        await database.write(rules.deactivate, second, by=OPERATOR, now=NOW)


async def test_another_place_ends_the_sessions_and_stands_in_the_log(database: Database) -> None:
    boss = await database.write(employ, "boss", Preset.ADMINISTRATOR)
    li = await database.write(employ, "li", Preset.DESK)
    by = Actor(boss, "10.0.0.1")
    await database.write(rules.change, li, Wanted(display="小李", preset="desk"), version=1, by=by, now=NOW)
    assert len(await database.read(sessions.list_of, li, now=NOW)) == 1  # another name alone changes nothing
    await database.write(rules.change_preset, li, Preset.APPROVER, version=2, by=by, now=NOW)
    assert await database.read(sessions.list_of, li, now=NOW) == []
    with pytest.raises(Refused, match=say(Said.CHANGED_MEANWHILE)):
        await database.write(rules.change_preset, li, Preset.DESK, version=2, by=by, now=NOW)
    line = (await database.read(audit.search, Search(actions=("staff_changed",))))[0]
    assert (line.staff_id, line.subject_id, line.detail) == (boss, str(li), "desk -> approver")
    assert line.address == "10.0.0.1"


async def test_who_left_has_nothing_to_come_back_with(database: Database) -> None:
    await database.write(employ, "boss", Preset.ADMINISTRATOR)
    li = await database.write(employ, "li", Preset.DEPARTMENT)
    await database.write(staff.offer_totp, li, b"sealed")
    await database.write(staff.accept_totp, li, step=1)
    await database.write(rules.deactivate, li, by=OPERATOR, now=NOW)
    assert await database.read(sessions.list_of, li, now=NOW) == []
    with pytest.raises(Refused, match="已停用"):
        await database.write(rules.reset, li, by=OPERATOR, now=NOW)
    await database.write(rules.reactivate, li, by=OPERATOR, now=NOW)
    stored = await find(database, li)
    assert (stored.active, stored.has_password, stored.has_totp) == (True, False, False)
    assert stored.department_id is not None


async def test_an_unknown_person_is_refused(database: Database) -> None:
    for verb in (rules.deactivate, rules.reset, rules.reset_second_factor):
        with pytest.raises(Refused, match="没有“77”这个人"):
            await database.write(verb, 77, by=OPERATOR, now=NOW)


async def test_fresh_keys_close_the_second_factors_again(database: Database) -> None:
    old, fresh = SEAL_KEY, Fernet.generate_key().decode()
    li = await database.write(employ, "li", Preset.DESK)
    await database.write(staff.offer_totp, li, Seal([old]).close("SECRET"))
    await database.write(staff.accept_totp, li, step=1)
    assert await database.write(staff.renew, Seal([fresh, old])) == 1
    proofs = await database.read(staff.find_proofs, li)
    assert proofs is not None
    assert proofs.totp is not None
    assert Seal([fresh]).open(proofs.totp) == "SECRET"


def test_every_remark_has_its_words() -> None:
    assert set(read_sign_in_words()) == {str(said) for said in Said}
