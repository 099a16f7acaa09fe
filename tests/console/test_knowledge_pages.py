"""The knowledge pages over HTTP: what each role may do, what is refused, and what citizens get afterwards."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.permissions import Permission, Preset
from store import articles, audit
from store.articles import APPROVED, DRAFT, NewArticle, StoredArticle
from tests.console.colleague import Colleague, Page
from tests.console.conftest import Desk
from tests.town import Citizen, Town

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
ANSWER = "汴河书房有打印机，黑白一页两角，找服务台就行。"
QUESTIONS = "书房能打印吗\n哪里可以打印材料\n文明书房有打印机吗\n想打印身份证复印件"
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"


async def writes(colleague: Colleague, **changes: object) -> Page:
    """Fill in the form of a new article."""
    text = {"title": "书房能打印材料吗？", "slug": "printing", "answer": ANSWER, "samples": QUESTIONS, "do": "save"}
    return await colleague.fills("/knowledge/new", "/knowledge/new", **text | changes)


async def stored(town: Town, slug: str = "printing") -> StoredArticle:
    article = await town.database.read(articles.find_by_slug, slug)
    assert article is not None
    return article


async def lines(town: Town) -> list[str]:
    """Return the actions in the audit log."""
    found = await town.database.read(audit.search, audit.Search())
    return [line.action for line in reversed(found)]


async def test_written_sent_approved_by_another_and_asked_on_the_phone(town: Town, desk: Desk) -> None:
    writer, approver = await desk(Preset.DESK, name="zhangsan"), await desk(Preset.APPROVER, name="lisi")
    citizen = await town.follower()
    await citizen.says("书房能打印吗")
    assert ANSWER not in citizen.heard
    sent = await writes(writer, do="submit")
    assert sent.leads_to == "/knowledge/articles/printing"
    shown = await approver.opens(sent.leads_to)
    assert "等批准" in shown.text
    assert "书房能打印材料吗？" in (await approver.opens("/")).text  # what needs him first
    approved = await approver.sends(shown.form("/knowledge/articles/printing/approve"))
    assert approved.leads_to == "/knowledge/articles/printing"
    await says_until(citizen, "书房能打印吗", ANSWER)
    withdrawn = await approver.fills(
        "/knowledge/articles/printing", "/knowledge/articles/printing/take-down", reason="打印机坏了"
    )
    assert withdrawn.status == 303
    await citizen.says("书房能打印吗")  # two seconds are allowed; the very next question is better
    assert ANSWER not in citizen.heard
    assert (await stored(town)).note == "打印机坏了"
    assert "打印机坏了" in (await writer.opens("/knowledge/articles/printing")).text
    assert await lines(town) == ["article_added", "article_submitted", "article_approved", "article_withdrawn"]


async def says_until(citizen: Citizen, question: str, answer: str) -> None:
    """Ask again and again until the new index is there; on a busy machine that takes a while."""
    async with asyncio.timeout(60):
        await citizen.says(question)
        while answer not in citizen.heard:
            await asyncio.sleep(0.1)
            await citizen.says(question)


async def test_nobody_approves_an_own_text(town: Town, desk: Desk) -> None:
    both = await desk(Preset.APPROVER, name="lisi", granted=[Permission.KNOWLEDGE_EDIT])
    other = await desk(Preset.APPROVER, name="wangwu")
    await writes(both, do="submit")
    shown = await both.opens("/knowledge/articles/printing")
    assert "/knowledge/articles/printing/approve" not in shown.text
    forged = (await other.opens("/knowledge/articles/printing")).form("/knowledge/articles/printing/approve")
    csrf = shown.form("/knowledge/articles/printing/withdraw").value("csrf")
    refused = await both.sends(forged, csrf=csrf)
    assert refused.status == 422
    assert "要换一个人来批准" in refused.text
    assert (await stored(town)).status == DRAFT
    assert (await other.sends(forged)).status == 303
    assert (await stored(town)).approver == "wangwu"


async def test_what_nobody_sent_for_approval_cannot_be_approved(town: Town, desk: Desk) -> None:
    writer, approver = await desk(Preset.DESK), await desk(Preset.APPROVER)
    await writes(writer, do="submit")
    form = (await approver.opens("/knowledge/articles/printing")).form("/knowledge/articles/printing/approve")
    back = await approver.fills(
        "/knowledge/articles/printing", "/knowledge/articles/printing/send-back", reason="写上开门的时间"
    )
    assert back.status == 303
    refused = await approver.sends(form, once="a" * 22)
    assert refused.status == 422
    assert "没有在等批准" in refused.text
    shown = await writer.opens("/knowledge/articles/printing")
    assert "退回的原因：写上开门的时间" in shown.text
    assert (await writer.sends(shown.form("/knowledge/articles/printing/submit"))).status == 303
    assert (await stored(town)).note == ""


@pytest.mark.parametrize("reason", ["", " \u3000 ", "长" * 201])
async def test_a_reason_is_given_and_short(town: Town, desk: Desk, reason: str) -> None:
    writer = await desk(Preset.DESK)
    await writes(writer)
    path = "/knowledge/articles/printing"
    refused = await writer.fills(path, f"{path}/withdraw", reason=reason)
    assert refused.status == 422
    assert "原因" in refused.text
    assert (await stored(town)).status == DRAFT


async def test_the_second_of_two_editors_keeps_his_text_and_sees_what_moved(town: Town, desk: Desk) -> None:
    first, second = await desk(Preset.DESK, name="zhangsan"), await desk(Preset.DESK, name="wangwu")
    await writes(first)
    path = "/knowledge/articles/printing/edit"
    mine, theirs = (await first.opens(path)).form(path), (await second.opens(path)).form(path)
    assert (await first.sends(mine, answer=ANSWER.replace("两角", "三角"), do="save")).status == 303
    clash = await second.sends(theirs, answer=ANSWER + "周一闭馆。", do="save")
    assert clash.status == 409
    assert ANSWER + "周一闭馆。</textarea>" in clash.text
    assert ">两</del>" in clash.text
    assert ">三</ins>" in clash.text
    assert (await stored(town)).answer == ANSWER.replace("两角", "三角")
    again = await second.sends(clash.form(path), do="save")
    assert again.status == 303
    assert (await stored(town)).answer == ANSWER + "周一闭馆。"


async def test_a_decision_about_an_older_version_changes_nothing(town: Town, desk: Desk) -> None:
    writer, approver = await desk(Preset.DESK), await desk(Preset.APPROVER)
    await writes(writer, do="submit")
    form = (await approver.opens("/knowledge/articles/printing")).form("/knowledge/articles/printing/approve")
    path = "/knowledge/articles/printing/edit"
    await writer.fills(path, path, answer="完全不一样的话。", do="submit")
    moved = await approver.sends(form)
    assert moved.status == 409
    assert "完全不一样的话。" in moved.text
    assert (await stored(town)).status == DRAFT


async def test_sent_twice_it_counts_once(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    await writes(writer)
    path = "/knowledge/articles/printing/edit"
    form = (await writer.opens(path)).form(path)
    first, second = [await writer.sends(form, answer="新的答案。", do="save") for _ in range(2)]
    assert first.leads_to == second.leads_to
    assert (await stored(town)).version == 2
    assert await lines(town) == ["article_added", "article_changed"]


async def test_hostile_words_are_words(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    made = await writes(writer, title=HOSTILE[:60], answer=HOSTILE, samples=HOSTILE + "\n二\n三", links="")
    assert made.status == 303
    withdrawn = await writer.fills(made.leads_to, f"{made.leads_to}/withdraw", reason=HOSTILE)
    assert withdrawn.status == 303
    for path in ("/knowledge", made.leads_to, f"{made.leads_to}/edit", f"{made.leads_to}/versions"):
        page = await writer.opens(path)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text, path
    for path in (
        f"/knowledge?words={HOSTILE[:20]}",
        f"/knowledge/ask?question={HOSTILE[:20]}",
        "/knowledge?page=99&stage=x",
    ):
        assert "<script>alert" not in (await writer.opens(path)).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"answer": "长" * 20_000}, "“答案”有 20000 个字，最多 2000 个"),
        ({"title": ""}, "没有标题"),
        ({"title": "题" * 61}, "“标题”有 61 个字，最多 60 个"),
        ({"slug": "Not A Slug"}, "编号“Not A Slug”"),
        ({"samples": "长" * 201}, "“问法”有 201 个字"),
        ({"samples": "\n".join(f"问{i}" for i in range(201))}, "“问法”有 201 条"),
        ({"links": "没有网址"}, "链接一行写一个"),
        ({"links": "坏的 javascript:alert(1)"}, "链接一行写一个"),
        ({"measure": "24"}, "措施是 1 到 23"),
        ({"valid_from": "明天"}, "“有效起”写成"),
        ({"valid_from": "2026-03-02", "valid_until": "2026-03-01"}, "要晚于"),
    ],
)
async def test_a_form_that_is_wrong_comes_back_whole(
    town: Town, desk: Desk, changes: dict[str, str], says: str
) -> None:
    writer = await desk(Preset.DESK)
    refused = await writes(writer, **changes)
    assert refused.status == 422
    assert says in refused.text
    (name, text), *_ = changes.items()
    form = refused.form("/knowledge/new")
    if name != "measure":
        assert form.value(name).strip() == text
    assert form.value("answer").strip() == changes.get("answer", ANSWER)
    assert await town.database.read(articles.find_by_slug, "printing") is None


async def test_what_nobody_could_approve_is_not_sent_but_can_be_saved(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    refused = await writes(writer, samples="书房能打印吗", do="submit")
    assert refused.status == 422
    assert "至少要 3 条" in refused.text
    assert await town.database.read(articles.find_by_slug, "printing") is None
    assert (await writer.sends(refused.form("/knowledge/new"), do="save")).status == 303
    assert (await stored(town)).submitted is None


async def test_other_questions_alone_need_no_approval(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    await town.database.write(articles.add, article("printing"), status=APPROVED, editor="lisi", now=NOW)
    path = "/knowledge/articles/printing/edit"
    assert (await writer.fills(path, path, samples=QUESTIONS + "\n能不能彩印", do="submit")).status == 303
    assert ((await stored(town)).status, (await stored(town)).samples[-1]) == (APPROVED, "能不能彩印")
    assert "马上生效" in (await writer.opens("/knowledge/articles/printing")).text
    assert (await writer.fills(path, path, title="换了标题", do="save")).status == 303
    assert (await stored(town)).status == DRAFT


async def test_versions_show_what_changed_and_come_back_as_drafts(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    await town.database.write(
        articles.add, article("printing", answer="九点开门。"), status=APPROVED, editor="x", now=NOW
    )
    path = "/knowledge/articles/printing"
    await writer.fills(f"{path}/edit", f"{path}/edit", answer="八点半开门。", do="save")
    shown = await writer.opens(f"{path}/versions")
    assert ">九点</del>" in shown.text
    assert ">八点半</ins>" in shown.text
    restored = await writer.sends(shown.form(f"{path}/restore"))
    assert restored.leads_to == path
    found = await stored(town)
    assert (found.answer, found.status, found.version) == ("九点开门。", DRAFT, 3)
    await writer.fills(path, f"{path}/withdraw", reason="过时")
    assert (await writer.fills(path, f"{path}/restore")).status == 303  # a withdrawn one, as it was
    assert (await stored(town)).status == DRAFT


async def test_the_list_is_filtered_and_paged_among_many(town: Town, desk: Desk) -> None:
    reader = await desk(Preset.DEPARTMENT)
    many = [article(f"many-{number}", title=f"第 {number} 件事", measure=number % 23 + 1) for number in range(1200)]
    await town.database.write(add_all, many)
    await town.database.write(
        articles.add,
        article("old", title="过期的通知", valid_until=NOW - timedelta(days=400), ours=False),
        status=APPROVED,
        editor="张三",
        now=NOW,
    )
    everything = await reader.opens("/knowledge?stage=approved")
    assert "共 1201 条，第 1 页，共 25 页" in everything.text
    assert "page=2" in everything.text
    assert "第 25 页" in (await reader.opens("/knowledge?stage=approved&page=25")).text
    for query, found, missing in (
        ("words=第 777 件", "many-777", "many-778"),
        ("words=MANY-12 件事", "many-125", "many-777"),
        ("measure=5&stage=approved", "第 4 件事", 'many-5"'),
        ("expired=1", "过期的通知", "many-"),
        ("ours=no&stage=approved", "过期的通知", "many-"),
        ("editor=张三", "过期的通知", "many-"),
        ("words=能不能彩印", "many-1", "过期的通知"),
        ("words=%25", "没有符合的内容", "many-"),
    ):
        page = await reader.opens(f"/knowledge?{query}")
        assert page.status == 200
        assert found in page.text, query
        assert missing not in page.text, query


async def test_who_may_only_read_changes_nothing(town: Town, desk: Desk) -> None:
    writer, reader = await desk(Preset.DESK), await desk(Preset.DEPARTMENT)
    await writes(writer)
    path = "/knowledge/articles/printing"
    shown = await reader.opens(path)
    assert shown.status == 200
    assert "您可以看，不能改" in shown.text
    assert (await reader.opens(f"{path}/edit")).status == 403
    stolen = (await writer.opens(path)).form(f"{path}/withdraw")
    csrf = shown.form("/theme").value("csrf")
    assert (await reader.sends(stolen, csrf=csrf, reason="因为")).status == 403
    assert (await stored(town)).status == DRAFT
    assert (await reader.opens("/knowledge/unanswered")).status == 403
    assert (await (await desk(Preset.AUDITOR)).opens("/knowledge")).status == 403


async def test_what_is_not_there_is_not_found_and_noted(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    for path in ("", "/edit", "/versions"):
        assert (await writer.opens(f"/knowledge/articles/nothing{path}")).status == 404
    assert await lines(town) == ["missing"] * 3


async def test_a_question_is_tried_while_writing(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    form = (await writer.opens("/knowledge/new")).form("/knowledge/new")
    form.action = "/desk/knowledge/try"
    text = {"title": "书房能打印材料吗？", "answer": ANSWER, "samples": QUESTIONS, "question": "想打印点东西"}
    live = await writer.sends(form, headers={"HX-Request": "true"}, **text)
    assert "现在市民问“想打印点东西”" in live.text
    assert "最先想到的是您这份" in live.text
    assert "<html" not in live.text
    whole = await writer.sends(form, **text)  # without JavaScript: the form again, nothing lost
    assert whole.form("/knowledge/new").value("answer").strip() == ANSWER
    assert "最先想到的是您这份" in whole.text
    other = await writer.sends(form, **text | {"question": "垃圾怎么分类"})
    assert "最先想到的还是《" in other.text
    assert await lines(town) == []


async def test_wording_and_likeness_are_checked_while_writing(town: Town, desk: Desk) -> None:
    writer = await desk(Preset.DESK)
    await writes(writer)
    form = (await writer.opens("/knowledge/new")).form("/knowledge/new")
    form.action = "/desk/knowledge/look"
    text = {"title": "书房能打印材料么", "answer": "社会主义核心价值关", "samples": "书房能打印吗？？"}
    looked = await writer.sends(form, headers={"HX-Request": "true"}, **text)
    assert "至少要 3 条" in looked.text
    assert "核心价值关" in looked.text
    assert '在<a href="/desk/knowledge/articles/printing">《书房能打印材料吗？》</a>里也有' in looked.text
    assert "很像" in looked.text


async def test_search_and_badges_lead_to_the_work(town: Town, desk: Desk) -> None:
    writer, approver = await desk(Preset.DESK), await desk(Preset.APPROVER)
    await writes(writer, do="submit")
    assert "/desk/knowledge/articles/printing" in (await writer.opens("/search?q=打印")).text
    assert 'data-badge="knowledge"><span data-count>1</span>' in (await approver.opens("/")).text
    await (await town.follower()).says("火星上能不能种玉米呀请问")
    assert 'data-badge="knowledge"><span data-count>1</span>' in (await writer.opens("/")).text
    assert "火星上能不能种玉米呀请问" in (await writer.opens("/")).text


def article(slug: str, **changes: object) -> NewArticle:
    new = NewArticle(
        slug=slug,
        ours=True,
        measure=None,
        subject="",
        title="书房能打印材料吗？",
        answer=ANSWER,
        links=(),
        samples=("能不能彩印", *QUESTIONS.splitlines()),
    )
    return replace(new, **changes)  # type: ignore[arg-type]


def add_all(conn: object, many: list[NewArticle]) -> None:
    for one in many:
        articles.add(conn, one, status=APPROVED, editor="李四", now=NOW)  # type: ignore[arg-type]
