"""Articles in Markdown and spreadsheets: there and back unchanged, mistakes named with their place, hostile files."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.clock import TOWN
from bot.knowledge.documents.entries import BadDocument, Entry
from bot.knowledge.documents.files import read_documents, read_text, write_document
from bot.knowledge.documents.markdown import read_markdown, write_markdown
from bot.knowledge.documents.workbook import read_workbook, write_workbook
from store.articles import APPROVED, SAMPLE, Link, NewArticle, StoredArticle
from store.start import read_articles

ARTICLE = NewArticle(
    slug="reading-room",
    ours=True,
    measure=21,
    subject="城市书房",
    title="书房几点开门？",
    answer="早上九点。\n\n- 周一休息。\n## 别当标题\n\\反斜杠",
    links=(Link("地图 大图", "https://example.cn/map?a=1&b=2"),),
    samples=("书房几点开", "# 井号开头", "- 横线开头", "=1+1", "+86", "@我"),
    valid_from=datetime(2026, 3, 1, tzinfo=TOWN),
    valid_until=datetime(2027, 1, 1, tzinfo=TOWN),
)
HEADINGS = ["编号", "措施", "归我们管", "主题", "标题", "答案", "问法", "链接", "有效起", "有效止"]


def stored(new: NewArticle, **changes: Any) -> StoredArticle:
    words = {name: getattr(new, name) for name in NewArticle.__slots__}
    return StoredArticle(
        **{"id": 1, "version": 3, "status": APPROVED, "editor": "李四", "approver": "张三", **words, **changes}
    )


def articles(entries: list[Entry]) -> list[NewArticle]:
    return [entry.article for entry in entries]


def sheet(*rows: list[Any], headings: list[str] = HEADINGS) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in (headings, *rows):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def mistakes_of(read: Any, *given: Any) -> list[str]:
    with pytest.raises(BadDocument) as wrong:
        read(*given)
    return str(wrong.value).splitlines()


SHIPPED = [stored(new, status=SAMPLE) for new in read_articles()]


def test_the_starting_articles_come_back_from_markdown() -> None:
    assert articles(read_markdown(write_markdown(SHIPPED))) == read_articles()


def test_the_starting_articles_come_back_from_a_spreadsheet() -> None:
    assert articles(read_workbook(write_workbook(SHIPPED))) == read_articles()


def test_every_oddity_comes_back() -> None:
    others = replace(ARTICLE, slug="b", ours=False, measure=None, title="空的", answer="", links=(), samples=())
    odd = replace(ARTICLE, slug="c", title="准时", valid_until=datetime(2026, 5, 1, 18, 30, 1, 250, tzinfo=UTC))
    all_of_them = [ARTICLE, others, odd]
    written = [stored(one) for one in all_of_them]
    assert articles(read_markdown(write_markdown(written))) == all_of_them
    assert articles(read_workbook(write_workbook(written))) == all_of_them


_LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)
_WORDS = _LINE.map(str.strip).filter(bool)


@given(
    answer=st.lists(_LINE, max_size=5).map("\n".join).map(str.strip),
    samples=st.lists(_WORDS, max_size=5, unique=True),
    title=_WORDS.map(lambda text: " ".join(text.split())),
)
@settings(max_examples=60)
def test_any_text_comes_back(answer: str, samples: list[str], title: str) -> None:
    new = replace(ARTICLE, answer=answer, samples=tuple(samples), title=title)
    assert articles(read_markdown(write_markdown([stored(new)]))) == [new]
    assert articles(read_workbook(write_workbook([stored(new)]))) == [new]


def test_cells_are_text_and_never_formulas() -> None:
    hostile = replace(ARTICLE, title="=HYPERLINK(1)", answer='=cmd|" /C calc"!A0', subject="@x", samples=("-1+1",))
    book = load_workbook(io.BytesIO(write_workbook([stored(hostile)])))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]


def test_a_hand_written_file_needs_little() -> None:
    text = "随便写的开头\n\n## 书房几点开门？\n\n早上九点。\n\n### 问法\n书房几点开\n* 书房开门没\n"
    (entry,) = read_markdown(text)
    assert entry.article.title == "书房几点开门？"
    assert entry.article.samples == ("书房几点开", "书房开门没")
    assert entry.article.ours
    assert entry.article.slug.startswith("t-")
    assert read_markdown(text)[0].article.slug == entry.article.slug, "the same title has the same name"


def test_other_ways_of_writing_are_understood() -> None:
    text = "## 书房\r\n\r\n- 措施: 21\r\n- 有效起：2026/3/1\r\n- 有效止：2026.12.31 8:05\r\n\r\n九点。"
    article = read_markdown(f"{text}\r\n\r\n### 链接\r\n\r\n- [地图](https://example.cn)\r\n")[0].article
    assert (article.measure, article.answer) == (21, "九点。")
    assert article.valid_from == datetime(2026, 3, 1, tzinfo=TOWN)
    assert article.valid_until == datetime(2026, 12, 31, 8, 5, tzinfo=TOWN)
    assert article.links == (Link("地图", "https://example.cn"),)


def test_a_spreadsheet_may_hold_real_numbers_and_dates() -> None:
    row = ["a", 21.0, "是", "", "书房", "九点。", "问\n法", "", datetime(2026, 3, 1), datetime(2026, 3, 31)]
    (article,) = articles(read_workbook(sheet(row, [None] * 10)))
    assert (article.measure, article.samples) == (21, ("问", "法"))
    assert article.valid_from == datetime(2026, 3, 1, tzinfo=TOWN)
    assert article.valid_until == datetime(2026, 4, 1, tzinfo=TOWN), "the last day is valid to its end"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        (0, "Reading Room", "编号“Reading Room”"),
        (0, "a" * 61, "最多 60 个"),
        (1, "24", "1 到 23"),
        (1, "二十一", "1 到 23"),
        (2, "对", "“归我们管”填“是”或“否”"),
        (2, "否", "措施要空着"),
        (3, "题" * 21, "“主题”有 21 个字"),
        (4, "", "没有标题"),
        (4, "题" * 61, "最多 60 个"),
        (5, "答" * 2001, "“答案”有 2001 个字"),
        (6, "\n".join(f"问{n}" for n in range(201)), "“问法”有 201 条"),
        (6, "问" * 201, "“问法”有 201 个字"),
        (7, "地图 ftp://example.cn", "链接一行写一个"),
        (7, '地图 https://example.cn/"onclick', "链接一行写一个"),
        (8, "明年", "“有效起”写成"),
        (8, "2026-02-30", "“有效起”写成"),
        (9, "2025-12-31", "“有效止”要晚于"),
    ],
)
def test_a_mistake_is_named_with_its_row(column: int, value: str, says: str) -> None:
    good = ["a", "21", "是", "书房", "书房几点开", "九点。", "问法", "", "2026-01-01", "2026-12-31"]
    bad = [*good]
    bad[0], bad[4] = "b", "另一个标题"
    bad[column] = value
    (mistake,) = mistakes_of(read_workbook, sheet(good, bad))
    assert mistake.startswith("第 3 行：")
    assert says in mistake


def test_all_mistakes_are_named_at_once() -> None:
    row = ["B", "99", "或", "", "", "九点。", "", "", "", ""]
    assert len(mistakes_of(read_workbook, sheet(row, row))) >= 8


def test_the_same_name_or_title_twice_is_a_mistake() -> None:
    first = ["a", "", "是", "", "书房几点开", "九点。", "", "", "", ""]
    assert mistakes_of(read_workbook, sheet(first, ["a", *first[1:4], "别的", *first[5:]])) == [
        "第 3 行：编号“a”和第 2 行重复。"
    ]
    assert mistakes_of(read_workbook, sheet(first, ["", *first[1:]])) == ["第 3 行：标题和第 2 行一样。"]


def test_columns_are_all_there_and_known() -> None:
    row = ["a", "", "是", "", "书房", "九点。"]
    assert (
        "缺少这些列名：问法、链接、有效起、有效止" in mistakes_of(read_workbook, sheet(row, headings=HEADINGS[:6]))[0]
    )
    assert "不认识“问题”" in mistakes_of(read_workbook, sheet(row, headings=[*HEADINGS, "问题"]))[0]
    assert "“标题”写了两遍" in mistakes_of(read_workbook, sheet(row, headings=[*HEADINGS, "标题"]))[0]
    assert mistakes_of(read_workbook, sheet()) == ["里面没有可以导入的内容。"]


def test_a_formula_is_refused() -> None:
    row = ["a", "", "是", "", "书房", '=CONCATENATE("九","点")', "", "", "", ""]
    assert mistakes_of(read_workbook, sheet(row)) == ["第 2 行：“答案”是公式，请改成文字。"]


def test_fields_of_markdown_are_known_and_stand_once() -> None:
    text = "## 书房\n\n- 主体：城市书房\n- 措施：21\n- 措施：22\n\n九点。\n\n### 问发\n\n- 问\n\n### 问法\n\n- 问"
    unknown, twice, section = mistakes_of(read_markdown, text)
    assert unknown.startswith("第 1 行“书房”：不认识“主体”")
    assert "“措施”写了两遍" in twice
    assert "不认识小节“问发”，能用的有：问法、链接" in section


def test_control_characters_are_refused() -> None:
    assert "控制字符" in mistakes_of(read_markdown, "## 书房\n\n九\0点。")[0]


def bomb(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheet(["a"] * 10))) as good,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, parts.get(name.rpartition("/")[2].removesuffix(".xml"), good.read(name)))
    return file.getvalue()


def test_hostile_archives_are_refused_before_they_are_unpacked() -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
    assert mistakes_of(read_workbook, bomb(sheet1=entity)) == ["不像表格软件存出来的文件，没有打开。"]
    assert mistakes_of(read_workbook, bomb(sheet1=entity.decode().encode("utf-16"))) == [
        "不像表格软件存出来的文件，没有打开。"
    ]
    assert "太大了" in mistakes_of(read_workbook, bomb(sheet1=b" " * (60 * 1024 * 1024)))[0]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip", bomb(sheet1=b"<broken"), bomb(workbook=b"<a/>")], ids=range(5)
)
def test_broken_files_are_said_to_be(content: bytes) -> None:
    assert mistakes_of(read_workbook, content) == ["打不开：不是完整的 .xlsx 文件，或带有密码。"]


def test_more_rows_than_anybody_needs_are_refused() -> None:
    rows = [[f"a{number}", *[""] * 9] for number in range(10_001)]
    assert "10000 行" in mistakes_of(read_workbook, sheet(*rows))[0]


def test_a_text_too_long_for_a_cell_is_said() -> None:
    long = replace(ARTICLE, samples=tuple("问" * 195 + str(number) for number in range(180)))
    assert "导出成 .md" in mistakes_of(write_workbook, [stored(long)])[0]


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    write_document(tmp_path / "b.md", [stored(ARTICLE)])
    write_document(tmp_path / "a.xlsx", [stored(ARTICLE, slug="other", title="另一个")])
    (tmp_path / "~$a.xlsx").write_bytes(b"lock of a spreadsheet program")
    (tmp_path / "notes.txt").write_text("不是内容", "utf-8")
    assert [entry.article.slug for entry in read_documents(tmp_path)] == ["other", "reading-room"]
    write_document(tmp_path / "c.md", [stored(ARTICLE)])
    assert mistakes_of(read_documents, tmp_path) == [
        "c.md 第 3 行“书房几点开门？”：标题和b.md 第 3 行“书房几点开门？”一样。"
    ]


def test_every_file_of_a_folder_is_complained_of(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("## 书房\n\n- 措施：99\n", "utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"")
    assert [line.partition("：")[0] for line in mistakes_of(read_documents, tmp_path)] == ["a.md", "b.xlsx"]


def test_an_empty_folder_and_an_unknown_format_are_said(tmp_path: Path) -> None:
    assert mistakes_of(read_documents, tmp_path) == ["里面没有可以导入的内容。"]
    (tmp_path / "a.docx").write_bytes(b"")
    assert mistakes_of(read_documents, tmp_path / "a.docx") == ["a.docx：只认得 .md 和 .xlsx 文件。"]
    assert mistakes_of(write_document, tmp_path / "a.docx", []) == ["a.docx：只认得 .md 和 .xlsx 文件。"]


def test_older_encodings_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (tmp_path / "a.md").write_text("## 书房几点开门？", encoding)
        assert read_text(tmp_path / "a.md") == "## 书房几点开门？"


def test_validity_is_written_as_people_say_it() -> None:
    assert "- 有效起：2026-03-01\n- 有效止：2026-12-31\n" in write_markdown([stored(ARTICLE)])
    assert ARTICLE.valid_until is not None
    later = ARTICLE.valid_until + timedelta(hours=18, minutes=30)
    assert "- 有效止：2027-01-01 18:30\n" in write_markdown([stored(ARTICLE, valid_until=later)])
