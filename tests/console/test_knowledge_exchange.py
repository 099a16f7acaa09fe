"""Files of articles through the browser: looked over, mistakes named, taken in whole or not at all, given out."""

import io
from datetime import timedelta
from typing import Any

from aiohttp import FormData
from openpyxl import Workbook, load_workbook

from bot.domain.permissions import Preset
from bot.knowledge.documents.entries import FIELDS, name_of
from store import articles, audit, uploads
from tests.console.colleague import Colleague, Page
from tests.console.conftest import Desk
from tests.console.test_knowledge_pages import NOW, article, lines, stored
from tests.town import Town

IMPORT = "/knowledge/import"
MARKDOWN = """# 知识

## 书房能打印材料吗？

- 编号：printing

黑白一页两角。

### 问法

- 书房能打印吗
- 哪里可以打印
- 打印多少钱
"""


async def uploads_file(colleague: Colleague, content: bytes, *, name: str = "知识.md") -> Page:
    """Choose a file and send it."""
    form = (await colleague.opens(IMPORT)).form(IMPORT)
    data = FormData()
    for field, value in form.fields:
        data.add_field(field, value)
    data.add_field("file", io.BytesIO(content), filename=name, content_type="application/octet-stream")
    return await colleague.asks("POST", IMPORT, data=data)


def workbook(*rows: dict[str, Any], columns: tuple[str, ...] = FIELDS) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([name_of(field) for field in columns])
    for row in rows:
        sheet.append([row.get(field, "") for field in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def test_looked_over_first_then_taken_in(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK, name="zhangsan")
    preview = await uploads_file(officer, MARKDOWN.encode())
    assert preview.status == 200
    assert "新写 1 条，改动 0 条" in preview.text
    assert await town.database.read(articles.find_by_slug, "printing") is None
    form = preview.form(f"{IMPORT}/confirm")
    assert (await officer.sends(form)).leads_to == "/knowledge"
    found = await stored(town)
    assert (found.status, found.editor, len(found.samples)) == ("draft", "zhangsan", 3)
    assert await lines(town) == ["article_imported"]
    assert (await officer.sends(form)).leads_to == "/knowledge"  # a second click
    gone = await officer.sends(form, once="e" * 22)
    assert gone.status == 422
    assert "请重新选择文件" in gone.text
    assert (await stored(town)).version == 1
    same = await uploads_file(officer, MARKDOWN.encode())
    assert "没有变化 1 条" in same.text
    assert "confirm" not in same.text


async def test_a_changed_article_shows_its_differences(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    await town.database.write(
        articles.add, article("printing", answer="黑白一页三角。"), status="approved", editor="x", now=NOW
    )
    preview = await uploads_file(officer, MARKDOWN.encode())
    assert "有 1 条已批准的会变成草稿" in preview.text
    assert ">三</del>" in preview.text
    assert ">两</ins>" in preview.text


async def test_a_spreadsheet_names_every_row_and_column_that_is_wrong(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    bad = workbook(
        {"title": "好的", "answer": "好。", "measure": 99},
        {"title": "", "answer": "没有标题。", "valid_from": "明天"},
        {"title": "公式", "answer": "=1+1"},
        {"title": "<script>alert(1)</script>", "ours": "也许"},
    )
    refused = await uploads_file(officer, bad, name="坏.xlsx")
    assert refused.status == 422
    assert "第 2 行：措施是 1 到 23" in refused.text
    assert "第 3 行：没有标题" in refused.text
    assert "第 3 行：“有效起”" in refused.text
    assert "第 4 行：“答案”是公式" in refused.text
    assert "第 5 行：“归我们管”填“是”或“否”" in refused.text
    assert "<script>alert" not in refused.text
    missing = await uploads_file(officer, workbook({"title": "x"}, columns=("title", "answer")))
    assert "第一行缺少这些列名" in missing.text


async def test_what_is_no_such_file_is_refused(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    for content in (b"", b"PK\x03\x04 not an archive", b"\xff\xfe\x00\x01\x80", "没有标题".encode(), b"%PDF-1.7 ..."):
        refused = await uploads_file(officer, content, name="x.xlsx")
        assert refused.status == 422, content
        assert "什么都没有改" in refused.text
    assert (await uploads_file(officer, b"x" * (9 * 1024 * 1024))).status == 413
    empty = await officer.fills(IMPORT, IMPORT)
    assert (empty.status, "请先选择一个文件" in empty.text) == (422, True)


async def test_a_preview_that_is_out_of_date_is_shown_anew(town: Town, desk: Desk) -> None:
    officer = await desk(Preset.DESK)
    preview = await uploads_file(officer, MARKDOWN.encode())
    await town.database.write(articles.add, article("printing"), status="approved", editor="x", now=NOW)
    stale = await officer.sends(preview.form(f"{IMPORT}/confirm"))
    assert stale.status == 409
    assert "有人改过知识库" in stale.text
    assert "改动 1 条" in stale.text
    assert (await stored(town)).version == 1
    assert (await officer.sends(stale.form(f"{IMPORT}/confirm"))).status == 303
    assert (await stored(town)).version == 2


async def test_an_upload_is_its_owners_and_lasts_an_hour(town: Town, desk: Desk) -> None:
    officer, other = await desk(Preset.DESK, name="zhangsan"), await desk(Preset.DESK, name="wangwu")
    form = (await uploads_file(officer, MARKDOWN.encode())).form(f"{IMPORT}/confirm")
    csrf = (await other.opens("/knowledge")).form("/theme").value("csrf")
    assert (await other.sends(form, csrf=csrf)).status == 422
    for _ in range(2):  # his session lasts, the file doesn't
        await town.control("clock", advance=1801)
        await officer.opens("/knowledge")
    assert (await officer.sends(form)).status == 422
    assert await town.database.read(articles.find_by_slug, "printing") is None
    await uploads_file(officer, MARKDOWN.encode())  # forgets the old one
    token = form.value("upload")
    assert await town.database.read(uploads.find, token, by="zhangsan", now=NOW - timedelta(days=1)) is None


async def test_what_is_given_out_is_taken_back_unchanged(town: Town, desk: Desk) -> None:
    reader, officer = await desk(Preset.DEPARTMENT), await desk(Preset.DESK)
    await town.database.write(articles.add, article("printing"), status="draft", editor="x", now=NOW)
    given = await reader.opens("/knowledge/export?format=md")
    assert given.status == 200
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert "新写 0 条，改动 0 条，只改问法 0 条" in (await uploads_file(officer, given.text.encode())).text
    crumbs = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    url = f"{town.address}/desk/knowledge/export?format=xlsx&status=draft"
    async with town.session.get(url, headers={"Cookie": crumbs}) as answer:
        content = await answer.read()
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
    assert [row[4] for row in rows[1:]] == ["书房能打印材料吗？"]
    assert "新写 0 条，改动 0 条，只改问法 0 条" in (await uploads_file(officer, content, name="x.xlsx")).text
    assert (await reader.opens("/knowledge/export?format=exe")).status == 404
    assert {line.action for line in await town.database.read(audit.search, audit.Search())} == {"missing"}
