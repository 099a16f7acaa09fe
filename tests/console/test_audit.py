"""The audit log's pages: found by what one looks for, taken along, checked; read by auditors, changed by nobody."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
from sqlalchemy import Connection, text

from bot.console.subjects import SUBJECTS
from bot.domain.permissions import Preset
from store import audit
from tests.console.colleague import Colleague, Page, hire
from tests.town import Town

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def write(conn: Connection, number: int, *, staff_id: int | None = None, detail: str = "") -> None:
    audit.record(
        conn,
        staff_id=staff_id,
        action="article_approved" if number % 2 else "staff_changed",
        subject="article" if number % 2 else "staff",
        subject_id=f"row{number}",
        detail=detail,
        citizen="c7" if number == 3 else "",
        ip="10.0.0.1" if staff_id is None else "",
        now=NOW - timedelta(days=number),
    )


async def fill(town: Town, auditor: Colleague, lines: int = 6) -> None:
    for number in range(lines):
        await town.database.write(write, number, staff_id=auditor.staff_id if number < 3 else None)


def rows_on(page: Page) -> list[str]:
    assert page.status == 200, page.text
    return [f"row{number}" for number in range(100) if f"row{number}<" in page.text]


async def test_lines_are_found_by_time_person_action_and_subject(town: Town) -> None:
    auditor = await hire(town, Preset.AUDITOR, display="审计小周")
    await fill(town, auditor)
    assert rows_on(await auditor.opens("/audit")) == [f"row{number}" for number in range(6)]
    for query, found in (
        ("since=2026-11-21&until=2026-11-22", ["row2", "row3"]),
        (f"who={auditor.staff_id}", ["row0", "row1", "row2"]),
        ("action=article_approved", ["row1", "row3", "row5"]),
        ("subject=staff", ["row0", "row2", "row4"]),
        ("subject=article&subject_id=row5", ["row5"]),
        ("citizen=c7", ["row3"]),
        ("since=nonsense&until=99999-99-99&who=x&before=x", [f"row{number}" for number in range(6)]),
        ("who=" + "9" * 18, []),
        ("subject=%3Cscript%3E", []),
    ):
        page = await auditor.opens(f"/audit?{query}")
        assert rows_on(page) == found, query
        assert "<script>" not in page.text
    assert "审计小周" in page.text


async def test_a_long_log_is_leafed_through(town: Town) -> None:
    auditor = await hire(town, Preset.AUDITOR)
    await fill(town, auditor, 70)
    first = await auditor.opens("/audit?since=2026-01-01")
    assert len(rows_on(first)) == 50
    onward = first.text.partition('rel="next" href="/desk')[2].partition('"')[0].replace("&amp;", "&")
    assert rows_on(await auditor.opens(onward)) == [f"row{number}" for number in range(50, 70)]


async def test_it_is_taken_along_and_that_is_written_down(town: Town) -> None:
    auditor = await hire(town, Preset.AUDITOR, display="=审计小周")
    await fill(town, auditor)
    await town.database.write(write, 6, detail="=HYPERLINK(1)")
    async with town.session.get(
        f"{town.address}/desk/audit/export/csv?subject=staff", cookies=auditor.cookies
    ) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        table = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert table[0][:4] == ["序号", "时间", "操作人", "操作"]
    assert [row[5] for row in table[1:]] == ["row0", "row2", "row4", "row6"]
    assert table[1][2] == "'=审计小周"
    assert table[4][6] == "'=HYPERLINK(1)"
    async with town.session.get(f"{town.address}/desk/audit/export/xlsx", cookies=auditor.cookies) as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(await answer.read())).active
    assert sheet is not None
    assert sheet.max_row == 1 + 7 + 1  # with the line about the first file
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    lines = await town.database.read(audit.search, audit.Search(actions=("audit_exported",)))
    assert [line.detail for line in lines] == ["xlsx, 8 lines", "csv, 4 lines"]
    assert (await auditor.opens("/audit/export/exe")).status == 404


async def test_a_planted_alteration_is_shown(town: Town) -> None:
    auditor = await hire(town, Preset.AUDITOR)
    await fill(town, auditor)
    assert "没有改动和缺失" in (await auditor.opens("/audit/check")).text
    await town.database.write(_alter)
    page = await auditor.opens("/audit/check")
    assert "第 3 行被改过" in page.text


def _alter(conn: Connection) -> None:
    is_postgres = conn.dialect.name == "postgresql"
    conn.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL" if is_postgres else "DROP TRIGGER audit_is_not_changed"))
    conn.execute(text("UPDATE audit SET staff_id = NULL WHERE id = 3"))


async def test_an_auditor_changes_nothing(town: Town) -> None:
    """Every POST of every subject is refused; his own account and the colours are his."""
    auditor = await hire(town, Preset.AUDITOR)
    form = (await auditor.opens("/account")).form("/account/password")
    own = {"account", "sign_in", "home"}
    paths = [
        route.path.replace("{", "").replace("}", "")
        for subject in SUBJECTS
        for route in subject.routes
        if route.method != "GET" and subject.name not in own
    ]
    assert len(paths) > 8
    for path in paths:
        form.action = f"/desk{path}"
        assert (await auditor.sends(form)).status == 403, path


async def test_others_do_not_read_it(town: Town) -> None:
    for preset in (Preset.DESK, Preset.APPROVER, Preset.DEPARTMENT):
        somebody = await hire(town, preset, department="环卫处")
        for path in ("/audit", "/audit/check", "/audit/export/csv"):
            assert (await somebody.opens(path)).status == 403
    administrator = await hire(town, Preset.ADMINISTRATOR)
    assert (await administrator.opens("/audit")).status == 200
