"""The pages about staff: inviting, changing, letting go, and what is refused."""

import re

import pytest
from sqlalchemy import text

from bot.domain.permissions import Preset
from store import staff
from store.staff import StoredStaff
from tests.console.colleague import Colleague, Page, hire
from tests.console.door import PASSWORD, employ, signed_in, tries
from tests.town import Town

HOSTILE = "<script>alert(1)</script>"


async def find(town: Town, name: str) -> StoredStaff:
    stored = await town.database.read(staff.find_by_name, name)
    assert stored is not None
    return stored


async def lines(town: Town) -> list[tuple[str, str, int | None]]:
    found = await town.database.read(
        lambda conn: conn.execute(text("SELECT action, subject_id, staff_id FROM audit ORDER BY id")).all()
    )
    return [(row.action, row.subject_id, row.staff_id) for row in found]


def link_on(page: Page) -> str:
    found = re.search(r'value="http[^"]*/desk(/invitation/[\w-]+)"', page.text)
    assert found, page.text
    return found[1]


async def invite(admin: Colleague, **fields: object) -> Page:
    values = {"name": "li", "display": "小李", "preset": "desk", "department": "", "venue": ""} | fields
    return await admin.fills("/staff/new", "/staff", **values)


async def test_an_invited_person_comes_in(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    page = await invite(admin, preset="department", department="环卫处")
    assert page.status == 200
    newcomer = Colleague(town)
    path = link_on(page)
    assert (await newcomer.fills(path, path, password=PASSWORD, password_again=PASSWORD)).leads_to == "/"
    stored = await find(town, "li")
    assert (stored.preset, stored.has_password) == ("department", True)
    assert await town.database.read(staff.list_departments) == {stored.department_id: "环卫处"}
    assert lines_of(await lines(town), stored.id) == [
        ("staff_invited", admin.staff_id),
        ("invitation_accepted", stored.id),
    ]


def lines_of(found: list[tuple[str, str, int | None]], staff_id: int) -> list[tuple[str, int | None]]:
    return [(action, by) for action, about, by in found if about == str(staff_id)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "用户名为2到32个字"),
        ({"name": "administrator"}, "已经有人用了"),
        ({"display": ""}, "请填写姓名"),
        ({"display": "李" * 5000}, "姓名最多30个字"),
        ({"display": "小\x00李" + HOSTILE * 3}, "姓名最多30个字"),
        ({"preset": "king"}, "请选择岗位"),
        ({"preset": "department"}, "要填写部门或场所"),
        ({"preset": "auditor", "custom": "yes", "permission": ["audit_read", "quiet"]}, "不能有“quiet”权限"),
        ({"custom": "yes", "permission": ["fly"]}, "没有“fly”这项权限"),
    ],
)
async def test_a_wrong_form_comes_back_with_what_was_typed(town: Town, fields: dict[str, object], said: str) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    page = await invite(admin, **({"venue": "图书馆九号"} | fields if fields.get("preset") != "department" else fields))
    assert page.status == 422
    assert said in page.text
    assert HOSTILE not in page.text
    if fields.get("preset") != "department":
        assert "图书馆九号" in page.text
    assert len(await town.database.read(staff.list_all)) == 1


async def test_a_form_sent_twice_invites_once(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    form = (await admin.opens("/staff/new")).form("/staff")
    fields = {"name": "li", "display": "小李", "preset": "desk"}
    assert (await admin.sends(form, **fields)).status == 200
    again = await admin.sends(form, **fields)
    assert again.status == 409
    assert len(await town.database.read(staff.list_all)) == 2


async def test_changing_somebody_counts_at_his_next_click(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li")
    li = await signed_in(town, "li")
    path = f"/staff/{number}"
    done = await admin.fills(path, path, display="李主任", preset="auditor")
    assert done.leads_to == path
    assert "李主任 的资料已保存" in (await admin.opens(path)).text
    assert (await li.opens("/account")).status == 303
    assert (await find(town, "li")).preset == "auditor"


async def test_single_permissions_are_given_and_taken(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li")
    path = f"/staff/{number}"
    page = await admin.fills(path, path, custom="yes", permission=["help_answer", "overview", "quiet"])
    assert page.status == 303
    stored = await find(town, "li")
    assert stored.granted == ("quiet",)
    assert set(stored.taken) == {"knowledge_read", "knowledge_edit", "unanswered", "personal_data"}
    await admin.fills(path, path)  # as it stands: the same again
    assert (await find(town, "li")).granted == ("quiet",)


async def test_two_administrators_at_once_lose_nothing(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li")
    path = f"/staff/{number}"
    mine, theirs = (await admin.opens(path)).form(path), (await admin.opens(path)).form(path)
    await admin.sends(theirs, display="李四", preset="approver")
    page = await admin.sends(mine, display="李五")
    assert page.status == 409
    assert "李五" in page.text  # what was typed
    assert "李四" in page.text  # what stands
    assert (await find(town, "li")).display == "李四"
    assert (await admin.sends(page.form(path))).status == 303
    assert (await find(town, "li")).display == "李五"


async def test_letting_somebody_go_and_taking_him_back(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li")
    li = await signed_in(town, "li")
    assert (await admin.fills(f"/staff/{number}", f"/staff/{number}/deactivate")).status == 303
    assert (await li.opens("/account")).status == 303
    assert (await tries(Colleague(town), "li", PASSWORD)).status == 422
    path = link_on(await admin.fills(f"/staff/{number}", f"/staff/{number}/reactivate"))
    assert (await tries(Colleague(town), "li", PASSWORD)).status == 422  # not with the old password
    assert (await Colleague(town).fills(path, path, password=PASSWORD, password_again=PASSWORD)).leads_to == "/"


async def test_a_reset_takes_password_and_second_factor(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li", totp=True)
    page = await admin.fills(f"/staff/{number}", f"/staff/{number}/reset")
    assert link_on(page)
    stored = await find(town, "li")
    assert (stored.has_password, stored.has_totp) == (False, False)


async def test_a_lost_phone_alone_keeps_the_password(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li", totp=True)
    assert (await admin.fills(f"/staff/{number}", f"/staff/{number}/reset-second-factor")).status == 303
    assert (await tries(Colleague(town), "li", PASSWORD)).leads_to == "/"


async def test_nobody_lifts_himself_and_the_last_administrator_stays(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    number = await employ(town, "li")
    own = await admin.opens(f"/staff/{admin.staff_id}")
    assert "另一位管理员" in own.text
    for verb in ("", "/deactivate", "/reset", "/reactivate", "/reset-second-factor"):
        form = (await admin.opens(f"/staff/{number}")).form(f"/staff/{number}")
        form.action = f"/desk/staff/{admin.staff_id}{verb}"
        page = await admin.sends(form, preset="desk")
        assert page.status == 422
        assert "不能改动自己" in page.text
    assert (await find(town, "administrator")).preset == "administrator"


@pytest.mark.parametrize("number", ["999", "0", "x", "-1", "9" * 30, "1%27", "%00"])
async def test_forged_numbers_are_nobody_and_are_written_down(town: Town, number: str) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    assert (await admin.opens(f"/staff/{number}")).status == 404
    assert (await lines(town))[-1][0] == "missing"


async def test_only_administrators_come_here(town: Town) -> None:
    number = await employ(town, "li")
    for preset in (Preset.DESK, Preset.APPROVER, Preset.DEPARTMENT, Preset.AUDITOR):
        somebody = await hire(town, preset, department="环卫处")
        for path in ("/staff", "/staff/new", f"/staff/{number}"):
            assert (await somebody.opens(path)).status == 403
        form = (await somebody.opens("/account")).form("/account/password")
        for path in ("/staff", f"/staff/{number}", f"/staff/{number}/reset", f"/staff/{number}/deactivate"):
            form.action = f"/desk{path}"
            assert (await somebody.sends(form, preset="administrator")).status == 403
    assert (await find(town, "li")).preset == "desk"


async def test_names_are_shown_and_found_as_they_are_never_as_markup(town: Town) -> None:
    admin = await hire(town, Preset.ADMINISTRATOR)
    assert (await invite(admin, display=HOSTILE)).status == 200
    for path in ("/staff", "/search?q=script"):
        page = await admin.opens(path)
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text
