"""Live help: a citizen calls a person, an officer answers, and at no time do two answer or nobody."""

import asyncio
import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from bot import texts
from bot.clock import Clock
from bot.domain import help as verbs
from bot.domain.help import Reason, Refused, Taken
from bot.domain.help_window import window_left
from bot.domain.pictures import clean_photo
from bot.jobs.answers import AnswersForAskers
from bot.outbound.files import ReceivedFiles
from bot.settings import AccountKind
from store import help, unanswered
from store.articles import SAMPLE
from store.help import HelpState, Outcome
from store.start import read_articles
from tests.conversations.desk import (
    TUESDAY,
    Officer,
    conversation_of,
    is_at,
    lines_of,
    now,
    passes,
    received,
    said_in,
)
from tests.dialogue.pushing import count, push, words_of, write
from tests.town import Citizen, Town, open_town

RIDDLE = "量子纠缠的数学推导过程"
ASKED = "大扫除哪天搞"


@pytest.fixture
async def desk(town: Town) -> Town:
    """A town on a Tuesday morning."""
    await is_at(town, TUESDAY)
    return town


async def waiting(town: Town, name: str = "王阿姨") -> Citizen:
    """Return a citizen who has called a person."""
    citizen = await town.follower(name)
    await citizen.says("人工")
    citizen.sees("已为您转人工", "返回", "0371-1234567")
    return citizen


async def held(town: Town, officer: Officer, name: str = "王阿姨") -> Citizen:
    """Return a citizen with whom an officer talks."""
    citizen = await waiting(town, name)
    await citizen.says("我家楼下的灯不亮")
    await officer.claims(await conversation_of(town, citizen))
    return citizen


async def test_a_whole_talk(desk: Town) -> None:
    citizen, officer = await waiting(desk), Officer(desk, 7)
    await citizen.says("我的事有点复杂")
    citizen.sees("工作人员来了就能看到")
    conversation = await conversation_of(desk, citizen)
    assert conversation.state is HelpState.WAITING
    await officer.claims(conversation)
    await citizen.says("在吗")
    citizen.sees_nothing()
    await officer.says(conversation, "您好，是哪个小区？")
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    assert await received(citizen) == ["【工作人员】您好，是哪个小区？"]
    await citizen.says("光明小区三号楼")
    citizen.sees_nothing()
    await officer.says(conversation, "记下了，今天有人去修。")
    await officer.does(verbs.close, conversation)
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 3)
    assert (await received(citizen))[1:] == ["【工作人员】记下了，今天有人去修。", texts.bot_is_back()]
    await citizen.says(ASKED)
    citizen.sees("星期五")
    assert await said_in(desk, citizen) == [
        ("citizen", "text", "我的事有点复杂"),
        ("staff", "claimed", None),
        ("citizen", "text", "在吗"),
        ("staff", "text", "您好，是哪个小区？"),
        ("citizen", "text", "光明小区三号楼"),
        ("staff", "text", "记下了，今天有人去修。"),
        ("system", "text", texts.bot_is_back()),
        ("staff", "answered", None),
    ]
    assert {one.sent for one in await lines_of(desk, citizen) if one.sent} == {"sent"}
    closed = await conversation_of(desk, citizen)
    assert (closed.state, closed.outcome, closed.holder) == (HelpState.CLOSED, Outcome.ANSWERED, 7)


async def test_the_menu_calls_a_person_too(desk: Town) -> None:
    await desk.command("menu_push")
    citizen = await desk.follower()
    await citizen.does("clicks", key="person")
    citizen.sees("已为您转人工")
    await citizen.does("clicks", key="person")
    citizen.sees("还在给您找人")
    assert await count(desk, "conversations") == 1


async def test_while_waiting_the_bot_answers_what_it_can(desk: Town) -> None:
    citizen = await waiting(desk)
    await citizen.says(ASKED)
    citizen.sees("星期五")
    await citizen.says(RIDDLE)
    assert citizen.heard == texts.passed_on()
    await citizen.says(RIDDLE + "，急")
    citizen.sees("答不上来")  # the acknowledgement comes once, silence never
    await citizen.says("谢谢")
    citizen.sees("不客气")
    assert [body for who, _, body in await said_in(desk, citizen) if who == "citizen"] == [
        ASKED,
        RIDDLE,
        RIDDLE + "，急",
        "谢谢",
    ]


@pytest.mark.parametrize("words", ["算了", "返回", "取消"])
async def test_who_waits_may_go_back_to_the_bot(desk: Town, words: str) -> None:
    citizen = await waiting(desk)
    await citizen.says(words)
    citizen.sees("不转人工了")
    closed = await conversation_of(desk, citizen)
    assert (closed.state, closed.outcome) == (HelpState.CLOSED, Outcome.WITHDRAWN)
    await citizen.says(RIDDLE)
    citizen.sees("答不上来")
    assert await count(desk, "conversation_lines WHERE kind = 'text'") == 0
    with pytest.raises(Refused) as refused:
        await Officer(desk, 7).claims(closed)
    assert refused.value.reason is Reason.CLOSED
    await citizen.says("人工")
    citizen.sees("已为您转人工")
    assert await count(desk, "conversations") == 2


async def test_out_of_hours_there_is_a_ticket_and_a_time(town: Town) -> None:
    await is_at(town, "2026-12-01 20:00")
    citizen = await town.follower()
    await citizen.says("找个人")
    citizen.sees("20261201-0001", "12 月 2 日 9:00", "0371-1234567", "12345")
    conversation = await conversation_of(town, citizen)
    assert (conversation.state, conversation.promised is not None) == (HelpState.PROMISED, True)
    await Officer(town, 7).claims(conversation)  # who is there all the same may answer
    await citizen.says("在吗")
    citizen.sees_nothing()


async def test_before_a_long_holiday_the_citizen_is_asked_to_write_again(town: Town) -> None:
    await is_at(town, "2026-12-04 20:00")  # Friday evening: until Monday it is more than two days
    citizen = await town.follower()
    await citizen.says("人工")
    citizen.sees("12 月 7 日 9:00", "请再发一句话来")


@pytest.mark.parametrize("kind", [AccountKind.UNVERIFIED_SUBSCRIPTION, AccountKind.UNVERIFIED_SERVICE])
async def test_where_nobody_can_write_back_a_phone_is_named(tmp_path: Path, sqlite_url: str, kind: AccountKind) -> None:
    async with open_town(tmp_path, sqlite_url, account_kind=kind) as town:
        citizen = await town.follower()
        await citizen.says("人工")
        citizen.sees("没有人工聊天", "0371-1234567", "工作日 9:00–17:00")
        assert await count(town, "conversations") == 0


async def test_a_verified_subscription_account_has_people(tmp_path: Path, sqlite_url: str) -> None:
    async with open_town(tmp_path, sqlite_url, account_kind=AccountKind.VERIFIED_SUBSCRIPTION) as town:
        await is_at(town, TUESDAY)
        await held(town, Officer(town, 7))


async def test_two_officers_at_once(desk: Town) -> None:
    citizen = await waiting(desk)
    conversation = await conversation_of(desk, citizen)
    officers = [Officer(desk, number) for number in (7, 8, 9)]
    ends = await asyncio.gather(*(one.claims(conversation) for one in officers), return_exceptions=True)
    winner = (await conversation_of(desk, citizen)).holder
    lost = [end for end in ends if isinstance(end, Taken)]
    assert len(lost) == 2
    assert {one.by for one in lost} == {winner}
    await Officer(desk, winner or 0).claims(conversation)  # again, by a second click: nothing happens
    assert await count(desk, "conversation_lines WHERE kind = 'claimed'") == 1


async def test_only_the_holder_speaks(desk: Town) -> None:
    holder, other = Officer(desk, 7), Officer(desk, 8)
    citizen = await waiting(desk)
    conversation = await conversation_of(desk, citizen)
    with pytest.raises(Refused) as nobody:
        await other.says(conversation, "您好")
    assert nobody.value.reason is Reason.NOT_HELD
    await holder.claims(conversation)
    for verb in (verbs.close, verbs.give_back, verbs.put_back):
        with pytest.raises(Taken):
            await other.does(verb, conversation)
    with pytest.raises(Taken):
        await other.says(conversation, "您好")
    await holder.types(conversation, "正在查路灯归谁管")
    await holder.does(verbs.hand_over, conversation, to=8)
    with pytest.raises(Taken) as taken:
        await holder.says(conversation, "您好")
    assert taken.value.by == 8
    assert (await conversation_of(desk, citizen)).draft == "正在查路灯归谁管"
    await other.says(conversation, "您好")
    assert (await conversation_of(desk, citizen)).draft == ""
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    assert await received(citizen) == ["【工作人员】您好"]


async def test_a_double_click_sends_once(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    sent = await asyncio.gather(*(officer.says(conversation, "您好", once="form-1") for _ in range(4)))
    assert len(set(sent)) == 1
    await asyncio.gather(*(officer.does(verbs.close, conversation) for _ in range(3)))
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 2)
    assert await received(citizen) == ["【工作人员】您好", texts.bot_is_back()]


@pytest.mark.parametrize(
    ("words", "reason"), [("  ", Reason.EMPTY), ("长" * 601, Reason.TOO_LONG), ("<" * 600, None), ("好" * 600, None)]
)
async def test_what_can_be_written(desk: Town, words: str, reason: Reason | None) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    if reason is None:
        await officer.says(conversation, words, once="k")
        await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
        return
    with pytest.raises(Refused) as refused:
        await officer.says(conversation, words, once="k")
    assert refused.value.reason is reason


async def test_an_officers_words_hold_no_markup(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    await officer.says(conversation, '<a href="http://x.example">点我</a>')
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    bubble = (await citizen.inbox())[-1]
    assert bubble["links"] == []
    assert (await said_in(desk, citizen))[-1] == ("staff", "text", '<a href="http://x.example">点我</a>')


async def test_everything_the_citizen_sends_reaches_the_officer(desk: Town) -> None:
    await desk.command("menu_push")
    citizen = await held(desk, Officer(desk, 7))
    await citizen.does("sends_photo", data=base64.b64encode(b"\xff\xd8\xff photo").decode())
    citizen.sees_nothing()
    await citizen.does("sends_voice", seconds=3)
    citizen.sees_nothing()
    await citizen.does("shares_location", latitude=34.75, longitude=113.62, label="光明小区", scale=15)
    citizen.sees_nothing()
    await citizen.does("clicks", key="topics")
    citizen.sees_nothing()
    for words in ("人工", "菜单", "你好", "算了", ASKED):
        await citizen.says(words)
        citizen.sees_nothing()
    said = await said_in(desk, citizen)
    assert ("citizen", "place", "光明小区 (34.750000,113.620000)") in said
    assert ("citizen", "menu", "大家常问") in said
    assert [body for who, kind, body in said if (who, kind) == ("citizen", "text")][1:] == [
        "人工",
        "菜单",
        "你好",
        "算了",
        ASKED,
    ]
    await desk.until("SELECT count(*) FROM attachments WHERE state = 'kept'", 2)
    kept = {one.kind for one in await lines_of(desk, citizen) if one.attachment_id}
    assert kept == {"image", "voice"}
    assert await count(desk, "unanswered") == 0


async def test_photos_while_waiting_are_kept_once(desk: Town) -> None:
    citizen = await waiting(desk)
    photo = base64.b64encode(b"\xff\xd8\xff photo").decode()
    await citizen.does("sends_photo", data=photo)
    assert citizen.heard == texts.passed_on()
    await citizen.does("sends_photo", data=photo)
    citizen.sees_nothing()
    assert await count(desk, "attachments") == 2
    assert await count(desk, "conversation_lines WHERE kind = 'image' AND attachment_id IS NOT NULL") == 2


async def test_an_officers_photo_arrives(desk: Town, tmp_path: Path) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    clean = clean_photo(out.getvalue())
    kept = await ReceivedFiles(desk.settings.files_dir).keep(clean, kind="image")
    first = await officer.does(verbs.answer_photo, conversation, kept, once="p1")
    assert await officer.does(verbs.answer_photo, conversation, kept, once="p1") == first
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'")
    bubble = (await citizen.inbox())[-1]
    assert (bubble["from"], bubble["kind"], bubble["via"]) == ("account", "image", "custom")
    async with desk.session.get(desk.sandbox.base_url + bubble["media_url"]) as answer:
        assert await answer.read() == clean
    line = (await lines_of(desk, citizen))[-1]
    assert (line.kind, line.sent) == ("image", "sent")
    await citizen.does("unfollows")
    assert await count(desk, "attachments WHERE state = 'erased'") == 1


async def test_danger_is_answered_marked_and_told_even_while_held(desk: Town) -> None:
    citizen = await held(desk, Officer(desk, 7))
    await citizen.says("我不想活了")
    citizen.sees("12356", "120")
    assert "我不想活了" in (await desk.alerts(1))[0]
    line = (await lines_of(desk, citizen))[-1]
    assert (line.body, line.alert) == ("我不想活了", "self_harm")
    assert (await conversation_of(desk, citizen)).alert == "self_harm"
    await citizen.says("在吗")
    citizen.sees_nothing()


async def test_a_citizens_rights_hold_while_a_person_answers(desk: Town) -> None:
    citizen = await held(desk, Officer(desk, 7))
    await citizen.says("删除我的资料")
    citizen.sees("真要删除")
    await citizen.says("确认删除")
    citizen.sees("都删掉了")
    assert await count(desk, "conversations WHERE outcome = 'erased'") == 1
    assert await count(desk, "conversation_lines WHERE body IS NOT NULL") == 0


async def test_unfollowing_ends_it(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    await citizen.does("unfollows")
    with pytest.raises(Refused) as refused:
        await officer.says(conversation, "您好")
    assert refused.value.reason is Reason.CLOSED
    await citizen.follows()
    await citizen.says(ASKED)
    citizen.sees("星期五")


async def test_a_day_later_it_is_held_still(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    await officer.says(await conversation_of(desk, citizen), "明天告诉您")
    await passes(desk, hours=23.9)
    await citizen.says("怎么样了")
    citizen.sees_nothing()
    await officer.says(await conversation_of(desk, citizen), "修好了")
    await passes(desk, hours=23.9)
    await citizen.says("谢谢")
    citizen.sees_nothing()


async def test_a_dialogue_gone_stale_is_still_held(tmp_path: Path, database_url: str) -> None:
    """After 24 h the dialogue forgets what was going on; a claim made meanwhile counts all the same."""
    async with open_town(tmp_path, database_url) as town:
        await is_at(town, "2026-12-01 20:00")
        citizen = await town.follower()
        await citizen.says("人工")
        await passes(town, hours=25)
        await Officer(town, 7).claims(await conversation_of(town, citizen))
        await citizen.says(ASKED)
        citizen.sees_nothing()


async def test_the_window_is_counted_and_wechats_no_is_seen(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    window = await desk.database.read(window_left, conversation.citizen_id, now(desk))
    assert (window.messages, window.until is not None) == (5, True)
    await passes(desk, minutes=2)  # the three messages that following allows are over
    for number in range(5):
        await officer.says(conversation, f"第{number}句")
        await desk.until("SELECT count(*) FROM outbox WHERE state = 'sent' AND lane = 'customer_message'", number + 1)
    assert (await desk.database.read(window_left, conversation.citizen_id, now(desk))).messages == 0
    await officer.says(conversation, "第六句")
    await desk.until("SELECT count(*) FROM outbox WHERE state = 'refused'")
    line = (await lines_of(desk, citizen))[-1]
    assert (line.body, line.sent, line.errcode) == ("第六句", "refused", 45047)
    await citizen.says("好")
    assert (await desk.database.read(window_left, conversation.citizen_id, now(desk))).messages == 5


async def test_after_two_days_nothing_is_tried(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    before = now(desk)
    await passes(desk, hours=48)
    late = now(desk)
    assert (await desk.database.read(window_left, conversation.citizen_id, late)).until is None
    assert (await desk.database.read(window_left, conversation.citizen_id, before)).messages == 5
    await desk.database.write(verbs.claim, conversation.id, staff_id=7, now=late)
    with pytest.raises(Refused) as refused:
        await officer.says(conversation, "您好")
    assert refused.value.reason is Reason.WINDOW_CLOSED


async def test_the_bot_says_later_that_it_is_back_where_it_cant_at_once(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    for number in range(5):
        await officer.says(conversation, f"第{number}句")
    await officer.does(verbs.give_back, conversation)
    assert (await conversation_of(desk, citizen)).outcome == Outcome.GIVEN_BACK
    await citizen.says(ASKED)
    citizen.sees("人工那边已经结束", "星期五")
    await citizen.says(ASKED)
    assert "人工那边已经结束" not in citizen.heard


async def test_quiet_keeps_the_words_and_sends_nothing(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    await desk.command("quiet_on", reason="会议期间")
    await citizen.says("有人吗")
    assert citizen.heard == texts.QUIET
    assert (await said_in(desk, citizen))[-1] == ("citizen", "text", "有人吗")
    with pytest.raises(Refused) as refused:
        await officer.says(conversation, "您好")
    assert refused.value.reason is Reason.QUIET


async def test_a_claim_is_seen_by_the_very_next_message(desk: Town) -> None:
    """The service has the dialogue in mind as it was before the claim, and thinks again."""
    citizen, officer = await waiting(desk), Officer(desk, 7)
    await officer.claims(await conversation_of(desk, citizen))
    await citizen.says(ASKED)
    citizen.sees_nothing()
    await officer.does(verbs.give_back, await conversation_of(desk, citizen))
    await citizen.says(ASKED)
    citizen.sees("星期五")


async def test_a_claim_in_the_middle_of_messages_loses_and_doubles_nothing(desk: Town) -> None:
    """Whichever comes first: before the claim the bot answers, after it nobody but the officer."""
    officer = Officer(desk, 7)
    for number in range(6):
        citizen = await waiting(desk, f"居民{number}")
        conversation = await conversation_of(desk, citizen)
        parcels = [write(desk, citizen, f"{ASKED}{mark}") for mark in "？！。"]
        claim = asyncio.create_task(officer.claims(conversation))
        outcomes = await asyncio.gather(*(push(desk, parcel) for parcel in parcels))
        await claim
        said = await said_in(desk, citizen)
        words = [body for who, kind, body in said if (who, kind) == ("citizen", "text")]
        assert sorted(words, key=str) == sorted((f"{ASKED}{mark}" for mark in "？！。"), key=str)
        claimed = next(at for at, line in enumerate(said) if line[1] == "claimed")
        answered = [outcome for outcome in outcomes if outcome.reply and "星期五" in words_of(outcome)]
        assert len(answered) == claimed
        assert [outcome.verdict for outcome in outcomes].count("silent") == 3 - claimed
        after = await conversation_of(desk, citizen)
        assert (after.state, after.holder) == (HelpState.HELD, 7)
        await officer.does(verbs.close, after)
        await citizen.says(ASKED)
        citizen.sees("星期五")


async def test_an_answer_found_later_waits_until_the_officer_has_finished(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await desk.follower()
    await citizen.says(RIDDLE)
    await citizen.says("人工")
    conversation = await conversation_of(desk, citizen)
    await officer.claims(conversation)
    asked = [one.id for one in await desk.database.read(unanswered.list_open)]
    slug = read_articles()[0].slug
    resolved = {"how": "as_sample", "slug": slug, "title": "", "answer": "", "by": "张三"}
    await desk.command("unanswered_resolve", ids=asked, **resolved)
    job = AnswersForAskers(desk.database, clock=Clock(desk.settings.clock_offset_file), statuses=(SAMPLE,))
    assert await job.run_once() == 0
    assert await count(desk, "outbox WHERE dedupe LIKE 'answer:%'") == 0
    await officer.does(verbs.close, conversation)
    await job.run_once()
    await desk.until("SELECT count(*) FROM outbox WHERE dedupe LIKE 'answer:%' AND state = 'sent'")
    assert any("现在有答案了" in words for words in await received(citizen))


async def test_the_list_shows_open_ones_oldest_first(desk: Town) -> None:
    first, second = await waiting(desk, "王阿姨"), await waiting(desk, "李师傅")
    found = [one.id for one in await desk.database.read(help.list_open)]
    assert found == [(await conversation_of(desk, first)).id, (await conversation_of(desk, second)).id]


async def test_what_is_said_quickly_arrives_in_order(desk: Town) -> None:
    officer = Officer(desk, 7)
    citizen = await held(desk, officer)
    conversation = await conversation_of(desk, citizen)
    sentences = [f"第{number}句" for number in range(4)]
    for sentence in sentences:
        await officer.says(conversation, sentence)
    await officer.does(verbs.close, conversation)
    await desk.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 5)
    assert await received(citizen) == [*(f"【工作人员】{one}" for one in sentences), texts.bot_is_back()]
