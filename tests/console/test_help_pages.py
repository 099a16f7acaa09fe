"""Live help as officers use it, without scripts: list, claiming, answering, notes, photos, privacy, the audit log."""

import io
from datetime import UTC, datetime

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import text, update

from bot.domain.permissions import Permission, Preset
from store.tables import staff_sessions
from tests.console.colleague import Colleague, Page
from tests.console.conftest import Desk
from tests.conversations.desk import TUESDAY, is_at, passes, received
from tests.town import Citizen, Town

WORDS = "门口的井盖翘起来了，我的电话是 138 1234 5678"


async def called(town: Town, name: str = "王阿姨") -> tuple[Citizen, int]:
    """Let a citizen ask for a person and say why; return the citizen and the conversation's number."""
    citizen = await town.follower(name)
    await citizen.says("大扫除哪天搞")
    await citizen.says("人工")
    await citizen.says(WORDS)
    return citizen, int(str(await found(town, "SELECT max(id) FROM conversations")))


async def found(town: Town, question: str) -> object:
    return await town.database.read(lambda conn: conn.scalar(text(question)))


async def audited(town: Town, action: str) -> int:
    return int(str(await found(town, f"SELECT count(*) FROM audit WHERE action = '{action}'")))


async def stays_signed_in(town: Town) -> None:
    """Let no session run out, however far the clock is moved."""
    late = datetime(2030, 1, 1, tzinfo=UTC)
    await town.database.write(lambda conn: conn.execute(update(staff_sessions).values(idle_until=late, ends=late)))


async def presses(officer: Colleague, number: int, act: str, **changes: object) -> Page:
    """Open a conversation, fill in one of its forms and send it."""
    return await officer.fills(f"/help/{number}", f"/help/{number}/{act}", **changes)


async def holds(
    town: Town, desk: Desk, name: str = "zhangsan", display: str = "张三"
) -> tuple[Colleague, Citizen, int]:
    """Let an officer hold a citizen's conversation."""
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK, name=name, display=display)
    citizen, number = await called(town)
    assert (await presses(officer, number, "claim")).leads_to == f"/help/{number}"
    return officer, citizen, number


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(made, "PNG")
    return made.getvalue()


async def attaches(officer: Colleague, number: int, content: bytes, words: str = "") -> Page:
    """Send the answer's form with a file."""
    form = (await officer.opens(f"/help/{number}")).form(f"/help/{number}/answer")
    data = FormData()
    for name, value in form.fields:
        data.add_field(name, words if name == "text" else value)
    data.add_field("photo", content, filename="a.png", content_type="image/png")
    return await officer.asks("POST", f"/help/{number}/answer", data=data)


async def test_who_waits_longest_stands_first_with_the_minutes(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK)
    _, first = await called(town, "王阿姨")
    await passes(town, minutes=4)
    _, second = await called(town, "李大爷")
    page = await officer.opens("/help")
    assert page.text.index(f"/desk/help/{first}") < page.text.index(f"/desk/help/{second}")
    assert "等了 4 分钟" in page.text
    assert "等人接手" in page.text


async def test_the_first_page_and_the_menu_say_who_waits(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK)
    _, number = await called(town)
    page = await officer.opens("/")
    assert f'href="/desk/help/{number}"' in page.text
    assert "<span data-count>1</span>" in page.text
    assert "138****5678" in page.text


async def test_the_transcript_begins_with_the_bot_s_own_turns(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    page = await officer.opens(f"/help/{number}")
    lines = page.text.partition('data-part="lines"')[2]
    assert lines.index("大扫除哪天搞") < lines.index("每个星期五") < lines.index("井盖翘起来了")
    assert "weixin://" not in page.text
    assert "张三接手" in page.text


async def test_words_go_to_the_citizen_once_however_often_the_form_is_sent(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    form = (await officer.opens(f"/help/{number}")).form(f"/help/{number}/answer")
    for _ in range(2):
        assert (await officer.sends(form, text="师傅下午三点到")).leads_to == f"/help/{number}"
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    assert [words for words in await received(citizen) if "师傅" in words] == ["【工作人员】师傅下午三点到"]
    page = await officer.opens(f"/help/{number}")
    assert "师傅下午三点到" in page.text
    assert "已发出" in page.text
    assert await audited(town, "help_answered") == 1


async def test_the_window_is_shown_before_anybody_types(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    assert "还能发 <strong>5</strong> 条" in (await officer.opens(f"/help/{number}")).text
    await presses(officer, number, "answer", text="在的")
    assert "还能发 <strong>4</strong> 条" in (await officer.opens(f"/help/{number}")).text
    await stays_signed_in(town)
    await passes(town, hours=49)
    page = await officer.opens(f"/help/{number}")
    assert "超过 48 小时没有来消息" in page.text
    assert 'type="submit" disabled' in page.text
    refused = await presses(officer, number, "answer", text="还在吗")
    assert refused.status == 409
    assert "还在吗</textarea>" in refused.text


async def test_of_two_officers_one_wins_and_the_other_sees_it(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    first, second = await desk(Preset.DESK, name="a", display="张三"), await desk(Preset.DESK, name="b", display="李四")
    _, number = await called(town)
    forms = [(await one.opens(f"/help/{number}")).form(f"/help/{number}/claim") for one in (first, second)]
    assert (await first.sends(forms[0])).status == 303
    lost = await second.sends(forms[1])
    assert lost.status == 409
    assert "张三已接手" in lost.text
    assert await found(town, "SELECT holder FROM conversations") == first.staff_id
    assert await audited(town, "help_claimed") == 1
    assert "同事在接待" in (await second.opens("/help")).text


async def test_words_to_a_conversation_that_was_taken_are_kept_on_the_page(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    other = await desk(Preset.DESK, name="lisi", display="李四")
    form = (await officer.opens(f"/help/{number}")).form(f"/help/{number}/answer")
    assert (await presses(officer, number, "hand-over", to=other.staff_id)).leads_to == "/help"
    late = await officer.sends(form, text="我马上来")
    assert late.status == 409
    assert "李四已接手" in late.text
    assert "我马上来</textarea>" in late.text
    assert not [words for words in await received(citizen) if "马上" in words]


async def test_a_draft_goes_over_with_the_conversation(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    other = await desk(Preset.DESK, name="lisi", display="李四")
    csrf = (await officer.opens(f"/help/{number}")).form(f"/help/{number}/answer").value("csrf")
    saved = await officer.asks("POST", f"/help/{number}/draft", data={"csrf": csrf, "text": "正在问市政"})
    assert saved.status == 204
    await presses(officer, number, "hand-over", to=other.staff_id)
    page = await other.opens(f"/help/{number}")
    assert page.form(f"/help/{number}/answer").value("text") == "正在问市政"
    assert "张三转给李四" in page.text


@pytest.mark.parametrize("preset", [Preset.AUDITOR, Preset.APPROVER])
async def test_nobody_gets_a_conversation_who_does_not_answer(town: Town, desk: Desk, preset: Preset) -> None:
    officer, _, number = await holds(town, desk)
    leader = await desk(preset, name="leader")
    for to in (leader.staff_id, 999, "x", ""):
        page = await presses(officer, number, "hand-over", to=to)
        assert page.status == 422
        assert "请选一位能接待市民的同事" in page.text
    assert await found(town, "SELECT holder FROM conversations") == officer.staff_id


async def test_given_back_the_bot_answers_again_and_says_so(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    await citizen.says("大扫除哪天搞")
    citizen.sees_nothing()
    assert (await presses(officer, number, "give-back")).leads_to == "/help"
    assert "已经交还机器人" in (await officer.opens("/help")).text
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    assert "小助手回答您" in (await received(citizen))[-1]
    await citizen.says("大扫除哪天搞")
    citizen.sees("星期五")
    closed = await officer.opens(f"/help/{number}")
    assert "已交还机器人" in closed.text
    assert f'action="/desk/help/{number}/answer"' not in closed.text


async def test_put_back_anybody_can_take_it(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    other = await desk(Preset.DESK, name="lisi", display="李四")
    await presses(officer, number, "put-back")
    assert (await presses(other, number, "claim")).status == 303
    await presses(other, number, "close")
    assert await found(town, "SELECT outcome FROM conversations") == "answered"


async def test_a_note_is_for_colleagues_alone(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    other = await desk(Preset.DESK, name="lisi", display="李四")
    before = await found(town, "SELECT count(*) FROM outbox")
    assert (await presses(other, number, "note", note="这位市民上周来过")).leads_to == f"/help/{number}"
    page = await officer.opens(f"/help/{number}")
    assert "内部备注 · 李四 · 市民看不到" in page.text
    assert "这位市民上周来过" in page.text
    assert await found(town, "SELECT count(*) FROM outbox") == before
    assert not [bubble for bubble in await citizen.inbox() if "上周" in str(bubble)]


async def test_a_note_stands_in_nothing_that_the_citizen_gets(town: Town, desk: Desk) -> None:
    from bot.commands import open_seal
    from bot.domain import personal
    from store import citizens

    officer, citizen, number = await holds(town, desk)
    await presses(officer, number, "note", note="这位市民上周来过")
    who = await town.database.read(citizens.find_by_openid, citizen.openid)
    assert who is not None
    held = await town.database.read(personal.gather, open_seal(town.settings), who)
    assert held is not None
    assert "上周来过" not in repr(held)


@pytest.mark.parametrize(
    ("act", "field", "words", "problem"),
    [
        ("answer", "text", "", "还没有写内容"),
        ("answer", "text", "很" * 601, "最多 600 字"),
        ("note", "note", "  ", "还没有写内容"),
        ("note", "note", "长" * 601, "最多 600 字"),
    ],
)
async def test_what_cannot_be_sent_is_explained(
    town: Town, desk: Desk, act: str, field: str, words: str, problem: str
) -> None:
    officer, _, number = await holds(town, desk)
    page = await presses(officer, number, act, **{field: words})
    assert page.status == 422
    assert problem in page.text
    assert (
        await found(town, "SELECT count(*) FROM conversation_lines WHERE kind IN ('text', 'note') AND who = 'staff'")
        == 0
    )


async def test_hostile_words_stay_words(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    await citizen.says('<script>alert(1)</script><img src=x onerror="alert(2)">')
    await presses(officer, number, "answer", text="<b>好</b>")
    page = await officer.opens(f"/help/{number}")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "&lt;b&gt;好&lt;/b&gt;" in page.text


async def test_photos_go_both_ways_and_only_to_who_may_see_the_conversation(town: Town, desk: Desk) -> None:
    officer, citizen, number = await holds(town, desk)
    assert (await attaches(officer, number, photo(), "请看这里")).leads_to == f"/help/{number}"
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", answers=2)
    kinds = [bubble["kind"] for bubble in await citizen.inbox() if bubble.get("via") == "custom"]
    assert sorted(kinds) == ["image", "text"]
    await citizen.does("sends_photo")
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'", answers=2)
    ids = await town.database.read(lambda conn: conn.scalars(text("SELECT id FROM attachments ORDER BY id")).all())
    page = await officer.opens(f"/help/{number}")
    for attachment in ids:
        path = f"/help/{number}/file/{attachment}"
        assert f'src="/desk{path}"' in page.text
        shown = await officer.opens(path)
        assert shown.status == 200
        assert shown.headers["Content-Type"].startswith("image/")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Disposition"] == "inline"
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        leader = await desk(Preset.APPROVER, name=f"leader{attachment}")
        assert (await leader.opens(path)).status == 403


@pytest.mark.parametrize("content", [b"GIF89a" + b"\0" * 99, b"<svg onload=alert(1)>", b"\xff\xd8\xff broken"])
async def test_what_is_no_photo_is_not_sent(town: Town, desk: Desk, content: bytes) -> None:
    officer, _, number = await holds(town, desk)
    page = await attaches(officer, number, content, "请看")
    assert page.status == 422
    assert "不能当照片发" in page.text
    assert "请看</textarea>" in page.text
    assert await found(town, "SELECT count(*) FROM attachments") == 0


async def test_a_file_of_another_conversation_is_missing_and_written_down(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    await attaches(officer, number, photo())
    attachment = await found(town, "SELECT max(id) FROM attachments")
    _, other = await called(town, "李大爷")
    for path in (f"/help/{other}/file/{attachment}", f"/help/{number}/file/99", "/help/999", "/help/x"):
        assert (await officer.opens(path)).status == 404, path
    assert await audited(town, "missing") == 4


async def test_numbers_are_hidden_until_somebody_asks_and_that_is_written_down(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    page = await officer.opens(f"/help/{number}")
    assert "138 1234 5678" not in page.text
    assert "138****5678" in page.text
    await presses(officer, number, "reveal")
    assert "138 1234 5678" in (await officer.opens(f"/help/{number}")).text
    assert await audited(town, "conversation_revealed") == 1
    await stays_signed_in(town)
    await passes(town, minutes=61)
    assert "138 1234 5678" not in (await officer.opens(f"/help/{number}")).text


async def test_without_the_permission_numbers_stay_hidden(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK, taken=[Permission.PERSONAL_DATA])
    _, number = await called(town)
    page = await officer.opens(f"/help/{number}")
    assert f'action="/desk/help/{number}/reveal"' not in page.text
    csrf = page.form(f"/help/{number}/claim").value("csrf")
    assert (await officer.asks("POST", f"/help/{number}/reveal", data={"csrf": csrf})).status == 403
    assert "138 1234 5678" not in (await officer.opens(f"/help/{number}")).text


async def test_a_look_is_written_down_once_an_hour(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer, other = await desk(Preset.DESK, name="a"), await desk(Preset.DESK, name="b")
    _, number = await called(town)
    for _ in range(3):
        await officer.opens(f"/help/{number}")
    await officer.opens(f"/help/{number}", headers={"HX-Request": "true", "X-Live": "1"})
    assert await audited(town, "conversation_seen") == 1
    await other.opens(f"/help/{number}")
    await stays_signed_in(town)
    await passes(town, minutes=61)
    await officer.opens(f"/help/{number}")
    assert await audited(town, "conversation_seen") == 3
    assert await found(town, "SELECT count(*) FROM audit WHERE citizen = ''") == 0


async def test_a_canned_answer_is_put_into_the_draft_without_scripts(town: Town, desk: Desk) -> None:
    officer, _, number = await holds(town, desk)
    boss = await desk(Preset.ADMINISTRATOR)
    await boss.fills(
        "/office/answers/new", "/office/answers/new", title="已派人", body="已经派人去看，今天下班前回您。"
    )
    page = await officer.opens(f"/help/{number}")
    assert 'data-insert="已经派人去看' in page.text
    form = page.form(f"/help/{number}/answer")
    form.action = f"/desk/help/{number}/draft"
    chosen = await found(town, "SELECT max(id) FROM canned_answers")
    assert (await officer.sends(form, text="您好。", canned=chosen)).leads_to == f"/help/{number}"
    after = (await officer.opens(f"/help/{number}")).form(f"/help/{number}/answer")
    assert after.value("text") == "您好。\n已经派人去看，今天下班前回您。"


async def test_what_is_urgent_stands_first(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK)
    await called(town, "王阿姨")
    citizen, urgent = await called(town, "李大爷")
    await citizen.says("我不想活了")
    page = await officer.opens("/help")
    assert page.text.index(f"/desk/help/{urgent}") < page.text.index(f"/desk/help/{urgent - 1}")
    assert "紧急：轻生、自伤" in page.text


async def test_a_conversation_is_found_by_its_ticket(town: Town, desk: Desk) -> None:
    await is_at(town, TUESDAY)
    officer = await desk(Preset.DESK)
    _, number = await called(town)
    ticket = str(await found(town, "SELECT ticket FROM conversations"))
    assert f'href="/desk/help/{number}"' in (await officer.opens(f"/search?q={ticket}")).text
